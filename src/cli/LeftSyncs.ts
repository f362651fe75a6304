/** What is held of syncs that left the config: they have no run that reports it, so the commands over all syncs do. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { HeldPart } from "../model/Change.ts"
import type { PlanResult, SyncResult } from "../model/Result.ts"
import * as ConfigGone from "../run/ConfigGone.ts"
import type { Connections } from "../run/Connections.ts"
import * as Planning from "../run/Planning.ts"

const planOf = (part: HeldPart): PlanResult => ({ ...Planning.nothing({ name: part.sync, from: [], to: "" }), status: "held", held: [part] })

/** A plan for each, without changes. `reported`: what the plans of configured syncs hold. */
export const plans = (connections: Connections, reported: ReadonlyArray<HeldPart>) =>
  Effect.map(ConfigGone.ofLeftSyncs(connections, false), (parts) =>
    parts.filter(({ sync }) => !reported.some((part) => part.guard === "configGone" && part.sync === sync)).map(planOf)
  )

/** A result for each, without a run; what is held is stored. */
export const results = (connections: Connections, reported: ReadonlyArray<HeldPart>) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const parts = yield* ConfigGone.ofLeftSyncs(connections, true)
    return parts
      .filter(({ sync }) => !reported.some((part) => part.guard === "configGone" && part.sync === sync))
      .map((part): SyncResult => ({
        sync: part.sync,
        run: null,
        status: "held",
        summary: { groups: { create: 0, update: 0, delete: 0 }, assignments: { add: 0, remove: 0 } },
        held: [part],
        calls: { read: 0, write: 0 },
        refused: [],
        withheld: [],
        tasks: 0,
        startedAt: now,
        endedAt: now,
        plan: planOf(part),
        error: null,
        resumesAt: null
      }))
  })
