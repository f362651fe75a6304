/** Compares whom sources want in a team with who is there and what we know of them: what could be done, and what is to be remembered. Pure. */
import type { TeamInvite, TeamMember } from "../contract/Team.ts"
import * as Address from "../model/Address.ts"
import type { Withheld } from "../model/Result.ts"
import * as Leaving from "./Leaving.ts"
import { type Places, type Question, names, placesOf } from "./Question.ts"
import type { Known, Proposal, DesiredRole } from "./Staff.ts"
import * as Wishes from "./Wishes.ts"

export interface Compared {
  readonly proposals: ReadonlyArray<Proposal>
  /** What is known from now on: only of those of whom it changes. */
  readonly notes: ReadonlyArray<Known>
  readonly withheld: ReadonlyArray<Withheld>
  /** What a person should know, a sentence each. */
  readonly warnings: ReadonlyArray<string>
  readonly ambiguous: number
}

/** What came of one desired role. */
interface Settled {
  readonly proposal?: Proposal
  readonly note?: Known
  readonly said?: readonly [kind: Said, who: string]
}

type Said = "pending" | "pending-role" | "moved" | "unknown-role" | "shared" | "spelling"

const isSame = (a: Known | undefined, b: Known): boolean => JSON.stringify(a) === JSON.stringify(b)

const blank = ({ address, email, name, source }: DesiredRole): Known => ({ address, email, name, origin: null, place: null, member: null, noted: null, source })

/** Somebody whom others put into the team, or who came back without us, is not ours. */
const asMember = (before: Known | undefined, desired: DesiredRole, member: TeamMember): Known => {
  const known = before ?? blank(desired)
  const ours = known.origin === "applied" && known.place !== "out" && (known.member === null || known.member === member.id)
  const noted = member.role === desired.role || known.noted === null ? { role: desired.role, roles: desired.roles } : known.noted
  return {
    ...known,
    email: desired.email,
    name: desired.name,
    source: desired.source,
    origin: ours ? "applied" : "found",
    place: "member",
    member: member.id,
    noted
  }
}

/** Why another role is due, and which guards that change must pass. */
const roleChange = (before: Known | undefined, desired: DesiredRole, raise: boolean): Pick<Proposal, "cause" | "guards"> => {
  const noted = before?.place === "member" || before?.origin === "applied" ? before.noted : null
  const raising = raise ? (["roleRaise"] as const) : []
  if (noted !== null && noted.roles !== desired.roles) return { cause: "role-changed", guards: raising }
  if (noted !== null && noted.role !== desired.role) return { cause: "rule-changed", guards: ["ruleChange", ...raising] }
  return { cause: "role-differs", guards: ["drift", ...raising] }
}

const proposalOf = (desired: DesiredRole, before: Known | undefined) => ({
  address: desired.address,
  email: desired.email,
  name: desired.name,
  role: desired.role,
  roles: desired.roles,
  source: desired.source,
  origin: before?.origin ?? null
})

const settleMember = ({ declaration }: Question, desired: DesiredRole, member: TeamMember, before: Known | undefined): Settled => {
  const note = asMember(before, desired, member)
  if (member.role === desired.role || member.role === declaration.owner) return { note }
  const was = declaration.roles.indexOf(member.role)
  if (was < 0) return { note, said: ["unknown-role", `${desired.email} (${member.role})`] }
  const raise = declaration.roles.indexOf(desired.role) > was
  const change = roleChange(before, desired, raise)
  return { note, proposal: { ...proposalOf(desired, before), ...change, op: "member.role", member: member.id, was: member.role, raise } }
}

/** Somebody else's invitation that answers the desired role is as good as ours, and never repeated. */
const settleInvited = (desired: DesiredRole, invite: TeamInvite, before: Known | undefined): Settled => {
  const known = before ?? blank(desired)
  const ours = known.origin === "applied" && known.place === "invited"
  const note: Known = { ...known, source: desired.source, origin: ours ? "applied" : "found", place: "invited" }
  if (invite.role !== null && invite.role !== desired.role) return { note, said: ["pending-role", `${desired.email} (as ${invite.role}, not ${desired.role})`] }
  return ours ? { note } : { note, said: ["pending", desired.email] }
}

/** Whether the desired role is of a person who is in the team by another address: theirs changed at the source, or at the target. */
const isElsewhere = ({ known }: Question, { byId, invites, members }: Places, desired: DesiredRole, before: Known | undefined): boolean => {
  if (before !== undefined && before.member !== null && byId.has(before.member)) return true
  const key = Wishes.keyOf(desired.source)
  for (const other of known.values()) {
    if (other.address === desired.address || other.source === null || Wishes.keyOf(other.source) !== key) continue
    if (members.has(other.address) || invites.has(other.address) || (other.member !== null && byId.has(other.member))) return true
  }
  return false
}

