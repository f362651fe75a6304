/**
 * Carries out a run's planned changes: one group whole before the next, most members per call first, adds before removes.
 * Each call's intent is stored before it is sent and its outcome after, so that a killed run can be finished by the next.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { Receipt, Target, TargetDeclaration } from "../contract/Target.ts"
import type { ChangeOp } from "../model/Change.ts"
import * as Evidence from "./Evidence.ts"
import { Journal, type OpenCall, type WorkGroup, type Writer } from "./Journal.ts"

export interface Work {
  readonly writer: Writer
  readonly target: Target
  readonly declaration: TargetDeclaration
  /** Lineage of our state, as marks carry it. */
  readonly state: string
  /** Told after each call how many planned changes it settled. */
  readonly onProgress: (settled: number) => Effect.Effect<void>
}

type Applying<A> = Effect.Effect<A, ConnectorError | StateError, Journal>

/** The status of an answer about somebody or something that is not there. */
const notFound = 404

/** How often in a row one group's call may be settled by looking before the vendor counts as unavailable. */
const attempts = 6
const firstBackoff = Duration.millis(500)
const longestBackoff = Duration.seconds(8)

/** Time for a vendor in trouble; what was lost so far has been settled. */
const rest = (lost: number): Effect.Effect<void> =>
  lost < attempts ? Effect.sleep(Duration.min(longestBackoff, Duration.times(firstBackoff, 2 ** (lost - 1)))) : Effect.void

const noteClock = (work: Work, receipt: Receipt): Applying<void> =>
  Effect.gen(function* () {
    if (receipt.serverTime === null) return
    const journal = yield* Journal
    yield* journal.noteClock(work.writer.to, receipt.serverTime - (yield* Clock.currentTimeMillis))
  })

const settleReceipt = (work: Work, call: OpenCall, receipt: Receipt): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    yield* noteClock(work, receipt)
    if (receipt.changed === "unnamed") {
      return yield* journal.settleRows(call, yield* Evidence.rows(work.target, call), "some were there already; settled by looking")
    }
    // A removed row is out of the group either way; an added one that was there already is not ours.
    const outcome = receipt.changed === "all" || call.op === "assignment.remove" ? "applied" : "found"
    yield* journal.settleRows(call, new Map(call.rows.map((row) => [row.number, outcome])), null)
  })

const send = (work: Work, call: OpenCall): Effect.Effect<Receipt, ConnectorError> => {
  const pack = { by: "group", group: call.group.id ?? "", customers: call.rows.map((row) => row.id) } as const
  return call.op === "assignment.add" ? work.target.add(pack) : work.target.remove(pack)
}

/** Whether the customer of a refused row is really not at the target any more: asked for by address, where there is one. */
const isGone = (work: Work, call: OpenCall): Effect.Effect<boolean, ConnectorError> => {
  const [row] = call.rows
  if (row === undefined || row.email === null || !work.declaration.customers.search) return Effect.succeed(false)
  return Effect.map(work.target.customersByAddress(row.email), (found) => !found.some((customer) => customer.id === row.id))
}

type Step = "settled" | "split"

/** What a failed call means. Only a refusal that can be one row's is split or kept; everything else ends the run. */
const settleFailure = (work: Work, call: OpenCall, error: ConnectorError): Applying<Step> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const undone = new Map(call.rows.map((row) => [row.number, "undone" as const]))
    if (error.effect === "unknown") {
      yield* Evidence.settle(work.target, call, work.state)
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
      yield* journal.settleRows(call, new Map(call.rows.map((row) => [row.number, "applied"])), error.detail)
    } else {
      // What could be one row's fault comes as "invalid", also where the vendor's own word was that somebody is not found.
      const gone = (error.reason === "NotFound" || error.status === notFound) && (yield* isGone(work, call))
      yield* journal.refuse(call, error.detail)
      if (gone) yield* journal.customerGone(call)
    }
    return "settled"
  })

const unavailable = (work: Work, op: ChangeOp, name: string): ConnectorError =>
  new ConnectorError({
    connection: work.writer.to,
    call: op,
    reason: "Unavailable",
    detail: `the answers for group "${name}" were lost ${attempts} times; what was done is known, the rest follows with the next run`,
    status: null,
    code: null,
    retryAt: null,
    effect: "none"
  })

/** Sends the rows of one kind for one group, pack by pack. A refused pack is halved until the bad row stands alone. */
const rowsOf = (work: Work, group: WorkGroup, op: "assignment.add" | "assignment.remove", most: number, once: boolean): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    let pack = most
    let lost = 0
    for (;;) {
      const call = yield* journal.intend(work.writer, op, group.group, pack)
      if (call === null) return
      const result = yield* Effect.either(send(work, call))
      let settled = call.rows.length
      if (result._tag === "Right") {
        yield* settleReceipt(work, call, result.right)
        // A pack that went through after a split is followed by larger ones again.
        pack = Math.min(most, pack * 2)
        lost = 0
      } else {
        const step = yield* settleFailure(work, call, result.left)
        // What is planned again is counted when it comes back.
        if (step === "split" || result.left.effect === "unknown") settled = 0
        if (step === "split") pack = Math.max(1, Math.floor(call.rows.length / 2))
        else if (result.left.effect === "unknown") {
          lost += 1
          yield* rest(lost)
        }
        if (lost >= attempts) return yield* unavailable(work, op, group.name)
      }
      yield* work.onProgress(settled)
      if (once) return
    }
  })

