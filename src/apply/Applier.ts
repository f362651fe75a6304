/**
 * Carries out a run's planned changes. Where memberships are packed by group, one group whole before the next; where by customer, the groups
 * first and then customer by customer. Most rows per call first, adds before removes.
 * Each call's intent is stored before it is sent and its outcome after, so that a killed run can be finished by the next.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import { ConnectorError } from "../contract/ConnectorError.ts"
import * as Backoff from "./Backoff.ts"
import * as Evidence from "./Evidence.ts"
import { type GroupPhase, Journal, type OpenCall, type WorkCustomer, type WorkGroup } from "./Journal.ts"
import * as Rows from "./Rows.ts"

type Applying<A> = Rows.Applying<A>
type Work = Rows.Work

const sendGroup = (work: Work, call: OpenCall): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    if (call.op === "group.delete") {
      yield* work.target.deleteGroup(call.group.id ?? "")
      return yield* journal.settleGroup(call, "deleted", null)
    }
    const { draft, mark } = yield* journal.draft(call)
    if (call.op === "group.create") {
      const made = yield* work.target.createGroup(draft, mark, call.key ?? undefined)
      return yield* journal.settleGroup(call, { made }, null)
    }
    const { customFields, description, name, slug } = draft
    const carries = work.declaration.groups.customFields === true && Object.keys(customFields).length > 0
    yield* work.target.updateGroup(call.group.id ?? "", {
      name,
      ...(slug === undefined ? {} : { slug }),
      ...(description === undefined ? {} : { description }),
      ...(carries ? { customFields } : {})
    })
    yield* journal.settleGroup(call, "updated", null)
  })

/** Makes, renames or deletes one group. A create whose answer is lost is looked for before it is tried again. */
const groupChange = (work: Work, group: WorkGroup, op: "group.create" | "group.update" | "group.delete"): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    for (let lost = 0; lost < Backoff.attempts;) {
      if (!(yield* work.turns.take)) return
      const call = yield* journal.intend(work.writer, op, group.group, 1)
      if (call === null) return yield* work.turns.giveBack
      const result = yield* Effect.either(sendGroup(work, call))
      if (result._tag === "Left") {
        if (result.left._tag === "StateError") return yield* result.left
        yield* Rows.settleFailure(work, call, result.left)
        lost += 1
        if (result.left.effect === "unknown") yield* Backoff.rest(lost)
      }
      yield* work.onProgress(result._tag === "Right" ? 1 : 0)
    }
    return yield* Rows.unavailable(work, op, `group "${group.name}"`)
  })

type RowOp = "assignment.add" | "assignment.remove"

/** Sends the rows of one kind for one group. */
const groupRows = (work: Work, group: WorkGroup, op: RowOp, pack: number, once: boolean): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const next = (most: number) => journal.intend(work.writer, op, group.group, most)
    yield* Rows.send(work, { op, name: `group "${group.name}"`, next, pack, once })
  })

/** Sends the rows of one kind for one customer; before an addition it looks, where that can be done, so that what was there already is known. */
const customerRows = (work: Work, { customer, id, name }: WorkCustomer, op: RowOp, pack: number, once: boolean): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const next = (most: number) => journal.intendFor(work.writer, op, customer, most)
    const rows = { op, name, next, pack, once }
    if (yield* work.turns.areSpent) return
    if (op === "assignment.add" && work.declaration.assignments.listedBy === "customer") {
      const seen = yield* Effect.either(work.target.groupsOf(id))
      if (seen._tag === "Left") return yield* Rows.refuseAll(rows, seen.left)
      yield* journal.sawGroups(work.writer.run, customer, seen.right)
    }
    yield* Rows.send(work, rows)
  })

const changeGroup = (work: Work, group: WorkGroup): Applying<void> =>
  Effect.gen(function* () {
    if (group.create) yield* groupChange(work, group, "group.create")
    if (group.update) yield* groupChange(work, group, "group.update")
  })

/** Whether the group holds exactly the members that are to leave it, asked of the target right before it goes. */
const holdsOnlyLeavers = (work: Work, { id, removes }: WorkGroup): Effect.Effect<boolean, ConnectorError> =>
  id === null
    ? Effect.succeed(true)
    : Effect.map(work.target.group(id), (found) => Option.isNone(found) || found.value.count === removes || (found.value.count === undefined && removes === 0))

/** Deletes the group with those in it who leave it anyhow, in one call; answers whether it is done. */
const deleteGroup = (work: Work, group: WorkGroup): Applying<boolean> =>
  Effect.gen(function* () {
    if (!group.delete || (yield* work.turns.areSpent)) return false
    const goes = yield* holdsOnlyLeavers(work, group)
    yield* goes ? groupChange(work, group, "group.delete") : (yield* Journal).spareGroup(work.writer.run, group.group)
    return goes
  })

const fill = (work: Work, group: WorkGroup, once: boolean): Applying<void> =>
  Effect.gen(function* () {
    yield* changeGroup(work, group)
    if (group.adds > 0) yield* groupRows(work, group, "assignment.add", work.declaration.assignments.add.pack, once)
  })

const empty = (work: Work, group: WorkGroup, pack: number, once: boolean): Applying<void> =>
  Effect.gen(function* () {
    if (yield* deleteGroup(work, group)) return
    if (group.removes > 0) yield* groupRows(work, group, "assignment.remove", pack, once)
  })

