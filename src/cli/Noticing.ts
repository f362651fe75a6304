/** What newly needs a person after runs: the same for `sync --quiet`, for `serve` and for what a `sync` without `--quiet` shows anyway. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { Notice } from "../model/Notice.ts"
import type { KnownProblem, News } from "../model/Problem.ts"
import type { SyncResult } from "../model/Result.ts"
import * as NewsOf from "../notify/News.ts"
import * as Problems from "../notify/Problems.ts"
import * as NoticeText from "../report/NoticeText.ts"
import type { Reported } from "../report/NewsText.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import { ProblemStore } from "../run/ProblemStore.ts"
import * as Id from "../model/Id.ts"
import * as World from "./World.ts"

/** What is to be reported; `keep` stores that it was. */
export interface Noticed {
  readonly reported: ReadonlyArray<Reported>
  /** The same for programs and channels, without what each run repeats. */
  readonly notices: ReadonlyArray<Notice>
  readonly keep: Effect.Effect<void, StateError, ProblemStore>
}

/** How the parts that wait no more were decided. */
const endings = (news: ReadonlyArray<News>) =>
  Effect.gen(function* () {
    const store = yield* OperationsStore
    const found = yield* Effect.forEach(
      news.filter(({ event, problem }) => event === "ended" && problem.kind === "held"),
      ({ problem }) => Effect.map(store.part(Id.numberOf(problem.subject)), (one) => [problem.subject, one] as const)
    )
    return new Map(
      found.map(([id, one]) => {
        const decision = one?.part.decision
        return [id, one === null || one.closed || decision === undefined || decision === "open" ? "closed" : decision] as const
      })
    )
  })

/** Doubt about whose memberships are is reported by every run until it is decided, whatever was reported before. */
const insists = ({ kind, subject }: KnownProblem, parts: Reported["parts"]): boolean =>
  kind === "unconfirmed" || (kind === "held" && parts.some(({ guard, id }) => id === subject && (guard === "ownership" || guard === "configGone")))

/** In the order of the results. `fault`: what is wrong with the config file, where the last config that loaded was used. */
export const after = (
  config: Config,
  results: ReadonlyArray<SyncResult>,
  fault: Reported["config"] = null
): Effect.Effect<Noticed, StateError, OperationsStore | ProblemStore> =>
  Effect.gen(function* () {
    const [operations, store] = [yield* OperationsStore, yield* ProblemStore]
    const all = yield* operations.parts
    const syncs = World.all(config)
    let known = yield* store.known
    const reported: Array<Reported> = []
    const notices: Array<Notice> = []
    for (const result of results) {
      const sync = syncs.find(({ name }) => name === result.sync)
      const standing = yield* store.standing(result.sync, sync === undefined ? null : { name: sync.to, team: World.isTeam(sync) })
      // What left the config under another name waits with the sync that would go on with it.
      const parts = all.filter(({ id, sync: of }) => of === result.sync || result.held.some((part) => part.id === id))
      const judged = NewsOf.judge(known, Problems.of(result, sync?.to ?? "", standing, parts, fault !== null), Duration.toMillis(config.remind))
      known = judged.known
      const silent = judged.known.filter((one) => one.sync === result.sync && insists(one, parts) && !judged.news.some(({ problem }) => problem === one))
      const news = [...judged.news, ...silent.map((problem): News => ({ event: "reminder", problem }))]
      notices.push(...judged.news.map((one) => NoticeText.of(one, parts)))
      reported.push({ result, news, parts, ended: yield* endings(news), config: fault })
    }
    const keep = store.keep(
      results.map(({ sync }) => sync),
      known,
      syncs.map(({ name }) => name)
    )
    return { reported, notices, keep }
  })

/** Of a config that does not load, so that no sync was run: what is left of it says which syncs there are. */
export const notLoaded = (config: Config) =>
  Effect.gen(function* () {
    const store = yield* ProblemStore
    const now = yield* Clock.currentTimeMillis
    const names = World.all(config).map(({ name }) => name)
    let known = yield* store.known
    const notices: Array<Notice> = []
    for (const name of names) {
      const judged = NewsOf.judge(known, Problems.notLoaded(name, now), Duration.toMillis(config.remind))
      known = judged.known
      notices.push(...judged.news.map((one) => NoticeText.of(one, [])))
    }
    return { notices, keep: store.keep(names, known, names) }
  })
