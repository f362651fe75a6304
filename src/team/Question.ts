/** What a comparison of a team is asked with, and where everybody is in it. Pure. */
import type { TeamConfig } from "../config/Config.ts"
import type { TeamDeclaration, TeamInvite, TeamMember } from "../contract/Team.ts"
import * as Address from "../model/Address.ts"
import type { Known } from "./Staff.ts"
import type { AgentsRead } from "./Wishes.ts"

/** What the target showed. `invites` null: they could not be seen whole, and `unseen` says why. */
export interface TeamSeen {
  readonly members: ReadonlyArray<TeamMember>
  readonly invites: ReadonlyArray<TeamInvite> | null
  readonly unseen: string | null
}

export interface Question {
  readonly sync: Pick<TeamConfig, "from" | "to" | "roles" | "remove">
  readonly declaration: TeamDeclaration
  readonly reads: ReadonlyArray<AgentsRead>
  readonly seen: TeamSeen
  /** By address. */
  readonly known: ReadonlyMap<string, Known>
}

/** People told by name in one sentence. */
const few = 5

export const names = (people: ReadonlyArray<string>): string =>
  people.length <= few ? people.join(", ") : `${people.slice(0, few).join(", ")} and ${people.length - few} more`

/** Where everybody is, by address; who has another address than before is found by the id at the target. */
export interface Places {
  readonly members: ReadonlyMap<string, TeamMember>
  readonly byId: ReadonlyMap<string, TeamMember>
  readonly invites: ReadonlyMap<string, TeamInvite>
  /** Addresses that several members share. */
  readonly shared: ReadonlySet<string>
}

export const placesOf = ({ invites, members }: TeamSeen): Places => {
  const byAddress = new Map<string, TeamMember>()
  const shared = new Set<string>()
  for (const member of members) {
    const address = Address.normalise(member.email)
    if (address === null) continue
    if (byAddress.has(address)) shared.add(address)
    byAddress.set(address, member)
  }
  const pending = (invites ?? []).flatMap((invite) => {
    const address = Address.normalise(invite.email)
    return address === null ? [] : [[address, invite] as const]
  })
  return { members: byAddress, byId: new Map(members.map((member) => [member.id, member])), invites: new Map(pending), shared }
}
