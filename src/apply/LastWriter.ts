/**
 * Tells two machines with copies of one state apart: each run that writes first puts its number onto one group of the target. A state that finds a number
 * there which is not its own is not the last writer, and writes nothing.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { Remarkable, Target, TargetDeclaration } from "../contract/Target.ts"
import type { OpenCall, Writer } from "./Journal.ts"
import * as Backoff from "./Backoff.ts"
import type { Turns } from "./Turns.ts"
import { type Carrier, type Known, type Shown, type Standing, WriterStore } from "./WriterStore.ts"

/** After so long at the latest a look at a group shows what a confirmed call wrote onto it. */
const settled = Duration.toMillis("15 minutes")

/**
 * Whether another copy wrote this. A number below ours is an old look, unless it lies between the last one that is known to have arrived and one that may
 * not have: only another machine can have given it.
 */
const isOthers = (known: Known | null, { carries, seenAt, writer }: Shown): boolean => {
  if (known === null) return writer !== null
  if (writer === null) return carries && known.sent > 0 && seenAt > known.at + settled
  if (writer.run > known.run) return true
  return writer.run > known.sent || writer.run === known.run ? writer.machine !== known.machine : false
}

const numberOf = ({ writer }: Shown): number => writer?.run ?? 0

/** The latest that another copy wrote since this state did; null: this state is the last writer. Pure. */
export const other = ({ known, shown }: Standing): Shown | null => {
  if (known?.claim === "restored") return null
  return shown.filter((one) => isOthers(known, one)).toSorted((a, b) => numberOf(b) - numberOf(a))[0] ?? null
}

/** Whether the next run writes its number though nothing changes: a person decided that this state goes on, and the other one is to notice. */
export const isDue = ({ known }: Standing): boolean => known !== null && known.claim !== null

/** Whether a target's groups can carry the number. */
export const canCarry = ({ groups }: TargetDeclaration): boolean => groups.mark && groups.update

export interface Signer {
  readonly writer: Writer
  readonly turns: Turns
  readonly target: Target
  readonly declaration: TargetDeclaration
}

type Signed<A> = Effect.Effect<A, ConnectorError | StateError, WriterStore>

/** Looks whether the number arrived. */
const arrived = ({ target }: Pick<Signer, "target">, id: string, run: number): Effect.Effect<boolean, ConnectorError> =>
  Effect.map(target.group(id), (found) => Option.getOrUndefined(found)?.mark?.writer?.run === run)

/** One attempt: `again` where the group or the answer was lost. */
const write = (signer: Signer, carrier: Carrier, { group, write }: Remarkable): Signed<"done" | "again"> =>
  Effect.gen(function* () {
    const store = yield* WriterStore
    const { call, mark } = yield* store.sign(signer.writer, carrier, group.mark)
    const result = yield* Effect.either(write(mark))
    if (result._tag === "Right") {
      yield* store.settle(call, true, null)
      return "done"
    }
    const { detail, effect, reason } = result.left
    const done = effect === "unknown" && (yield* arrived(signer, carrier.id, mark.writer?.run ?? 0))
    yield* store.settle(call, done, detail)
    if (done) return "done"
    return effect === "unknown" || reason === "NotFound" ? "again" : yield* result.left
  })

const lost = ({ writer: { to } }: Signer) =>
  new ConnectorError({
    connection: to,
    call: "group.mark",
    reason: "Unavailable",
    detail: `the answers to writing this run's number were lost ${Backoff.attempts} times, so nothing else was sent`,
    effect: "none"
  })

/**
 * Writes the run's number before anything else of it is sent; groups that the run makes carry it anyhow, so where there is no other none is written.
 * Answers what another copy wrote instead, and has then written nothing.
 */
export const sign = (signer: Signer): Signed<Shown | null> =>
  Effect.gen(function* () {
    const { declaration, target, turns, writer } = signer
    if (!canCarry(declaration) || target.remark === undefined) return null
    const store = yield* WriterStore
    let lostAnswers = 0
    for (const carrier of yield* store.carriers(writer.to, writer.run)) {
      for (;;) {
        if (!(yield* turns.take)) return null
        const found = Option.getOrNull(yield* target.remark(carrier.id))
        if (found !== null) yield* store.saw(writer.to, found.group)
        const before = other(yield* store.standing(writer.to))
        if (found === null || !found.group.marksShown || before !== null) yield* turns.giveBack
        if (before !== null) return before
        if (found === null || !found.group.marksShown) break
        if ((yield* write(signer, carrier, found)) === "done") return null
        lostAnswers += 1
        if (lostAnswers >= Backoff.attempts) return yield* lost(signer)
        yield* Backoff.rest(lostAnswers)
      }
    }
    yield* store.number(writer)
    return null
  })

/** Settles a number whose call a killed run left under way: whether it arrived, this state goes on from it. */
export const settle = (target: Target, call: OpenCall): Signed<void> =>
  Effect.gen(function* () {
    const store = yield* WriterStore
    const { known } = yield* store.standing(call.connection)
    const done = call.group.id !== null && known !== null && (yield* arrived({ target }, call.group.id, known.run))
    yield* store.settle(call.call, done, "settled by looking")
  })

/** When the number was last stored, and by how many runs another copy is ahead. */
export const runsSince = ({ known }: Standing, shown: Shown): number => Math.max(1, numberOf(shown) - (known?.run ?? 0))
