/** Settles calls whose answer does not tell what they did, by looking at the target before anything is repeated. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { Target } from "../contract/Target.ts"
import type { TargetGroup } from "../model/Group.ts"
import { Journal, type OpenCall, type RowOutcome } from "./Journal.ts"

/** The Date header has whole seconds, and our reading of it is older than the call by its way back. */
const clockTolerance = 2000

/** The rows of a call that are in its group now, with when they joined by the server's clock. Reads the group to its end; keeps only these rows. */
const present = (target: Target, call: OpenCall): Effect.Effect<ReadonlyMap<string, number | null>, ConnectorError> => {
  const sought = new Set(call.rows.map((row) => row.id))
  return Stream.runFold(target.members(call.group.id ?? ""), new Map<string, number | null>(), (found, page) => {
    for (const member of page.items) if (sought.has(member.customer.id)) found.set(member.customer.id, member.joinedAt)
    return found
  })
}

/** A member since before our intent was there already; since then, it is ours. Without a time it is ours only if we had seen it absent. */
const addOutcome = (call: OpenCall, joinedAt: number | null, absent: boolean): RowOutcome => {
  if (joinedAt === null) return absent ? "applied" : "found"
  return joinedAt >= call.intentAt + call.clockOffset - clockTolerance ? "applied" : "found"
}

/** What became of an add or remove whose answer was lost or does not name its rows. Costs a read of the group. */
export const rows = (target: Target, call: OpenCall): Effect.Effect<ReadonlyMap<number, RowOutcome>, ConnectorError> =>
  Effect.map(present(target, call), (found) => {
    const outcome = (row: OpenCall["rows"][number]): RowOutcome => {
      const joinedAt = found.get(row.id)
      if (call.op === "assignment.remove") return joinedAt === undefined ? "applied" : "undone"
      return joinedAt === undefined ? "undone" : addOutcome(call, joinedAt, row.absent)
    }
    return new Map(call.rows.map((row) => [row.number, outcome(row)]))
  })

/** The group that a create whose answer was lost has made: it carries our mark, or its name since our intent. */
const madeBy = (target: Target, call: OpenCall, state: string): Effect.Effect<TargetGroup | null, ConnectorError> =>
  Stream.runFold(target.groups, null as TargetGroup | null, (found, page) => {
    const ours = page.items.find((group) =>
      group.mark === undefined
        ? !group.marksShown &&
          group.name === call.group.name &&
          group.createdAt !== undefined &&
          group.createdAt >= call.intentAt + call.clockOffset - clockTolerance
        : group.mark.state === state && group.mark.key === call.group.handle
    )
    return found ?? ours ?? null
  })

/** Settles one call by what the target shows now. */
export const settle = (target: Target, call: OpenCall, state: string): Effect.Effect<void, ConnectorError | StateError, Journal> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const detail = "settled by looking"
    if (call.op === "group.create") {
      const made = yield* madeBy(target, call, state)
      return yield* journal.settleGroup(call, made === null ? "undone" : { made }, detail)
    }
    const exists = call.group.id !== null && Option.isSome(yield* target.group(call.group.id))
    if (call.op === "group.delete") return yield* journal.settleGroup(call, exists ? "undone" : "deleted", detail)
    if (!exists) return yield* journal.groupGone(call)
    // An update is written again as long as its values differ from what we wrote last: saying "undone" costs one call at the most.
    if (call.op === "group.update") return yield* journal.settleGroup(call, "undone", detail)
    yield* journal.settleRows(call, yield* rows(target, call), detail)
  })

/** Settles what a killed run left under way. */
export const settleOpenCalls = (to: string, target: Target, state: string): Effect.Effect<number, ConnectorError | StateError, Journal> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const calls = yield* journal.openCalls(to)
    yield* Effect.forEach(calls, (call) => settle(target, call, state), { discard: true })
    return calls.length
  })
