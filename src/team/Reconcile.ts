/** Compares whom sources want in a team with who is there and what we know of them: what could be done, and what is to be remembered. Pure. */
import type { TeamInvite, TeamMember } from "../contract/Team.ts"
import type { Withheld } from "../model/Result.ts"
import * as Leaving from "./Leaving.ts"
import { type Places, type Question, names, placesOf } from "./Question.ts"
import type { Known, Proposal, Wish } from "./Staff.ts"
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

/** What came of one wish. */
interface Settled {
  readonly proposal?: Proposal
  readonly note?: Known
  readonly said?: readonly [kind: Said, who: string]
}

type Said = "pending" | "pending-role" | "moved" | "unknown-role" | "shared"

const isSame = (a: Known | undefined, b: Known): boolean => JSON.stringify(a) === JSON.stringify(b)

const blank = ({ address, email, name, source }: Wish): Known => ({ address, email, name, origin: null, place: null, member: null, noted: null, source })

/** Somebody whom others put into the team, or who came back without us, is not ours. */
const asMember = (before: Known | undefined, wish: Wish, member: TeamMember): Known => {
  const known = before ?? blank(wish)
  const ours = known.origin === "applied" && known.place !== "out" && (known.member === null || known.member === member.id)
  const noted = member.role === wish.role || known.noted === null ? { role: wish.role, roles: wish.roles } : known.noted
  return { ...known, email: wish.email, name: wish.name, source: wish.source, origin: ours ? "applied" : "found", place: "member", member: member.id, noted }
}

/** Why another role is due, and which guards that change must pass. */
const roleChange = (before: Known | undefined, wish: Wish, raise: boolean): Pick<Proposal, "cause" | "guards"> => {
  const noted = before?.place === "member" || before?.origin === "applied" ? before.noted : null
  const raising = raise ? (["roleRaise"] as const) : []
  if (noted !== null && noted.roles !== wish.roles) return { cause: "role-changed", guards: raising }
  if (noted !== null && noted.role !== wish.role) return { cause: "rule-changed", guards: ["ruleChange", ...raising] }
  return { cause: "role-differs", guards: ["drift", ...raising] }
}

const proposalOf = (wish: Wish, before: Known | undefined) => ({
  address: wish.address,
  email: wish.email,
  name: wish.name,
  role: wish.role,
  roles: wish.roles,
  source: wish.source,
  origin: before?.origin ?? null
})

const settleMember = ({ declaration }: Question, wish: Wish, member: TeamMember, before: Known | undefined): Settled => {
  const note = asMember(before, wish, member)
  if (member.role === wish.role || member.role === declaration.owner) return { note }
  const was = declaration.roles.indexOf(member.role)
  if (was < 0) return { note, said: ["unknown-role", `${wish.email} (${member.role})`] }
  const raise = declaration.roles.indexOf(wish.role) > was
  const change = roleChange(before, wish, raise)
  return { note, proposal: { ...proposalOf(wish, before), ...change, op: "member.role", member: member.id, was: member.role, raise } }
}

/** Somebody else's invitation that answers the wish is as good as ours, and never repeated. */
const settleInvited = (wish: Wish, invite: TeamInvite, before: Known | undefined): Settled => {
  const known = before ?? blank(wish)
  const ours = known.origin === "applied" && known.place === "invited"
  const note: Known = { ...known, source: wish.source, origin: ours ? "applied" : "found", place: "invited" }
  if (invite.role !== null && invite.role !== wish.role) return { note, said: ["pending-role", `${wish.email} (as ${invite.role}, not ${wish.role})`] }
  return ours ? { note } : { note, said: ["pending", wish.email] }
}

/** Whether the wish is of a person who is in the team by another address: theirs changed at the source, or at the target. */
const isElsewhere = ({ known }: Question, { byId, invites, members }: Places, wish: Wish, before: Known | undefined): boolean => {
  if (before !== undefined && before.member !== null && byId.has(before.member)) return true
  const key = Wishes.keyOf(wish.source)
  for (const other of known.values()) {
    if (other.address === wish.address || other.source === null || Wishes.keyOf(other.source) !== key) continue
    if (members.has(other.address) || invites.has(other.address) || (other.member !== null && byId.has(other.member))) return true
  }
  return false
}

const settleAbsent = (question: Question, places: Places, wish: Wish, before: Known | undefined): Settled => {
  if (isElsewhere(question, places, wish, before)) return { said: ["moved", wish.email] }
  const wasThere = before !== undefined && before.place !== null
  const proposal: Proposal = {
    ...proposalOf(wish, before),
    op: "member.invite",
    member: null,
    was: null,
    raise: false,
    cause: wasThere ? "out-by-hand" : "works-there",
    guards: wasThere ? ["drift", "invites"] : ["invites"]
  }
  return wasThere ? { proposal, note: { ...before, source: wish.source, place: "out" } } : { proposal }
}

const settle = (question: Question, places: Places, wish: Wish): Settled => {
  const before = question.known.get(wish.address)
  if (places.shared.has(wish.address)) return { said: ["shared", wish.email] }
  const member = places.members.get(wish.address)
  if (member !== undefined) return settleMember(question, wish, member, before)
  const invite = places.invites.get(wish.address)
  return invite === undefined ? settleAbsent(question, places, wish, before) : settleInvited(wish, invite, before)
}

const sentences: Readonly<Record<Said, (who: string, to: string) => string>> = {
  pending: (who, to) => `invited to ${to} by somebody else, and not answered yet, so nobody is invited again: ${who}`,
  "pending-role": (who, to) => `invited with another role: ${who}. Nobody is invited again; to change it, take the invitation back at ${to}`,
  moved: (who, to) => `in the team of ${to} by another address: ${who}. Nobody is invited or removed for that; put the new address there by hand`,
  "unknown-role": (who, to) => `left alone, because the role at ${to} is none that this sync knows: ${who}`,
  shared: (who, to) => `left alone, because several members of ${to} have the address: ${who}`
}

const told = (settled: ReadonlyArray<Settled>, to: string): ReadonlyArray<string> =>
  (Object.keys(sentences) as ReadonlyArray<Said>).flatMap((kind) => {
    const who = settled.flatMap(({ said }) => (said?.[0] === kind ? [said[1]] : []))
    return who.length === 0 ? [] : [sentences[kind](names(who), to)]
  })

/** Reads that cannot all be believed do not tell what a person's role is where there are several sources. */
const unsure = ({ reads, sync }: Question): string | null => {
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
  const settled = clear.map((wish) => settle(question, places, wish))
  const leaving = Leaving.of(question, places, wanted)
  const doubt = unsure(question)
  const all = [...settled.flatMap(({ proposal }) => proposal ?? []), ...leaving.proposals]
  const isBlind = (proposal: Proposal): boolean => proposal.op === "member.invite" && seen.invites === null
  const blind = all.filter(isBlind).length
  const notes = [...settled.flatMap(({ note }) => note ?? []), ...leaving.notes]
  return {
    proposals: doubt === null ? all.filter((proposal) => !isBlind(proposal)) : [],
    // Whoever is not among invitations that cannot be seen may well be invited.
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
      ...told(settled, sync.to),
      ...leaving.warnings
    ],
    ambiguous: wanted.ambiguous.size
  }
}
