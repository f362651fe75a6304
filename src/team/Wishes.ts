/** Who is wanted in a team: agents of all sources by their address. Pure. */
import type { TeamConfig } from "../config/Config.ts"
import type { Agent } from "../contract/Team.ts"
import * as Address from "../model/Address.ts"
import type { AgentKey, DesiredRole } from "./Staff.ts"

/** What a source showed of who works there. `doubt`: why nobody is gone for not being in it; null: it is whole. */
export interface AgentsRead {
  readonly connection: string
  readonly agents: ReadonlyArray<Agent>
  readonly doubt: string | null
}

export interface Wanted {
  readonly wishes: ReadonlyMap<string, DesiredRole>
  /** Addresses that several agents share who would have different roles, or who spell them in other letters. */
  readonly ambiguous: ReadonlySet<string>
  /** Active agents whose roles give none in the team. */
  readonly unmapped: ReadonlySet<string>
  /** Active agents without an address that can be compared, as people know them. */
  readonly unaddressed: ReadonlyArray<string>
  /** Every agent that a source lists, by `keyOf`. */
  readonly listed: ReadonlyMap<string, { readonly address: string | null; readonly active: boolean }>
}

export const keyOf = ({ connection, id }: AgentKey): string => `${connection} ${id}`

const fold = (role: string): string => role.trim().toLowerCase()

/** The roles of an agent as one text that is the same in whatever order and case they come. */
const rolesText = (roles: ReadonlyArray<string>): string => JSON.stringify([...new Set(roles.map(fold))].sort())

const roleOf = (agent: Agent, roles: TeamConfig["roles"]): string | null => {
  const own = new Set(agent.roles.map(fold))
  return roles.find(({ source }) => own.has(fold(source)))?.target ?? null
}

/** Of several agents with one address those count that are active and have a role; the first is told as the source. */
export const of = (reads: ReadonlyArray<AgentsRead>, roles: TeamConfig["roles"]): Wanted => {
  const wishes = new Map<string, DesiredRole>()
  const ambiguous = new Set<string>()
  const unmapped = new Set<string>()
  const unaddressed: Array<string> = []
  const listed = new Map<string, { readonly address: string | null; readonly active: boolean }>()
  for (const { agents, connection } of reads) {
    for (const agent of agents) {
      const source = { connection, id: agent.id }
      const address = Address.normalise(agent.email)
      listed.set(keyOf(source), { address, active: agent.active })
      if (!agent.active) continue
      const role = roleOf(agent, roles)
      if (address === null || agent.email === null) {
        if (role !== null) unaddressed.push(agent.name ?? `${connection} ${agent.id}`)
        continue
      }
      if (role === null) {
        unmapped.add(address)
        continue
      }
      const before = wishes.get(address)
      if (before === undefined) wishes.set(address, { address, email: agent.email.trim(), name: agent.name, role, roles: rolesText(agent.roles), source })
      else if (before.role !== role || !Address.isSame(before.email, agent.email)) ambiguous.add(address)
    }
  }
  return { wishes, ambiguous, unmapped, unaddressed, listed }
}

/** Roles of the config that nobody has, with those that people do have. */
export const unused = (
  reads: ReadonlyArray<AgentsRead>,
  roles: TeamConfig["roles"]
): { readonly unused: ReadonlyArray<string>; readonly had: ReadonlyArray<string> } => {
  const had = [...new Set(reads.flatMap(({ agents }) => agents.flatMap((agent) => agent.roles)))]
  const folded = new Set(had.map(fold))
  return { unused: roles.flatMap(({ source }) => (folded.has(fold(source)) ? [] : [source])), had }
}
