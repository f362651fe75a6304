/** Settles calls whose answer does not tell what they did, by looking at the target before anything is repeated. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { ListPage, Target } from "../contract/Target.ts"
import type { TargetGroup } from "../model/Group.ts"
import { Journal, type OpenCall, type RowOutcome } from "./Journal.ts"

/** The Date header has whole seconds, and our reading of it is older than the call by its way back. */
const clockTolerance = 2000

/** As long as no answer has told the server's clock, it may differ by so much from ours. */
const unknownClock = Duration.toMillis("5 minutes")

/** A call whose sender is gone may still be on its way: only after so long does its absence say that it came to nothing. */
const lag = Duration.toMillis("5 seconds")

/** Looks, and where what was asked for is not there yet and the call is young, waits and looks again. */
const patiently = <A, E>(call: OpenCall, look: Effect.Effect<A, E>, isThere: (seen: A) => boolean): Effect.Effect<A, E> =>
  Effect.gen(function* () {
    const seen = yield* look
    const wait = call.intentAt + lag - (yield* Clock.currentTimeMillis)
    if (isThere(seen) || wait <= 0) return seen
    yield* Effect.sleep(Math.min(wait, lag))
    return yield* look
  })

const unseen = (call: OpenCall) =>
  new ConnectorError({
    connection: call.connection,
    call: call.op,
    reason: "Unavailable",
    detail: `what became of a call for group "${call.group.name}" cannot be seen: the list that would show it does not agree with its own total`,
    status: null,
    code: null,
    retryAt: null,
    effect: "none"
  })

/** Hands every item of a list to `take`, which answers its id. A list that loses rows proves nothing: it is read once more, and then the run ends. */
const readWhole = <A>(call: OpenCall, pages: Stream.Stream<ListPage<A>, ConnectorError>, take: (item: A) => string): Effect.Effect<void, ConnectorError> =>
  Effect.gen(function* () {
    for (let attempt = 0; attempt < 2; attempt++) {
      const ids = new Set<string>()
      const end = yield* Stream.runFold(pages, { end: false, total: null as number | null }, (_, page) => {
        for (const item of page.items) ids.add(take(item))
        return { end: page.end, total: page.total }
      })
      if (end.end && (end.total === null || end.total === ids.size)) return
    }
    return yield* unseen(call)
  })

/** The rows of a call that are in its group now, with when they joined by the server's clock. Reads the group to its end; keeps only these rows. */
const present = (target: Target, call: OpenCall): Effect.Effect<ReadonlyMap<string, number | null>, ConnectorError> =>
  Effect.suspend(() => {
    const sought = new Set(call.rows.map((row) => row.id))
    const found = new Map<string, number | null>()
    const take = ({ customer: { id }, joinedAt }: { readonly customer: { readonly id: string }; readonly joinedAt: number | null }) => {
      if (sought.has(id)) found.set(id, joinedAt)
      return id
    }
    return Effect.as(readWhole(call, target.members(call.group.id ?? ""), take), found)
  })

/** A member since before our intent was there already; since then, it is ours. Without a sure time it is ours if we had seen it absent. */
const addOutcome = (call: OpenCall, joinedAt: number | null, absent: boolean): RowOutcome => {
  if (joinedAt === null) return absent ? "applied" : "found"
  if (call.clockOffset === null && absent) return "applied"
  return joinedAt >= call.intentAt + (call.clockOffset ?? 0) - clockTolerance ? "applied" : "found"
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

/** What a create whose answer was lost has made. `Unsure`: a group of its name that shows neither a mark nor when it was made. */
type Made = { readonly _tag: "Ours"; readonly group: TargetGroup } | { readonly _tag: "Unsure" } | { readonly _tag: "Nothing" }

const weigh = (call: OpenCall, group: TargetGroup, state: string): Made => {
  const ours: Made = { _tag: "Ours", group }
  if (group.mark !== undefined) return group.mark.state === state && group.mark.key === call.group.handle ? ours : { _tag: "Nothing" }
  if (group.marksShown || group.name !== call.group.name) return { _tag: "Nothing" }
  if (group.createdAt === undefined) return { _tag: "Unsure" }
  const earliest = call.clockOffset === null ? call.intentAt - unknownClock : call.intentAt + call.clockOffset - clockTolerance
  return group.createdAt >= earliest ? ours : { _tag: "Nothing" }
}

/** The group carries our mark, or its name since our intent. */
const madeBy = (target: Target, call: OpenCall, state: string): Effect.Effect<Made, ConnectorError> =>
  Effect.suspend(() => {
    let made: Made = { _tag: "Nothing" }
    const take = (group: TargetGroup) => {
      const weighed = weigh(call, group, state)
      if (weighed._tag === "Ours" || made._tag === "Nothing") made = weighed
      return group.id
    }
    return Effect.map(readWhole(call, target.groups, take), () => made)
  })

const settleCreate = (target: Target, call: OpenCall, state: string, detail: string): Effect.Effect<void, ConnectorError | StateError, Journal> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const made = yield* patiently(call, madeBy(target, call, state), ({ _tag }) => _tag !== "Nothing")
    switch (made._tag) {
      case "Ours":
        return yield* journal.settleGroup(call, { made: made.group }, detail)
      case "Nothing":
        return yield* journal.settleGroup(call, "undone", detail)
      case "Unsure":
        return yield* journal.refuse(
          call,
          `the answer to making "${call.group.name}" was lost, and a group of that name does not show whether it is the one; no second one is made`
        )
    }
  })

/** Settles one call by what the target shows now. */
export const settle = (target: Target, call: OpenCall, state: string): Effect.Effect<void, ConnectorError | StateError, Journal> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const detail = "settled by looking"
    if (call.op === "group.create") return yield* settleCreate(target, call, state, detail)
    const found = call.group.id === null ? Effect.succeedNone : target.group(call.group.id)
    if (call.op === "group.delete") {
      return yield* journal.settleGroup(call, Option.isSome(yield* patiently(call, found, Option.isNone)) ? "undone" : "deleted", detail)
    }
    if (Option.isNone(yield* found)) return yield* journal.groupGone(call)
    // An update is written again as long as its values differ from what we wrote last: saying "undone" costs one call at the most.
    if (call.op === "group.update") return yield* journal.settleGroup(call, "undone", detail)
    const outcome = yield* patiently(call, rows(target, call), (seen) => ![...seen.values()].includes("undone"))
    yield* journal.settleRows(call, outcome, detail)
  })

/** Settles what a killed run left under way. */
export const settleOpenCalls = (to: string, target: Target, state: string): Effect.Effect<number, ConnectorError | StateError, Journal> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const calls = yield* journal.openCalls(to)
    yield* Effect.forEach(calls, (call) => settle(target, call, state), { discard: true })
    return calls.length
  })
