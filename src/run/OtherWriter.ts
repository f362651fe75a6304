/** Another copy of this state wrote to the target: nothing more is done there until a person decides which of the two goes on. */
import * as Effect from "effect/Effect"
import * as LastWriter from "../apply/LastWriter.ts"
import { type Shown, type Standing, WriterStore } from "../apply/WriterStore.ts"
import type { StateError } from "../contract/StateError.ts"
import type { HeldPart } from "../model/Change.ts"
import type { HoldReason } from "../model/HoldReason.ts"
import type { PlanResult } from "../model/Result.ts"
import type { PlanFileError } from "../plan/PlanFile.ts"
import * as ConfigGone from "./ConfigGone.ts"
import type { Connections } from "./Connections.ts"
import type { NameStore } from "./NameStore.ts"
import type { Stopped } from "./Observe.ts"
import { RunStore } from "./RunStore.ts"

/** What a sync is called and where it writes. */
export interface Named {
  readonly name: string
  readonly to: string
}

export const reasons = (to: string, { known }: Standing, { seenAt, writer }: Shown): ReadonlyArray<HoldReason> => [
  {
    code: "writer",
    connection: to,
    number: writer?.run ?? null,
    machine: writer?.machine ?? null,
    at: writer?.at ?? seenAt,
    ours: known === null || known.run === 0 ? null : known.run
  },
  { code: "claim", connection: to }
]

/** What another copy wrote, as far as the state has seen it. No vendor is asked. */
export const look = (to: string) =>
  Effect.map(
    Effect.flatMap(WriterStore, (store) => store.standing(to)),
    (standing) => {
      const other = LastWriter.other(standing)
      return other === null ? null : { other, why: reasons(to, standing, other), runs: LastWriter.runsSince(standing, other) }
    }
  )

/** Stores the part that is held, or closes it. `run`: the number of the one under way; null for a dry run, which stores nothing. */
export const parts = (sync: Named, run: number | null): Effect.Effect<ReadonlyArray<HeldPart>, StateError, WriterStore | RunStore> =>
  Effect.gen(function* () {
    const store = yield* WriterStore
    const finding = yield* look(sync.to)
    return yield* (yield* RunStore).judgement(run !== null, store.hold(sync.name, finding, run ?? 0))
  })

/** What the config and the last writer of the target say beforehand. */
export const gate = (
  sync: Named,
  connections: Pick<Connections, "configured" | "open">,
  run: number | null
): Effect.Effect<ConfigGone.Gate, StateError | Stopped, NameStore | RunStore | WriterStore> =>
  Effect.gen(function* () {
    const gate = yield* ConfigGone.gate(sync.name, connections, run)
    if (gate.blocked) return gate
    const held = yield* parts(sync, run)
    return held.length === 0 ? gate : { ...gate, blocked: true, parts: [...held, ...gate.parts] }
  })

/** The plan as it is held once another writer is seen after it was made: without changes. */
export const heldWhole = (
  sync: Named,
  nothing: PlanResult,
  run: number | null,
  spool: string
): Effect.Effect<PlanResult | null, StateError | PlanFileError, WriterStore | RunStore> =>
  Effect.gen(function* () {
    const held = yield* parts(sync, run)
    return held.length === 0 ? null : yield* ConfigGone.heldWhole(nothing, { blocked: true, parts: held, carried: [] }, spool)
  })
