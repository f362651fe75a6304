/** What a sync of staff asks: who works at a source, and who is in a target's team or invited to it. */
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { ConnectorError } from "./ConnectorError.ts"
import type { Identity } from "./Identity.ts"
import type { ListPage } from "./Target.ts"

/** A person who works at a source. Ids are strings, exactly as the vendor gave them. */
export interface Agent {
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  /** Names of the roles that the person has there, as people see them at the vendor: "admin", "agent", "Account Administrator". */
  readonly roles: ReadonlyArray<string>
  /** False for somebody who cannot work there any more but is still listed: suspended, deactivated. */
  readonly active: boolean
}

export interface AgentsDeclaration {
  /** The names that a person's roles can have; null where each account has its own. */
  readonly roles: ReadonlyArray<string> | null
  /** How the vendor says that the list is at its end, in words for the capability matrix. */
  readonly end: string
  /** Whether rows can be missed while data changes under the paging. */
  readonly canLoseRows: boolean
  readonly pageSize: number
}

export interface TeamDeclaration {
  /** Names of the roles, from the one that may do least to the one that may do most. */
  readonly roles: ReadonlyArray<string>
  /** The role whose holder is never changed, removed or invited. */
  readonly owner: string
  /** The role of which at least one holder always stays. */
  readonly admin: string
  readonly pageSize: number
}

export interface TeamMember {
  readonly id: string
  readonly email: string | null
  readonly name: string | null
  /** One of the declared roles, or another name that the vendor shows: members with such a role are left alone. */
  readonly role: string
}

/** An invitation that was neither accepted nor taken back. `role` null: not shown. */
export interface TeamInvite {
  readonly email: string
  readonly role: string | null
}

/** A connected team. Nothing here is repeated blindly by anybody: a lost answer is settled by looking. */
export interface TeamTarget {
  readonly identify: Effect.Effect<Identity, ConnectorError>
  readonly members: Stream.Stream<ListPage<TeamMember>, ConnectorError>
  /** Those that wait for an answer. */
  readonly invites: Stream.Stream<ListPage<TeamInvite>, ConnectorError>
  /** Sends an invitation: a mail to a real person. `key` as for a target. */
  readonly invite: (email: string, role: string, key?: string) => Effect.Effect<void, ConnectorError>
  readonly changeRole: (member: string, role: string) => Effect.Effect<void, ConnectorError>
  /** Removing who is gone already is fine. */
  readonly remove: (member: string) => Effect.Effect<void, ConnectorError>
}