const sendGroup = (work: Work, call: OpenCall): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    if (call.op === "group.delete") {
      yield* work.target.deleteGroup(call.group.id ?? "")
      return yield* journal.settleGroup(call, "deleted", null)
    }
    const { draft, mark } = yield* journal.draft(call)
    if (call.op === "group.create") {
      const made = yield* work.target.createGroup(draft, mark)
      return yield* journal.settleGroup(call, { made }, null)
    }
    const { name, slug, description } = draft
    yield* work.target.updateGroup(call.group.id ?? "", {
      name,
      ...(slug === undefined ? {} : { slug }),
      ...(description === undefined ? {} : { description })
    })
    yield* journal.settleGroup(call, "updated", null)
  })

/** Makes, renames or deletes one group. A create whose answer is lost is looked for before it is tried again. */
const groupChange = (work: Work, group: WorkGroup, op: "group.create" | "group.update" | "group.delete"): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    for (let lost = 0; lost < attempts;) {
      const call = yield* journal.intend(work.writer, op, group.group, 1)
      if (call === null) return
      const result = yield* Effect.either(sendGroup(work, call))
      if (result._tag === "Left") {
        if (result.left._tag === "StateError") return yield* result.left
        yield* settleFailure(work, call, result.left)
        lost += 1
        if (result.left.effect === "unknown") yield* rest(lost)
      }
      yield* work.onProgress(result._tag === "Right" ? 1 : 0)
    }
    return yield* unavailable(work, op, group.name)
  })

const fill = (work: Work, group: WorkGroup, once: boolean): Applying<void> =>
  Effect.gen(function* () {
    if (group.create) yield* groupChange(work, group, "group.create")
    if (group.update) yield* groupChange(work, group, "group.update")
    if (group.adds > 0) yield* rowsOf(work, group, "assignment.add", work.declaration.assignments.add.pack, once)
  })

/** Whether the group holds exactly the members that are to leave it, asked of the target right before it goes. */
const holdsOnlyLeavers = (work: Work, { id, removes }: WorkGroup): Effect.Effect<boolean, ConnectorError> =>
  id === null
    ? Effect.succeed(true)
    : Effect.map(work.target.group(id), (found) => Option.isNone(found) || found.value.count === removes || (found.value.count === undefined && removes === 0))

/** A group that goes takes its members with it in one call. */
const empty = (work: Work, group: WorkGroup, once: boolean): Applying<void> =>
  Effect.gen(function* () {
    const { remove } = work.declaration.assignments
    if (group.delete) {
      if (yield* holdsOnlyLeavers(work, group)) return yield* groupChange(work, group, "group.delete")
      yield* (yield* Journal).spareGroup(work.writer.run, group.group)
    }
    if (group.removes > 0 && remove !== "none") yield* rowsOf(work, group, "assignment.remove", remove.pack, once)
  })

/** The first write ever to a target: one pack of its smallest group, read back before anything else is sent. */
const canary = (work: Work): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    if (yield* journal.canaryDone(work.writer.to)) return
    const group = yield* journal.smallest(work.writer.run)
    if (group === null) return
    yield* group.adds > 0 || group.create || group.update ? fill(work, group, true) : empty(work, group, true)
    if (yield* readBack(work, group)) yield* journal.noteCanary(work.writer.to)
  })

/** Whether anything was written to read back. Fails when it does not show. */
const readBack = (work: Work, group: WorkGroup): Applying<boolean> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const written = yield* journal.written(work.writer.run, group.group)
    if (written === null || written.rows.length === 0) return false
    const outcome = yield* Evidence.rows(work.target, written)
    const missing = written.rows.filter((row) => outcome.get(row.number) === "undone")
    if (missing.length === 0) return true
    const done = written.op === "assignment.add" ? "added" : "removed"
    return yield* new ConnectorError({
      connection: work.writer.to,
      call: written.op,
      reason: "Malformed",
      detail: `the first write was confirmed but does not show: ${missing.length} of ${written.rows.length} ${done} in group "${group.name}". Nothing else was sent. Check the group there; groupbridge runs shows the calls`,
      status: null,
      code: null,
      retryAt: null,
      effect: "none"
    })
  })

const groupsAtOnce = 4

const phase = (work: Work, name: "adds" | "removes", step: (group: WorkGroup) => Applying<void>): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    for (;;) {
      // Settled work leaves the list, so the next batch is always its head.
      const groups = yield* journal.work(work.writer.run, name, 200)
      if (groups.length === 0) return
      const before = yield* journal.progress(work.writer.run)
      yield* Effect.forEach(groups, step, { concurrency: groupsAtOnce, discard: true })
      const after = yield* journal.progress(work.writer.run)
      if (after.settled === before.settled) return yield* Effect.dieMessage(`work on ${groups.length} groups was neither done nor refused`)
    }
  })

/** Applies everything that the run has planned. Fails when the vendor refuses or is not there; what was done by then is stored. */
export const apply = (work: Work): Applying<void> =>
  Effect.gen(function* () {
    yield* canary(work)
    yield* phase(work, "adds", (group) => fill(work, group, false))
    yield* phase(work, "removes", (group) => empty(work, group, false))
  })
