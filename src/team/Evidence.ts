/** Settles calls to a team whose answer does not tell what they did, by looking at the team before anything is repeated. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { ConnectorError } from "../contract/ConnectorError.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TeamTarget } from "../contract/Team.ts"
import { placesOf } from "./Question.ts"
import * as Reader from "./Reader.ts"
import { type OpenCall, type Outcome, TeamJournal } from "./TeamJournal.ts"

/** A call whose sender is gone may still be on its way: only after so long does its absence say that it came to nothing. */
const lag = Duration.toMillis("5 seconds")

export const look = (api: TeamTarget): Effect.Effect<Reader.TeamRead, ConnectorError> => Reader.team(api, () => Effect.void)

/** What the team shows of a call: null where it shows too little to tell. */
export const outcomeOf = ({ address, member, op, role }: Pick<OpenCall, "address" | "member" | "op" | "role">, read: Reader.TeamRead): Outcome | null => {
  const { byId, invites, members } = placesOf(read)
  switch (op) {
    case "member.invite":
      if (members.has(address) || invites.has(address)) return "done"
      return read.doubt === null && read.invites !== null ? "undone" : null
    case "member.role":
      return byId.get(member ?? "")?.role === role ? "done" : "undone"
    case "member.remove":
      return byId.has(member ?? "") ? "undone" : read.doubt === null ? "done" : null
  }
}

/** Looks, and where what was asked for is not there yet and the call is young, waits and looks again. */
const patiently = (api: TeamTarget, call: OpenCall): Effect.Effect<Outcome | null, ConnectorError> =>
  Effect.gen(function* () {
    const outcome = outcomeOf(call, yield* look(api))
    const wait = call.intentAt + lag - (yield* Clock.currentTimeMillis)
    if (outcome === "done" || wait <= 0) return outcome
    yield* Effect.sleep(Math.min(wait, lag))
    return outcomeOf(call, yield* look(api))
  })

/** Settles one call by what the team shows now. Answers null, and leaves it open, where that does not show: then it is never repeated. */
export const settle = (api: TeamTarget, call: OpenCall): Effect.Effect<Outcome | null, ConnectorError | StateError, TeamJournal> =>
  Effect.gen(function* () {
    const outcome = yield* patiently(api, call)
    if (outcome !== null) yield* (yield* TeamJournal).settle(call, outcome, "settled by looking")
    return outcome
  })

/** Settles what a killed run left under way, as far as the team shows it. */
export const settleOpenCalls = (api: TeamTarget, to: string): Effect.Effect<void, ConnectorError | StateError, TeamJournal> =>
  Effect.gen(function* () {
    const journal = yield* TeamJournal
    yield* Effect.forEach(yield* journal.openCalls(to), (call) => Effect.zipRight(journal.noteLost(call), settle(api, call)), { discard: true })
  })

/** What a call did cannot be seen. */
export const unseen = ({ connection, op }: OpenCall, email: string): ConnectorError =>
  new ConnectorError({
    connection,
    call: op,
    reason: "Unavailable",
    detail: `what became of a call for ${email} cannot be seen, so it is not repeated until it can`,
    effect: "none"
  })
