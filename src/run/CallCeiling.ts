/** Cuts a plan to the calls that a run may make; what does not fit is left to the next run, which is told. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Within } from "../apply/Turns.ts"
import * as Cut from "../calls/Cut.ts"
import * as WriteCost from "../calls/WriteCost.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { Withheld } from "../model/Result.ts"
import { PlanStore } from "../plan/PlanStore.ts"
import type { WriterStore } from "../apply/WriterStore.ts"
import type { Connected } from "./Connections.ts"
import * as CostEstimate from "./CostEstimate.ts"

/** Units are looked through up to here beyond what fits: one that is passed over may be followed by a smaller one. */
const more = 100

/** Write calls that a run may make. Where customers are looked at one by one, each call has a look beside it, which takes as long. */
const allowed = (within: Within, connected: Connected, { assignments }: TargetDeclaration) =>
  Effect.gen(function* () {
    // The run's number, with a look before it, comes before everything else.
    const number = yield* CostEstimate.signing(connected, 1)
    const most = Math.max(0, (within.calls ?? Infinity) - number)
    if (within.until === null) return most
    const inTime = Math.max(0, (yield* WriteCost.fitting(connected.pacer, within.until)) - 2 * number)
    return Math.min(most, Math.floor(inTime / (assignments.listedBy === "customer" ? 2 : 1)))
  })

/** Why something is left to the next run, in words for a person. */
export const reason = ({ calls, shared, until }: Within): string =>
  `beyond ${[...(calls === null ? [] : [`--max-calls ${shared ?? calls}`]), ...(until === null ? [] : ["what --finish-by leaves time for"])].join(" or ")}, and so left to the next run`

const keepAdditions = (declaration: TargetDeclaration, calls: number) =>
  Effect.gen(function* () {
    const store = yield* PlanStore
    const { assignments, groups } = declaration
    const { by, pack } = assignments.add
    const explicit = groups.create === "explicit"
    const units = yield* store.additions(by, explicit, calls + more)
    // A customer's own groups come with the customer; other groups are made or changed with what is left.
    const others = by === "group" ? [] : yield* store.changedGroups(explicit, calls + more)
    const kept = Cut.keep([...units, ...others], calls, pack, by === "group")
    yield* store.keepAdditions(by, kept)
    return kept.calls
  })

/** Leaves out what does not fit. Answers what is left to the next run; nothing if all fits. */
export const cut = (
  connected: Connected,
  declaration: TargetDeclaration,
  within: Within | null
): Effect.Effect<ReadonlyArray<Withheld>, StateError, PlanStore | WriterStore> =>
  Effect.gen(function* () {
    if (within === null) return []
    const store = yield* PlanStore
    const calls = yield* allowed(within, connected, declaration)
    const figures = yield* store.estimate(declaration, [])
    const creates = declaration.groups.create === "explicit" ? figures.creates : 0
    const work = { additions: creates + figures.updates + figures.addCalls, removals: figures.deletes + figures.removeCalls }
    if (work.additions + work.removals <= calls) return []
    const { remove } = declaration.assignments
    const given = Cut.shares(calls, work)
    const taken = yield* keepAdditions(declaration, given.additions)
    const packing = remove === "none" ? declaration.assignments.add : remove
    yield* store.keepRemovals(packing, calls - taken, yield* Clock.currentTimeMillis)
    return [{ reason: reason(within), changes: yield* store.leftOut }]
  })
