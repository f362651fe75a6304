/** What a service's page shows: each read anew from the state, as the commands that look read it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { monitorEventLoopDelay } from "node:perf_hooks"
import type { Config } from "../config/Config.ts"
import type { PlanResult } from "../model/Result.ts"
import { AuditLog } from "../operate/AuditLog.ts"
import type { Memory } from "../operate/Memory.ts"
import * as RunStrip from "../report/service/RunStrip.ts"
import * as ServicePage from "../report/service/ServicePage.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import { RunStore } from "../run/RunStore.ts"
import type * as Access from "../serve/web/Access.ts"
import type * as Sessions from "../serve/web/Sessions.ts"
import type * as WebServer from "../serve/web/WebServer.ts"
import * as Ids from "./Ids.ts"
import * as Invocation from "./Invocation.ts"
import * as Rows from "./Rows.ts"
import * as RunsChosen from "./RunsChosen.ts"
import type * as ServedConfig from "./ServedConfig.ts"
import type { ServedNews } from "./ServedNews.ts"
import * as Status from "./Status.ts"
import * as World from "./World.ts"

const day = 86_400_000
/** Changes of a held part that are shown as examples. */
const samples = 5
/** Of a schedule of each minute the strip shows the last days only, rather than holding up the runs themselves. */
const mostRuns = 3_000

export interface Served {
  readonly invocation: Invocation.Invocation
  readonly config: ServedConfig.ServedConfig
  readonly news: ServedNews
  readonly sessions: Sessions.Sessions
  readonly listening: Access.Listening
  /** Held by a turn or a decision: one at a time writes. */
  readonly lock: Effect.Semaphore
  /** The service's. */
  readonly scope: Scope.Scope
  readonly delay: ReturnType<typeof monitorEventLoopDelay>
}

export const whole = (status: number, headers: Readonly<Record<string, string>>, body: string): WebServer.WebResponse => ({
  _tag: "Whole",
  status,
  headers,
  body
})
export const text = (status: number, words: string) => whole(status, { "content-type": "text/plain; charset=utf-8" }, `${words}\n`)
export const redirect = (to: string, headers: Readonly<Record<string, string>> = {}) => whole(303, { location: to, ...headers }, "")
export const page = ({ invocation }: Served, status: number, { html, policy }: ServicePage.Page) =>
  whole(status, { "content-type": "text/html; charset=utf-8", "content-security-policy": policy }, invocation.redactor.redact(html))

/** What is wrong with the config file or the state, in words. */
const problemsOf = ({ config }: Served) =>
  Effect.gen(function* () {
    const broken = yield* config.broken
    const objection = yield* (yield* RunStore).objection
    return [
      ...(broken === null ? [] : [`The config file does not load; what was loaded at ${broken.since} stays in use. What is wrong: groupbridge check`]),
      ...(objection === null ? [] : [objection])
    ]
  })

const sourcesOf = ({ invocation }: Served, { connections }: Config): PlanResult["from"] =>
  [...connections.values()].flatMap(({ connector, name, options }) => {
    const source = invocation.environment.connectors.get(connector)?.source
    return source === undefined ? [] : [{ connection: name, connector, account: "", recordUrls: source.recordUrls?.(options) ?? {} }]
  })

/** Opens the state to look at it. */
export const looking = <A, E>(served: Served, look: (config: Config) => Effect.Effect<A, E, Memory | Scope.Scope>) =>
  Effect.flatMap(served.config.current, (config) => Effect.scoped(World.withStateToLook(served.invocation, config)(look(config))))

/** The page at a glance. */
export const overview = (served: Served, session: Sessions.Session | null, canLogIn: boolean) =>
  looking(served, (config) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const store = yield* OperationsStore
      const parts = yield* store.parts
      const held = yield* Effect.forEach(
        parts.filter(({ decision }) => decision === "open"),
        (part) =>
          Effect.map(
            Effect.flatMap(Ids.part(part.id), (id) => store.partChanges(id, null)),
            ({ rows }) => ({ part, samples: rows.slice(0, samples).map((row) => Rows.wordedOne(row, served.invocation, config)) })
          )
      )
      const notice = session?.notice ?? null
      if (session !== null) session.notice = null
      const data: ServicePage.Overview = {
        rows: yield* Status.rows(served.invocation.environment, config, now),
        held,
        runs: yield* store.runs(mostRuns, { from: now - RunStrip.days * day, to: null, selected: false }),
        from: sourcesOf(served, config),
        progress: served.news.progress(),
        notice,
        problems: yield* problemsOf(served),
        deciding: session,
        canLogIn
      }
      return page(served, 200, ServicePage.overview(data, yield* Invocation.view(served.invocation), served.invocation.environment.pageScript("service")))
    })
  )

/** One run with what it changed. */
export const run = (served: Served, id: string) =>
  looking(served, (config) =>
    Effect.gen(function* () {
      const number = yield* Ids.run(id)
      const row = yield* (yield* OperationsStore).run(number)
      if (row === null) return page(served, 404, ServicePage.message("No such run", `There is no run ${id}.`))
      const audit = yield* AuditLog
      yield* audit.select(yield* RunsChosen.selection(config, served.invocation.options, number), "plan")
      const { next, rows } = yield* audit.selected(null)
      const shown = rows.slice(0, ServicePage.mostChanges).map((change) => Rows.wordedOne(change, served.invocation, config))
      const more = next !== null || rows.length > shown.length
      return page(served, 200, ServicePage.run(row, shown, more, sourcesOf(served, config), yield* Invocation.view(served.invocation)))
    })
  )

/** Whether the next turn has what it needs. */
export const ready = (served: Served) =>
  looking(served, () => problemsOf(served)).pipe(
    Effect.map((problems) => (problems.length === 0 ? text(200, "ready") : text(503, "not ready: the config does not load, or the state is not this place's"))),
    Effect.catchAll(() => Effect.succeed(text(503, "not ready: the state does not open")))
  )
