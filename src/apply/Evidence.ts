/** Settles calls whose answer does not tell what they did, by looking at the target before anything is repeated. */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { ListPage, Target, TargetDeclaration } from "../contract/Target.ts"
import type { TargetGroup } from "../model/Group.ts"
import type * as ReadLag from "../read/ReadLag.ts"
import * as LastWriter from "./LastWriter.ts"
import type { WriterStore } from "./WriterStore.ts"
import { type CallRow, Journal, type OpenCall, type RowOutcome } from "./Journal.ts"

/** What settling looks at. `state`: the lineage of our state, as marks carry it. */
export interface Sight {
  readonly target: Target
  readonly declaration: TargetDeclaration
  readonly state: string
  readonly lag: ReadLag.ReadLag
}

/** The Date header has whole seconds, and our reading of it is older than the call by its way back. */
const clockTolerance = 2000

/** As long as no answer has told the server's clock, it may differ by so much from ours. */
const unknownClock = Duration.toMillis("5 minutes")

/** A call whose sender is gone may still be on its way: only after so long, or the target's lag, does its absence say that it came to nothing. */
const onItsWay = Duration.toMillis("5 seconds")

const patience = ({ lag }: Pick<Sight, "lag">): number => Math.max(onItsWay, lag.millis)

/** Looks, and where what was asked for is not there yet and the call is young, waits and looks again. */
const patiently = <A, E>(lag: number, call: Pick<OpenCall, "intentAt">, look: Effect.Effect<A, E>, isThere: (seen: A) => boolean): Effect.Effect<A, E> =>
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

/** Rows that are so now, with when they came to be so by the server's clock, null where that is not told. */
type Present = ReadonlyMap<CallRow, number | null>

/** Reads the group to its end; keeps only these rows. */
const inGroup = (target: Target, call: OpenCall, rows: ReadonlyArray<CallRow>): Effect.Effect<Present, ConnectorError> =>
  Effect.suspend(() => {
    const sought = new Map(rows.map((row) => [row.id, row]))
    const found = new Map<CallRow, number | null>()
    const take = ({ customer: { id }, joinedAt }: { readonly customer: { readonly id: string }; readonly joinedAt: number | null }) => {
      const row = sought.get(id)
      if (row !== undefined) found.set(row, joinedAt)
      return id
    }
    return Effect.as(readWhole(call, target.members(rows[0]?.group.id ?? ""), take), found)
  })

const ofCustomer = (target: Target, rows: ReadonlyArray<CallRow>): Effect.Effect<Present, ConnectorError> =>
  Effect.map(
    target.groupsOf(rows[0]?.id ?? ""),
    (groups) => new Map(rows.flatMap((row) => (groups.includes(row.group.id ?? "") ? [[row, null] as const] : [])))
  )

/** Looks at every group or customer of the call once, whichever the target lists. */
const present = (target: Target, call: OpenCall, listedBy: "group" | "customer"): Effect.Effect<Present, ConnectorError> => {
  const parts = Object.values(Arr.groupBy(call.rows, (row) => String(listedBy === "group" ? row.group.number : row.number)))
  const look = (rows: ReadonlyArray<CallRow>) => (listedBy === "group" ? inGroup(target, call, rows) : ofCustomer(target, rows))
  return Effect.map(Effect.forEach(parts, look), (found) => new Map(found.flatMap((part) => [...part])))
}

/**
 * A member since before our first intent was there already; since then, it is ours. Without a sure time it is ours if we had seen it absent, or had
 * asked for it before without an answer.
 */
const addOutcome = (call: OpenCall, joinedAt: number | null, { absent, lostSince }: CallRow): RowOutcome => {
  const ours = absent || lostSince !== null
  if (joinedAt === null || call.clockOffset === null) return ours ? "applied" : joinedAt === null ? "found" : byTime(call, joinedAt, call.intentAt)
  return byTime(call, joinedAt, lostSince ?? call.intentAt)
}

const byTime = (call: OpenCall, joinedAt: number, intentAt: number): RowOutcome =>
  joinedAt >= intentAt + (call.clockOffset ?? 0) - clockTolerance ? "applied" : "found"

/**
 * What became of an add or remove whose answer was lost or does not name its rows. Costs a read of the group, or of the customer. Where nothing
 * can be read back nobody knows.
 */
