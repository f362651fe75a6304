/** Makes the plan of a sync of staff from what was seen. All of it happens in one transaction: a dry run's is taken back, so that it moves nothing. */
import * as Id from "../model/Id.ts"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { TeamConfig } from "../config/Config.ts"
import type { Identity } from "../contract/Identity.ts"
import type { Change, TeamOp } from "../model/Change.ts"
import { nearest } from "../model/Nearest.ts"
import { total, type ChangeCounts, type Estimate, type PlanResult, type Withheld } from "../model/Result.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import * as Guards from "../team/Guards.ts"
import * as LastAdmin from "../team/LastAdmin.ts"
import { names } from "../team/Question.ts"
import type { AgentsRows, TeamRead } from "../team/Reader.ts"
import * as Reconcile from "../team/Reconcile.ts"
import type { Decided, Known, Proposal } from "../team/Staff.ts"
import { TeamJournal } from "../team/TeamJournal.ts"
import { type Frame, type HeldProposal, TeamStore } from "../team/TeamStore.ts"
import * as Wishes from "../team/Wishes.ts"
import type { ConnectedAs } from "./Connections.ts"
import type * as Observe from "./Observe.ts"
import * as CostEstimate from "./CostEstimate.ts"
import * as Planning from "./Planning.ts"
import { RunStore } from "./RunStore.ts"

export interface Seen {
  readonly sync: TeamConfig
  readonly sources: ReadonlyArray<Observe.SeenSource<"agents", AgentsRows>>
  readonly target: ConnectedAs<"team">
  readonly targetIdentity: Identity
  readonly team: TeamRead
  readonly at: number
  readonly readCalls: number
}

export const empty: ChangeCounts = {
  groups: { create: 0, update: 0, delete: 0 },
  assignments: { add: 0, remove: 0 },
  members: { invite: 0, role: 0, remove: 0 }
}

const day = Duration.toMillis("24 hours")

/** What gives comes before what takes: raises, invitations, lowerings, removals. */
const rank = ({ op, raise }: Proposal): number => (op === "member.role" ? (raise ? 0 : 2) : op === "member.invite" ? 1 : 3)

const inOrder = (a: Proposal, b: Proposal): number => rank(a) - rank(b) || (a.address < b.address ? -1 : 1)

const countsOf = (work: Guards.Judged["free"]): ChangeCounts => {
  const of = (op: TeamOp): number => work.filter(({ proposal }) => proposal.op === op).length
  return { ...empty, members: { invite: of("member.invite"), role: of("member.role"), remove: of("member.remove") } }
}

const changeOf = (sync: string, proposal: Proposal, part: number | null): Change => {
  const { cause, email, member, name, op, origin, role, source, was } = proposal
  return {
    op,
    sync,
    group: { id: role, name: role, key: `role:${role}` },
    customer: { id: member ?? "", email, name },
    cause,
    ...(source === null ? {} : { source: { ...source, record: "agent", group: "" } }),
    ...(op === "member.role" ? { values: { role }, before: { role: was } } : {}),
    precondition: { ledger: origin, desired: op !== "member.remove" },
    ...(part === null ? {} : { held: Id.part(part) })
  }
}

/** Reading the team takes the list of members and that of invitations. */
const look = 2

/** What carrying out takes. Before somebody loses the role that one must always have, the team is looked at; the first write ever is read back. */
const estimate = (target: ConnectedAs<"team">, free: Guards.Judged["free"]) =>
  Effect.gen(function* () {
    const { members } = countsOf(free)
    const { invite, remove, role } = members ?? { invite: 0, role: 0, remove: 0 }
    const takers = free.filter(({ proposal }) => LastAdmin.takes(proposal, target.team.declaration)).length
    const isFirst = free.length > 0 && !(yield* (yield* TeamJournal).confirmed(target.config.name))
    const number = CostEstimate.signingWork(target.target?.declaration.groupWord ?? "group", yield* CostEstimate.signing(target, free.length))
    const writes = [
      number.write,
      { endpoint: "send an invitation", calls: invite },
      { endpoint: "change a role", calls: role },
      { endpoint: "remove a team member", calls: remove }
    ]
    return yield* CostEstimate.of(target, writes, [number.read, { endpoint: "look at the team", calls: look * (takers + (isFirst ? 1 : 0)) }])
  })

/** A refused change waits for its time, unless it is another one by now. */
const waits = (proposal: Proposal, refusals: Effect.Effect.Success<ReturnType<typeof TeamStore.Service.refusals>>, now: number): boolean =>
  refusals.some((refusal) => Guards.isAbout(refusal, proposal) && refusal.nextAt > now)

/** A role of the config that nobody has, and that is almost the name of one that people do have. */
const misspelt = ({ sources, sync }: Seen): ReadonlyArray<string> => {
  const { had, unused } = Wishes.unused(
    sources.flatMap(({ read }) => read ?? []),
    sync.roles
  )
  return unused.flatMap((role) => {
    const near = nearest(role, had)
    return near === undefined ? [] : [`team.roles names ${JSON.stringify(role)}, which nobody is at the source; did you mean ${JSON.stringify(near)}?`]
  })
}

