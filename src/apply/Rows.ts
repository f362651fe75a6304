/** Sends memberships, pack by pack: what each answer proves is stored, and a refused pack is halved until the bad row stands alone. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { Pack, Receipt, RowReceipt } from "../contract/Target.ts"
import type { ChangeOp } from "../model/Change.ts"
import * as Backoff from "./Backoff.ts"
import * as Evidence from "./Evidence.ts"
import { Journal, type OpenCall, type RowOutcome, type Writer } from "./Journal.ts"
import type { Turns } from "./Turns.ts"
import type { WriterStore } from "./WriterStore.ts"

export interface Work extends Evidence.Sight {
  readonly writer: Writer
  /** Once they are spent nothing more begins; what is then left stays planned. */
  readonly turns: Turns
  /** Customers in a row whose answers were lost for good. */
  readonly lostInARow: Ref.Ref<number>
  /** Told after each call how many planned changes it settled. */
  readonly onProgress: (settled: number) => Effect.Effect<void>
}

export type Applying<A> = Effect.Effect<A, ConnectorError | StateError, Journal | WriterStore>

/** The status of an answer about somebody or something that is not there. */
const notFound = 404

/** So many customers in a row without an answer are the vendor's failure, not theirs. */
const mostLostInARow = 3

const noteClock = (work: Work, receipt: Receipt): Applying<void> =>
  Effect.gen(function* () {
    if (receipt.serverTime === null) return
    const journal = yield* Journal
    yield* journal.noteClock(work.writer.to, receipt.serverTime - (yield* Clock.currentTimeMillis))
  })

const same = (call: OpenCall, outcome: (row: OpenCall["rows"][number]) => RowOutcome) => new Map(call.rows.map((row) => [row, outcome(row)]))

/** What an answer says of rows that it does not tell apart: ours is what we had seen absent, and where nobody can look what we asked for. */
const byReceipt = (work: Work, call: OpenCall, changed: "all" | "none" | "done"): ReadonlyMap<OpenCall["rows"][number], RowOutcome> => {
  // A removed row is out of the group either way; an added one that was there already is not ours.
  if (changed === "all" || call.op === "assignment.remove") return same(call, () => "applied")
  if (changed === "none") return same(call, () => "found")
  const blind = work.declaration.assignments.listedBy === "none"
  return same(call, (row) => (blind || row.absent || row.lostSince !== null ? "applied" : "found"))
}

/** An addition found in place whose earlier answer was lost, or in a group that this run made, may be our own. */
const mayBeOurs = (call: OpenCall, outcome: ReadonlyMap<OpenCall["rows"][number], RowOutcome>): boolean =>
  call.op === "assignment.add" && call.rows.some((row) => outcome.get(row) === "found" && (call.madeNow || row.lostSince !== null))

/** A row that was dropped is asked for again in a smaller pack, and alone it is refused. */
const settleNamed = (work: Work, call: OpenCall, rows: ReadonlyMap<string, RowReceipt>): Applying<Step> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const of = (row: OpenCall["rows"][number]): RowReceipt => rows.get(call.by === "group" ? row.id : (row.group.id ?? "")) ?? "dropped"
    const dropped = call.rows.filter((row) => of(row) === "dropped")
    if (dropped.length > 0 && call.rows.length === 1) {
      yield* journal.refuse(call, droppedWords)
      if (call.op === "assignment.add" && (yield* isGone(work, call))) yield* journal.customerGone(call)
      return "settled"
    }
    const removes = call.op === "assignment.remove"
    const outcome = same(call, (row) => (of(row) === "dropped" ? "undone" : removes || of(row) === "changed" ? "applied" : "found"))
    const seen = mayBeOurs(call, outcome) ? yield* Evidence.skipped(work, call) : outcome
    const settled = same(call, (row) => (dropped.includes(row) ? "undone" : (seen.get(row) ?? "undone")))
    yield* journal.settleRows(call, settled, dropped.length === 0 ? null : `answered as done, and ${dropped.length} of ${call.rows.length} were left out`)
    return dropped.length === 0 ? "settled" : "split"
  })

const droppedWords = "the answer confirmed it, and shows no change: there is no such customer there any more, or not for this credential"

/** What came of a call: its rows are settled, or planned again in smaller packs, or as they are after a while. */
type Step = "settled" | "split" | "again"

/**
 * A customer's rows that an answer confirmed and that still do not show are refused: asking for them again
 * would change nothing. A group's are asked for again: the answer may have come from something on the way that never passed the call on.
 */
const settleReceipt = (work: Work, call: OpenCall, receipt: Receipt): Applying<Step> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    yield* noteClock(work, receipt)
    // The answer to a retry may be the one that was lost, however things are by now.
    if (receipt.changed === "named" && receipt.rows !== undefined && !call.retry) return yield* settleNamed(work, call, receipt.rows)
    if (receipt.changed !== "unnamed" && receipt.changed !== "named" && !call.retry) {
      const outcome = byReceipt(work, call, receipt.changed)
      yield* journal.settleRows(call, mayBeOurs(call, outcome) ? yield* Evidence.skipped(work, call) : outcome, null)
      return "settled"
    }
    const outcome = yield* Evidence.rowsInTime(work, call)
    const nothing = call.rows.every((row) => outcome.get(row) === "undone")
    if (nothing && call.by === "customer") {
      yield* journal.refuse(call, "the answer confirmed it, and reading it back shows no change")
      return "settled"
    }
    yield* journal.settleRows(call, outcome, "the answer did not tell what it changed; settled by looking")
    return nothing ? "again" : "settled"
  })

