/** Who leaves a team: whom we invited, and who surely works at no source any more. Pure. */
import type { TeamMember } from "../contract/Team.ts"
import type { Withheld } from "../model/Result.ts"
import { type Places, type Question, names } from "./Question.ts"
import type { AgentKey, Known, Proposal } from "./Staff.ts"
import { keyOf, type Wanted } from "./Wishes.ts"

export interface Leaving {
  readonly proposals: ReadonlyArray<Proposal>
  readonly notes: ReadonlyArray<Known>
  readonly withheld: ReadonlyArray<Withheld>
  readonly warnings: ReadonlyArray<string>
}

/** Somebody known whom no source shows as working there. */
interface Leaver {
  readonly known: Known
  readonly source: AgentKey
  readonly member: TeamMember | undefined
  readonly cause: "agent-gone" | "agent-inactive"
}

/** Not somebody whose role gives none any more, nor somebody whose source the sync does not read any more: that is a change of the config. */
const leaversOf = ({ known, sync }: Question, { byId, members, shared }: Places, { listed, unmapped, wishes }: Wanted): ReadonlyArray<Leaver> => {
  const active = new Set([...listed.values()].flatMap((agent) => (agent.active && agent.address !== null ? [agent.address] : [])))
  return [...known.values()].flatMap((one): ReadonlyArray<Leaver> => {
    const { address, source } = one
    if (source === null || !sync.from.includes(source.connection) || shared.has(address)) return []
    const agent = listed.get(keyOf(source))
    if (agent?.active === true || wishes.has(address) || unmapped.has(address) || active.has(address)) return []
    const member = (one.member === null ? undefined : byId.get(one.member)) ?? members.get(address)
    return [{ known: one, source, member, cause: agent === undefined ? "agent-gone" : "agent-inactive" }]
  })
}

const removal = ({ cause, known, source }: Leaver, member: TeamMember): Proposal => ({
  op: "member.remove",
  address: known.address,
  email: known.email,
  name: known.name,
  member: member.id,
  role: member.role,
  was: member.role,
  roles: cause,
  cause,
  source,
  origin: known.origin,
  guards: ["removals"],
  raise: false
})

/** A member of another id than the one that we know was put there by somebody else. */
const isOurs = ({ known, member }: Leaver): boolean =>
  known.origin === "applied" && known.place !== "out" && member !== undefined && (known.member === null || known.member === member.id)

export const of = (question: Question, places: Places, wanted: Wanted): Leaving => {
  const { declaration, reads, sync } = question
  const leavers = leaversOf(question, places, wanted)
  const doubts = sync.from.flatMap((name) => {
    const read = reads.find(({ connection }) => connection === name)
    return read === undefined ? [`${name} could not be read`] : read.doubt === null ? [] : [`${name}: ${read.doubt}`]
  })
  const there = leavers.flatMap((leaver) =>
    leaver.member === undefined || leaver.member.role === declaration.owner ? [] : [{ leaver, member: leaver.member }]
  )
  const [ours, others] = [there.filter(({ leaver }) => isOurs(leaver)), there.filter(({ leaver }) => !isOurs(leaver))]
  const invited = leavers.filter(({ known, member }) => member === undefined && places.invites.has(known.address))
  const removing = sync.remove === "ours"
  if (doubts.length > 0) {
    const reason = `nobody is removed from the team: ${doubts.join("; ")}`
    return { proposals: [], notes: [], warnings: [], withheld: removing ? [{ reason, changes: ours.length }] : [] }
  }
  const staying = removing ? others : there
  const email = (known: Known): string => known.email
  return {
    proposals: removing ? ours.map(({ leaver, member }) => removal(leaver, member)) : [],
    // Who is gone from the team, too, begins anew when they come back.
    notes: leavers.flatMap(({ known, member }) =>
      member === undefined && !places.invites.has(known.address) && known.place !== null
        ? [{ ...known, origin: null, place: null, member: null, noted: null }]
        : []
    ),
    withheld: [],
    warnings: [
      ...(staying.length === 0
        ? []
        : [
            `still in the team of ${sync.to}, and at no source any more: ${names(staying.map(({ leaver }) => email(leaver.known)))} (${removing ? "not invited by us" : "remove: never"})`
          ]),
      ...(invited.length === 0
        ? []
        : [`still invited to ${sync.to}, and at no source any more: ${names(invited.map(({ known }) => email(known)))}. Take the invitation back there`])
    ]
  }
}