/** What the vendors showed, compared with what is known. Where members may be lacking nobody is judged. */
const compared = ({ sources, sync, target, team }: Seen, known: ReadonlyMap<string, Known>): Reconcile.Compared => {
  const question = { sync, declaration: target.team.declaration, reads: sources.flatMap(({ read }) => read ?? []), seen: team, known }
  const found = Reconcile.compare(question)
  if (team.doubt === null) return found
  const reason = `${sync.to}: nobody is invited, changed or removed, because the team could not be read whole: ${team.doubt}`
  return { ...found, proposals: [], notes: [], withheld: [{ reason, changes: found.proposals.length }] }
}

/** Rows that nothing is about any more go only where what was seen tells so. */
const believes = ({ sources, team }: Seen) => {
  const whole = team.doubt === null && sources.every(({ read }) => read !== null && read.doubt === null)
  return ({ op }: Decided): boolean => whole && (op !== "member.invite" || team.invites !== null)
}

/** What was seen in a run of this kind: the same for a person as for a machine. */
const describe = (
  seen: Seen,
  { ambiguous, warnings, withheld }: Reconcile.Compared,
  parts: PlanResult["held"],
  readings: PlanResult["guards"],
  counts: ChangeCounts,
  cost: Estimate
): PlanResult => {
  const { sources, sync, target, targetIdentity } = seen
  const unread: ReadonlyArray<Withheld> = sources.flatMap(({ connected, error }) =>
    error === null ? [] : [{ reason: error, changes: 0, unread: connected.config.name }]
  )
  return {
    ...Planning.nothing(sync),
    status: parts.length > 0 ? "held" : total(counts) > 0 ? "changes" : "none",
    from: sources.map(({ connected, identity }) => Planning.end(connected, identity)),
    to: Planning.end(target, targetIdentity),
    reads: sources.flatMap(({ identity, read }) =>
      read === null
        ? []
        : [
            {
              connection: read.connection,
              account: identity?.label ?? "",
              complete: read.doubt === null,
              at: read.at,
              streams: [{ name: "agents", records: read.agents.length, complete: read.doubt === null, reason: read.doubt, kind: "full", why: null }],
              calls: seen.readCalls
            }
          ]
    ),
    summary: { ...counts, held: parts.reduce((sum, part) => sum + part.changes, 0), unmatched: 0, ambiguous, tasks: 0 },
    guards: readings,
    held: parts,
    estimate: cost,
    withheld: [...unread, ...withheld],
    warnings: [...warnings, ...misspelt(seen)]
  }
}

/** What of the whole difference the run takes on: an approved part alone, or only some roles. */
const within =
  ({ only, part }: Planning.Scope) =>
  (work: Guards.Judged["free"][number]): boolean =>
    (part === null || work.part === part) && (only.length === 0 || only.some((text) => isRole(text, work.proposal.role)))

const isRole = (text: string, role: string): boolean => text === role || text === `role:${role}`

const unknownRoles = ({ target }: Seen, { only }: Planning.Scope): ReadonlyArray<string> =>
  only.flatMap((text) => (target.team.declaration.roles.some((role) => isRole(text, role)) ? [] : [`--only ${text}: no role is called so`]))

const spared = (proposals: ReadonlyArray<Proposal>, { team: { declaration } }: ConnectedAs<"team">): ReadonlyArray<string> =>
  proposals.length === 0
    ? []
    : [
        `nobody else would be ${declaration.admin}, so neither lowered nor removed: ${names(proposals.map(({ email }) => email))}. Make somebody else ${declaration.admin} first`
      ]

/** Plans one sync of staff and spools its changes, held ones too, to `spool`. With `keep` the judgement is stored and its free changes become the run's work. */
export const make = (seen: Seen, run: number, scope: Planning.Scope, spool: string, keep: boolean) =>
  Effect.gen(function* () {
    const { sync, target } = seen
    const store = yield* TeamStore
    const now = yield* Clock.currentTimeMillis
    const frame: Frame = { sync: sync.name, to: sync.to, run, at: now }
    const judgement = Effect.gen(function* () {
      const found = compared(seen, yield* store.known(sync.to))
      const decided = yield* store.decided(sync.name)
      const refusals = yield* store.refusals(sync.to)
      const due = found.proposals.filter((proposal) => !waits(proposal, refusals, now))
      const kept = LastAdmin.spare(Guards.withoutRejected(due, decided), seen.team.members, target.team.declaration)
      const judged = Guards.judge(kept.proposals.toSorted(inOrder), decided, sync.guards, yield* store.lately(sync.name, now - day), scope.lifted)
      yield* store.note(frame, found.notes)
      const held: ReadonlyArray<HeldProposal> = yield* store.hold(frame, judged.held, found.proposals, believes(seen))
      yield* store.lift(frame, judged.lifts)
      const parts = yield* store.parts(frame)
      const free = judged.free.toSorted((a, b) => inOrder(a.proposal, b.proposal)).filter(within(scope))
      const counts = countsOf(free)
      const reported = { ...found, warnings: [...unknownRoles(seen, scope), ...found.warnings, ...spared(kept.spared, target)] }
      const result = describe(seen, reported, parts, judged.readings, counts, yield* estimate(target, free))
      const changes = [
        ...free.map(({ proposal }) => changeOf(sync.name, proposal, null)),
        ...held.map(({ part, proposal }) => changeOf(sync.name, proposal, part))
      ]
      const digest = yield* PlanFile.writeAll(changes, spool)
      if (keep) yield* store.commit(frame, free)
      return { result: { ...result, hash: PlanFile.hash(result, [], digest) }, leftOver: [] } satisfies Planning.Planned
    })
    return yield* (yield* RunStore).judgement(keep, judgement)
  }).pipe(Effect.withSpan("plan"))