const packOf = ({ by, group, rows }: OpenCall): Pack =>
  by === "group"
    ? { by, group: group.id ?? "", customers: rows.map((row) => row.id) }
    : { by, customer: rows[0]?.id ?? "", groups: rows.map((row) => row.group.id ?? "") }

const call = (work: Work, open: OpenCall): Effect.Effect<Receipt, ConnectorError> =>
  open.op === "assignment.add" ? work.target.add(packOf(open), open.key ?? undefined) : work.target.remove(packOf(open))

/** Whether the customer of a refused row is really not at the target any more: asked for by address, where there is one. */
const isGone = (work: Work, { rows: [row] }: OpenCall): Effect.Effect<boolean, ConnectorError> => {
  if (row === undefined || row.email === null || !work.declaration.customers.search) return Effect.succeed(false)
  return Effect.map(work.target.customersByAddress(row.email), (found) => !found.some((customer) => customer.id === row.id))
}

/** Refusals that are about this customer and nobody else. */
const isCustomers = (call: OpenCall, { reason }: ConnectorError): boolean => call.by === "customer" && (reason === "NotFound" || reason === "NotAllowed")

/** What a failed call means. Only a refusal that can be one row's, or one customer's, is split or kept; everything else ends the run. */
export const settleFailure = (work: Work, call: OpenCall, error: ConnectorError): Applying<Step> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const undone = same(call, () => "undone")
    if (error.effect === "unknown") {
      // An answer that says nothing is an answer: under the same key it would come again.
      if (error.status === null) yield* journal.noteLost(call)
      yield* Evidence.settle(work, call)
      return "again"
    }
    if (isCustomers(call, error)) {
      yield* journal.refuse(call, error.detail)
      return "settled"
    }
    if (error.reason === "NotFound" && call.group.id !== null && Option.isNone(yield* work.target.group(call.group.id))) {
      yield* journal.groupGone(call)
      return "settled"
    }
    if (error.reason !== "Invalid" && error.reason !== "NotFound") {
      yield* call.op.startsWith("group.") ? journal.settleGroup(call, "undone", error.detail) : journal.settleRows(call, undone, error.detail)
      return yield* error
    }
    if (call.rows.length > 1) {
      yield* journal.settleRows(call, undone, `refused as a pack of ${call.rows.length}: ${error.detail}`)
      return "split"
    }
    if (error.reason === "NotFound" && call.op === "assignment.remove") {
      // Who is not there is not in the group either.
      yield* journal.settleRows(
        call,
        same(call, () => "applied"),
        error.detail
      )
    } else {
      // What could be one row's fault comes as "invalid", also where the vendor's own word was that somebody is not found.
      const gone = (error.reason === "NotFound" || error.status === notFound) && (yield* isGone(work, call))
      yield* journal.refuse(call, error.detail)
      if (gone) yield* journal.customerGone(call)
    }
    return "settled"
  })

export const unavailable = (work: Work, op: ChangeOp, name: string): ConnectorError =>
  new ConnectorError({
    connection: work.writer.to,
    call: op,
    reason: "Unavailable",
    detail: `the answers for ${name} were lost ${Backoff.attempts} times; what is known of them is kept, the rest follows with the next run`,
    effect: "none"
  })

/** Rows of one group or customer, of one kind. `next` stores the intent of their next call. */
export interface Sending {
  readonly op: "assignment.add" | "assignment.remove"
  readonly name: string
  readonly next: (most: number) => Effect.Effect<OpenCall | null, StateError>
  readonly pack: number
  /** One pack only. */
  readonly once: boolean
}

/** Refuses all rows of a customer for a reason that is theirs alone, without a call. Any other failure ends the run. */
export const refuseAll = ({ next, pack }: Sending, error: ConnectorError): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    if (error.reason !== "NotFound" && error.reason !== "NotAllowed") return yield* error
    for (let call = yield* next(pack); call !== null; call = yield* next(pack)) yield* journal.refuse(call, error.detail)
  })

/** A customer whose answers are lost again and again waits for a later run, unless it is everybody's. */
const giveUp = (work: Work, sending: Sending, by: OpenCall["by"]): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const failure = unavailable(work, sending.op, sending.name)
    if (by === "group" || (yield* Ref.updateAndGet(work.lostInARow, (count) => count + 1)) >= mostLostInARow) return yield* failure
    for (let call = yield* sending.next(sending.pack); call !== null; call = yield* sending.next(sending.pack)) yield* journal.refuse(call, failure.detail)
  })

/** Sends the rows pack by pack, as long as there are turns. A pack that went through after a split is followed by larger ones again. */
export const send = (work: Work, sending: Sending): Applying<void> =>
  Effect.gen(function* () {
    let pack = sending.pack
    let lost = 0
    for (;;) {
      if (!(yield* work.turns.take)) return
      const open = yield* sending.next(pack)
      if (open === null) return yield* work.turns.giveBack
      const result = yield* Effect.either(call(work, open))
      const step = yield* result._tag === "Right" ? settleReceipt(work, open, result.right) : settleFailure(work, open, result.left)
      // What is planned again is counted when it comes back.
      yield* work.onProgress(step === "settled" ? open.rows.length : 0)
      if (step === "split") pack = Math.max(1, Math.floor(open.rows.length / 2))
      else if (step === "again") {
        lost += 1
        yield* Backoff.rest(lost)
        if (lost >= Backoff.attempts) return yield* giveUp(work, sending, open.by)
      } else if (result._tag === "Right") {
        yield* Ref.set(work.lostInARow, 0)
        pack = Math.min(sending.pack, pack * 2)
        lost = 0
      }
      if (sending.once) return
    }
  })
