/** Notices go out after runs, and the heartbeat. What cannot be delivered is reported, waits for the next run, and never stops a sync. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Config } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import * as Post from "../http/Post.ts"
import type { Notice } from "../model/Notice.ts"
import type { SyncResult } from "../model/Result.ts"
import * as Deliver from "../notify/Deliver.ts"
import * as Problems from "../notify/Problems.ts"
import * as NoticeText from "../report/NoticeText.ts"
import { NoticeStore } from "../run/NoticeStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

const undelivered = (what: string, why: string) => Effect.logWarning(`${what}: not delivered, ${why}; it is tried again at the next run`)

/** Stores the notices for every hook, then delivers what waits. `keeps`: the state may be written to; otherwise the notices alone are delivered, once. */
export const send = (
  { environment, output }: Invocation.Invocation,
  { notify }: Config,
  notices: ReadonlyArray<Notice>,
  keeps: boolean
): Effect.Effect<void, StateError, NoticeStore | Scope.Scope> =>
  Effect.gen(function* () {
    const store = yield* NoticeStore
    if (keeps) yield* store.enqueue(notify.map(Deliver.hookId), notices)
    for (const hook of notify) {
      const waiting = keeps ? yield* store.waiting(Deliver.hookId(hook)) : notices.map((notice) => ({ number: 0, notice }))
      if (waiting.length === 0) continue
      const client = yield* Effect.either(environment.makeClient)
      const { sent, why } =
        client._tag === "Left"
          ? { sent: 0, why: client.left }
          : yield* Deliver.deliver(
              client.right,
              hook,
              waiting.map(({ notice }) => notice)
            )
      if (keeps) yield* store.delivered(waiting.slice(0, sent).map(({ number }) => number))
      // Also with --quiet: who relies on notices must hear that none arrive.
      if (why !== null) output.note(`notify, ${Deliver.name(hook)}: ${waiting.length - sent} not delivered, ${why}; tried again at the next run`)
    }
  })

/** Called where each sync that was due did its work. */
export const beat = (
  { environment }: Invocation.Invocation,
  { heartbeat }: Config,
  results: ReadonlyArray<SyncResult>
): Effect.Effect<void, never, Scope.Scope> =>
  heartbeat === null || !results.every(Problems.doesItsWork)
    ? Effect.void
    : Effect.catchAll(
        Effect.flatMap(environment.makeClient, (client) => Post.get(client, heartbeat)),
        (why) => undelivered("heartbeat", why)
      )

/** `notify --test`: one notice to each hook, at once. */
export const run = (load: Load, options: CommonOptions & { readonly test?: boolean }): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      if (options.test !== true) return yield* new UsageError({ message: "notify sends notices after runs by itself; to try it: groupbridge notify --test" })
      if (config.notify.length === 0) return yield* new UsageError({ message: `notify: in ${config.file} names no one; see docs/notices.md` })
      const client = yield* Effect.mapError(invocation.environment.makeClient, (message) => new UsageError({ message }))
      const now = yield* Clock.currentTimeMillis
      const tried = yield* Effect.forEach(config.notify, (hook) =>
        Effect.map(Deliver.deliver(client, hook, [NoticeText.test(now)]), ({ why }) => ({ hook: Deliver.name(hook), delivered: why === null, why }))
      )
      yield* options.json === true
        ? invocation.output.text(`${JSON.stringify({ notices: tried })}\n`)
        : invocation.output.text(tried.map(({ hook, why }) => `${hook}: ${why === null ? "delivered" : `NOT DELIVERED, ${why}`}\n`).join(""))
      return tried.every(({ delivered }) => delivered) ? 0 : 1
    })
  )