export const rows = ({ target, declaration }: Sight, call: OpenCall): Effect.Effect<ReadonlyMap<CallRow, RowOutcome>, ConnectorError> => {
  const { listedBy } = declaration.assignments
  if (listedBy === "none") return Effect.succeed(new Map(call.rows.map((row) => [row, "unknown" as const])))
  return Effect.map(present(target, call, listedBy), (found) => {
    const outcome = (row: CallRow): RowOutcome => {
      const joinedAt = found.get(row)
      if (call.op === "assignment.remove") return joinedAt === undefined ? "applied" : "undone"
      return joinedAt === undefined ? "undone" : addOutcome(call, joinedAt, row)
    }
    return new Map(call.rows.map((row) => [row, outcome(row)]))
  })
}

/** As `rows`, and where one does not show yet, once more after the target's lag. */
export const rowsInTime = (sight: Sight, call: OpenCall): Effect.Effect<ReadonlyMap<CallRow, RowOutcome>, ConnectorError> =>
  patiently(patience(sight), call, rows(sight, call), (seen) => ![...seen.values()].includes("undone"))

/** Rows that an answer said were so already, in which we may be the ones who made them so: ours unless the target shows an earlier time. */
export const skipped = (sight: Sight, call: OpenCall): Effect.Effect<ReadonlyMap<CallRow, RowOutcome>, ConnectorError> => {
  const isOurs = (row: CallRow) => row.lostSince !== null || call.madeNow
  if (!call.rows.some(isOurs)) return Effect.succeed(new Map(call.rows.map((row) => [row, "found" as const])))
  if (sight.declaration.assignments.listedBy === "none")
    return Effect.succeed(new Map(call.rows.map((row) => [row, isOurs(row) ? "applied" : "found"] as const)))
  return Effect.map(
    rowsInTime(sight, call),
    (seen) => new Map(call.rows.map((row) => [row, isOurs(row) && seen.get(row) !== "found" ? "applied" : "found"] as const))
  )
}

/** An addition that does not show although its answer is lost may show later. */
const lost = (call: OpenCall, outcome: ReadonlyMap<CallRow, RowOutcome>): ReadonlyMap<CallRow, RowOutcome> =>
  call.op === "assignment.add" ? new Map([...outcome].map(([row, result]) => [row, result === "undone" ? "lost" : result] as const)) : outcome

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

const settleCreate = ({ lag, state, target }: Sight, call: OpenCall, detail: string): Effect.Effect<void, ConnectorError | StateError, Journal> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const made = yield* patiently(patience({ lag }), call, madeBy(target, call, state), ({ _tag }) => _tag !== "Nothing")
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
export const settle = (sight: Sight, call: OpenCall): Effect.Effect<void, ConnectorError | StateError, Journal | WriterStore> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const { target } = sight
    const detail = "settled by looking"
    if (call.by === "customer" || (call.rows.length > 0 && sight.declaration.assignments.listedBy === "none")) {
      return yield* journal.settleRows(call, lost(call, yield* rowsInTime(sight, call)), detail)
    }
    if (call.op === "group.create") return yield* settleCreate(sight, call, detail)
    if (call.op === "group.mark") return yield* LastWriter.settle(target, call)
    const found = call.group.id === null ? Effect.succeedNone : target.group(call.group.id)
    if (call.op === "group.delete") {
      return yield* journal.settleGroup(call, Option.isSome(yield* patiently(patience(sight), call, found, Option.isNone)) ? "undone" : "deleted", detail)
    }
    if (Option.isNone(yield* found)) return yield* journal.groupGone(call)
    // An update is written again as long as its values differ from what we wrote last: saying "undone" costs one call at the most.
    if (call.op === "group.update") return yield* journal.settleGroup(call, "undone", detail)
    yield* journal.settleRows(call, lost(call, yield* rowsInTime(sight, call)), detail)
  })

/** Settles what a killed run left under way. */
export const settleOpenCalls = (sight: Sight, to: string): Effect.Effect<number, ConnectorError | StateError, Journal | WriterStore> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const calls = yield* journal.openCalls(to)
    yield* Effect.forEach(calls, (call) => Effect.zipRight(journal.noteLost(call), settle(sight, call)), { discard: true })
    return calls.length
  })