const settleAbsent = (question: Question, places: Places, desired: DesiredRole, before: Known | undefined): Settled => {
  if (isElsewhere(question, places, desired, before)) return { said: ["moved", desired.email] }
  const wasThere = before !== undefined && before.place !== null
  const proposal: Proposal = {
    ...proposalOf(desired, before),
    op: "member.invite",
    member: null,
    was: null,
    raise: false,
    cause: wasThere ? "out-by-hand" : "works-there",
    guards: wasThere ? ["drift", "invites"] : ["invites"]
  }
  return wasThere ? { proposal, note: { ...before, source: desired.source, place: "out" } } : { proposal }
}

const settle = (question: Question, places: Places, desired: DesiredRole): Settled => {
  const before = question.known.get(desired.address)
  if (places.shared.has(desired.address)) return { said: ["shared", desired.email] }
  const member = places.members.get(desired.address)
  const there = member ?? places.invites.get(desired.address)
  const isKnown = (before?.place ?? null) !== null
  if (there !== undefined && !isKnown && !Address.isSame(there.email, desired.email)) return { said: ["spelling", desired.email] }
  if (member !== undefined) return settleMember(question, desired, member, before)
  const invite = places.invites.get(desired.address)
  return invite === undefined ? settleAbsent(question, places, desired, before) : settleInvited(desired, invite, before)
}

const sentences: Readonly<Record<Said, (who: string, to: string) => string>> = {
  pending: (who, to) => `invited to ${to} by somebody else, and not answered yet, so nobody is invited again: ${who}`,
  "pending-role": (who, to) => `invited with another role: ${who}. Nobody is invited again; to change it, take the invitation back at ${to}`,
  moved: (who, to) => `in the team of ${to} by another address: ${who}. Nobody is invited or removed for that; put the new address there by hand`,
  "unknown-role": (who, to) => `left alone, because the role at ${to} is none that this sync knows: ${who}`,
  spelling: (who, to) => `left alone, because the address in ${to} differs in the case of letters other than A to Z, and may be somebody else's: ${who}`,
  shared: (who, to) => `left alone, because several members of ${to} have the address: ${who}`
}

const reported = (settled: ReadonlyArray<Settled>, to: string): ReadonlyArray<string> =>
  (Object.keys(sentences) as ReadonlyArray<Said>).flatMap((kind) => {
    const who = settled.flatMap(({ said }) => (said?.[0] === kind ? [said[1]] : []))
    return who.length === 0 ? [] : [sentences[kind](names(who), to)]
  })

/** Reads that cannot all be believed do not tell what a person's role is where there are several sources. */
const unconfirmed = ({ reads, sync }: Question): string | null => {
  const missing = sync.from.filter((name) => reads.every(({ connection, doubt }) => connection !== name || doubt !== null))
  return sync.from.length === 1 || missing.length === 0
    ? null
    : `${missing.join(" and ")} could not be read whole, and may want another role for the same people`
}

export const compare = (question: Question): Compared => {
  const { reads, seen, sync } = question
  const wanted = Wishes.of(reads, sync.roles)
  const places = placesOf(seen)
  const clear = [...wanted.wishes.values()].filter(({ address }) => !wanted.ambiguous.has(address))
  const settled = clear.map((desired) => settle(question, places, desired))
  const leaving = Leaving.of(question, places, wanted)
  const doubt = unconfirmed(question)
  const all = [...settled.flatMap(({ proposal }) => proposal ?? []), ...leaving.proposals]
  const isBlind = (proposal: Proposal): boolean => proposal.op === "member.invite" && seen.invites === null
  const blind = all.filter(isBlind).length
  const notes = [...settled.flatMap(({ note }) => note ?? []), ...leaving.notes]
  return {
    proposals: doubt === null ? all.filter((proposal) => !isBlind(proposal)) : [],
    // A person who is not among the invitations shown may be invited where invitations cannot be seen.
    notes: notes.filter((note) => !isSame(question.known.get(note.address), note) && (seen.invites !== null || note.place === "member")),
    withheld: [
      ...(doubt === null ? leaving.withheld : [{ reason: doubt, changes: all.length }]),
      ...(doubt === null && seen.invites === null
        ? [{ reason: `${sync.to}: nobody is invited, because who is invited already cannot be seen: ${seen.unseen ?? ""}`, changes: blind }]
        : [])
    ],
    warnings: [
      ...(wanted.ambiguous.size === 0 ? [] : [`left alone, because several agents have the address and not the same role: ${names([...wanted.ambiguous])}`]),
      ...(wanted.unaddressed.length === 0 ? [] : [`left alone, because no e-mail address is known: ${names(wanted.unaddressed)}`]),
      ...reported(settled, sync.to),
      ...leaving.warnings
    ],
    ambiguous: wanted.ambiguous.size
  }
}
