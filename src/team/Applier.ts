/**
 * Carries out a run's planned changes of a team, one call each: raises and invitations before what takes something away. Each call's intent is stored
 * before it is sent and its outcome after, so that a killed run can be finished by the next.
 */
import * as Effect from "effect/Effect"
import * as Backoff from "../apply/Backoff.ts"
import type { Writer } from "../apply/Journal.ts"
import type { Turns } from "../apply/Turns.ts"
import { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TeamDeclaration, TeamTarget } from "../contract/Team.ts"
import * as Evidence from "./Evidence.ts"
import * as LastAdmin from "./LastAdmin.ts"
import { type OpenCall, TeamJournal, type Work } from "./TeamJournal.ts"

export interface Applying {
  readonly writer: Writer
  readonly api: TeamTarget
  readonly declaration: TeamDeclaration
  /** Once they are spent nothing more begins; what is then left stays planned. */
  readonly turns: Turns
  /** Told after each call how many planned changes it settled. */
  readonly onProgress: (settled: number) => Effect.Effect<void>
}

type Doing<A> = Effect.Effect<A, ConnectorError | StateError, TeamJournal>

/** So many changes in a row that we may not make are the credential's fault, not theirs. */
const mostNotAllowed = 3

const send = (api: TeamTarget, { email, key, member, op, role }: OpenCall): Effect.Effect<void, ConnectorError> => {
  switch (op) {
    case "member.invite":
      return api.invite(email, role, key ?? undefined)
    case "member.role":
      return api.changeRole(member ?? "", role)
    case "member.remove":
      return api.remove(member ?? "")
  }
}

/** Who else has the role is asked right before somebody loses it: meanwhile a person may have taken it from another. */
const wouldBeLast = ({ api, declaration }: Applying, work: Work): Effect.Effect<boolean, ConnectorError> =>
  LastAdmin.takes(work, declaration)
    ? Effect.map(Evidence.look(api), ({ members }) => !members.some(({ id, role }) => role === declaration.admin && id !== work.member))
    : Effect.succeed(false)

/** The first call ever to a team is read back before anything else is sent. */
const readBack = ({ api, writer }: Applying, call: OpenCall): Doing<void> =>
  Effect.gen(function* () {
    const outcome = Evidence.outcomeOf(call, yield* Evidence.look(api))
    if (outcome !== "undone") return
    return yield* new ConnectorError({
      connection: writer.to,
      call: call.op,
      reason: "Malformed",
      detail: `the first write to the team was confirmed but does not show, for ${call.email}. Nothing else was sent. Check it there; groupbridge runs shows the calls`,
      effect: "none"
    })
  })

type Step = "settled" | "again" | "not-allowed"

/** What a failed call means. A refusal of one change leaves the others; whatever is not one change's fault ends the run. */
const settleFailure = ({ api }: Applying, call: OpenCall, error: ConnectorError): Doing<Step> =>
  Effect.gen(function* () {
    const journal = yield* TeamJournal
    if (error.effect === "unknown") {
      // An answer that says nothing is an answer: under the same key it would come again.
      if (error.status === null) yield* journal.noteLost(call)
      const outcome = yield* Evidence.settle(api, call)
      if (outcome === null) return yield* Evidence.unseen(call, call.email)
      return outcome === "undone" ? "again" : "settled"
    }
    const { detail, reason } = error
    if (reason === "Invalid" || reason === "NotFound" || reason === "NotAllowed") {
      yield* journal.refuse(call, detail)
      return reason === "NotAllowed" ? "not-allowed" : "settled"
    }
    yield* journal.settle(call, "undone", detail)
    return yield* error
  })

const lostFor = ({ writer }: Applying, { email, op }: Work): ConnectorError =>
  new ConnectorError({
    connection: writer.to,
    call: op,
    reason: "Unavailable",
    detail: `the answers for ${email} were lost ${Backoff.attempts} times; what is known is kept, the rest follows with the next run`,
    effect: "none"
  })

/** Makes one change, and answers the refusal where we may not make it. */
const change = (applying: Applying, work: Work): Doing<ConnectorError | null> =>
  Effect.gen(function* () {
    const journal = yield* TeamJournal
    const { api, onProgress, turns, writer } = applying
    for (let lost = 1; lost <= Backoff.attempts; lost++) {
      if (yield* wouldBeLast(applying, work)) {
        yield* journal.spare(writer.run, work, `nobody else is ${applying.declaration.admin} by now, so this was left undone`)
        yield* onProgress(1)
        return null
      }
      if (!(yield* turns.take)) return null
      const isFirst = !(yield* journal.confirmed(writer.to))
      const call = yield* journal.intend(writer, work)
      if (call === null) return yield* Effect.as(turns.giveBack, null)
      const result = yield* Effect.either(send(api, call))
      if (result._tag === "Right") {
        yield* journal.settle(call, "done", null)
        yield* onProgress(1)
        if (isFirst) yield* readBack(applying, call)
        return null
      }
      const step = yield* settleFailure(applying, call, result.left)
      if (step !== "again") {
        yield* onProgress(1)
        return step === "not-allowed" ? result.left : null
      }
      yield* Backoff.rest(lost)
    }
    return yield* lostFor(applying, work)
  })

/** Applies everything that the run has planned, or as much as it has turns for, in the order of the plan. Fails when the vendor refuses or is not there; what was done by then is stored. */
export const apply = (applying: Applying): Doing<void> =>
  Effect.gen(function* () {
    const journal = yield* TeamJournal
    let notAllowed = 0
    for (const work of yield* journal.work(applying.writer.run)) {
      if (yield* applying.turns.areSpent) return
      const refusal = yield* change(applying, work)
      notAllowed = refusal === null ? 0 : notAllowed + 1
      if (refusal !== null && notAllowed >= mostNotAllowed) return yield* refusal
    }
  })