/** One pack of the smallest group; answers what it is called. */
const tryGroup = (work: Work): Applying<string | null> =>
  Effect.gen(function* () {
    const group = yield* (yield* Journal).smallest(work.writer.run)
    if (group === null) return null
    const { remove } = work.declaration.assignments
    if (group.adds > 0 || group.create || group.update) yield* fill(work, group, true)
    else if (remove !== "none") yield* empty(work, group, remove.pack, true)
    return `group "${group.name}"`
  })

/** One pack of the customer with the fewest rows, with the groups that it needs. */
const tryCustomer = (work: Work, op: RowOp, pack: number): Applying<string | null> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const [customer] = yield* journal.customers(work.writer.run, op, "fewest", 1)
    if (customer === undefined) return null
    if (work.declaration.groups.create === "explicit")
      for (const group of yield* journal.groupsFor(work.writer.run, customer.customer)) yield* changeGroup(work, group)
    yield* customerRows(work, customer, op, pack, true)
    return customer.name
  })

/**
 * The first write ever to a target: one pack of its smallest group or customer, read back before anything else is sent. Where an earlier run wrote that
 * pack and did not see it, it is looked for before another one is written.
 */
const canary = (work: Work): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    if (yield* journal.canaryDone(work.writer.to)) return
    const before = yield* journal.lastAdded(work.writer.to)
    if (before !== null) {
      yield* readBack(work, before, `group "${before.group.name}"`)
      return yield* journal.noteCanary(work.writer.to)
    }
    const { add } = work.declaration.assignments
    const tried = yield* add.by === "group" ? tryGroup(work) : tryCustomer(work, "assignment.add", add.pack)
    const written = tried === null ? null : yield* journal.written(work.writer.run)
    if (tried === null || written === null || written.rows.length === 0) return
    yield* readBack(work, written, tried)
    yield* journal.noteCanary(work.writer.to)
  })

const firstLook = Duration.millis(250)

/** Reads a call's rows back, again and again within the target's lag. Fails when they do not show. */
const readBack = (work: Work, written: OpenCall, name: string): Applying<void> =>
  Effect.gen(function* () {
    const until = (yield* Clock.currentTimeMillis) + work.lag.millis
    for (let pause = firstLook; ; pause = Duration.times(pause, 2)) {
      const outcome = yield* Evidence.rows(work, written)
      const missing = written.rows.filter((row) => outcome.get(row) === "undone")
      if (missing.length === 0) return
      const left = until - (yield* Clock.currentTimeMillis)
      if (left > 0) {
        yield* Effect.sleep(Duration.min(pause, left))
        continue
      }
      const done = written.op === "assignment.add" ? "added" : "removed"
      return yield* new ConnectorError({
        connection: work.writer.to,
        call: written.op,
        reason: "Malformed",
        detail: `the first write was confirmed but does not show: ${missing.length} of ${written.rows.length} ${done} for ${name}. Nothing else was sent. Check it there; groupbridge runs shows the calls`,
        effect: "none"
      })
    }
  })

/** Groups or customers that are worked on at once. */
const atOnce = ({ assignments }: Work["declaration"]): number => (assignments.oneAtATime === true ? 1 : 4)

/** Works through a list that settled work leaves, so that its next batch is always its head. */
const through = <A>(work: Work, batch: Applying<ReadonlyArray<A>>, step: (item: A) => Applying<void>): Applying<void> =>
  Effect.gen(function* () {
    const journal = yield* Journal
    for (;;) {
      const items = yield* batch
      if (items.length === 0 || (yield* work.turns.areSpent)) return
      const before = yield* journal.progress(work.writer.run)
      yield* Effect.forEach(items, step, { concurrency: atOnce(work.declaration), discard: true })
      const after = yield* journal.progress(work.writer.run)
      if (after.settled === before.settled && !(yield* work.turns.areSpent))
        return yield* Effect.dieMessage(`work on ${items.length} groups or customers was neither done nor refused`)
    }
  })

const batchSize = 200

const groups = (work: Work, phase: GroupPhase, step: (group: WorkGroup) => Applying<void>): Applying<void> =>
  through(
    work,
    Effect.flatMap(Journal, (journal) => journal.work(work.writer.run, phase, batchSize)),
    step
  )

const customers = (work: Work, op: RowOp, pack: number): Applying<void> =>
  through(
    work,
    Effect.flatMap(Journal, (journal) => journal.customers(work.writer.run, op, "most", batchSize)),
    (customer) => customerRows(work, customer, op, pack, false)
  )

const adds = (work: Work): Applying<void> =>
  Effect.gen(function* () {
    const { assignments, groups: can } = work.declaration
    if (assignments.add.by === "group") return yield* groups(work, "adds", (group) => fill(work, group, false))
    if (can.create === "explicit") yield* groups(work, "changes", (group) => changeGroup(work, group))
    yield* customers(work, "assignment.add", assignments.add.pack)
    if (can.create === "on-first-use") yield* (yield* Journal).dropUnused(work.writer.run)
  })

const removes = (work: Work): Applying<void> =>
  Effect.gen(function* () {
    const { remove } = work.declaration.assignments
    if (remove === "none") return
    if (remove.by === "group") return yield* groups(work, "removes", (group) => empty(work, group, remove.pack, false))
    yield* groups(work, "deletions", (group) => Effect.asVoid(deleteGroup(work, group)))
    yield* customers(work, "assignment.remove", remove.pack)
  })

/** Applies everything that the run has planned, or as much as it has turns for. Fails when the vendor refuses or is not there; what was done by then is stored. */
export const apply = (given: Omit<Work, "lostInARow">): Applying<void> =>
  Effect.gen(function* () {
    const work = { ...given, lostInARow: yield* Ref.make(0) }
    yield* canary(work)
    yield* adds(work)
    yield* removes(work)
  })
