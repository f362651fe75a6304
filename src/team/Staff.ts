/** The words of a sync of staff: whom a source wants in a team, what we know of the people there, and what could be done. */
import type { Cause } from "../model/Cause.ts"
import type { GuardName } from "../model/Guard.ts"
import type { HeldPart, TeamOp } from "../model/Change.ts"

/** A record of a person who works at a source. */
export interface AgentKey {
  readonly connection: string
  readonly id: string
}

/** Somebody who works at a source and has a role there that gives one in the team. `address` is the e-mail as it is compared. */
export interface DesiredRole {
  readonly address: string
  readonly email: string
  readonly name: string | null
  readonly role: string
  /** The source's own roles as one text: what the desired role rests on. */
  readonly roles: string
  readonly source: AgentKey
}

/** Where somebody is with the team, as last seen. `out`: was there or invited before, and then was not, without us. */
export type Place = "member" | "invited" | "out"

/** What we know of a person. */
export interface Known {
  readonly address: string
  readonly email: string
  readonly name: string | null
  /** `applied`: we invited them. Null: never there. */
  readonly origin: "applied" | "found" | null
  readonly place: Place | null
  /** The id at the target, once they were seen as a member. */
  readonly member: string | null
  /** The desired role as it was when role and desired role last agreed, or when the person was first seen. A differing role is by hand while the source still says this. */
  readonly noted: { readonly role: string; readonly roles: string } | null
  /** The record that asked for them last. */
  readonly source: AgentKey | null
}

/** A change that would make a desired role true. `role` is the one given, or for a removal the one lost; `was` the one found, for a change of it. */
export interface Proposal {
  readonly op: TeamOp
  readonly address: string
  readonly email: string
  readonly name: string | null
  readonly member: string | null
  readonly role: string
  readonly was: string | null
  /** What the source says now, as one text: a decision holds as long as this is so. */
  readonly roles: string
  readonly cause: Cause
  readonly source: AgentKey | null
  readonly origin: Known["origin"]
  /** The guards that it must pass, in this order. */
  readonly guards: ReadonlyArray<GuardName>
  readonly raise: boolean
}

/** A row of a held part, with what the part's guard and decision are. */
export interface Decided {
  readonly part: number
  readonly guard: GuardName
  readonly decision: HeldPart["decision"]
  readonly op: TeamOp
  readonly address: string
  readonly role: string
  readonly roles: string
}

/** A change that the vendor refused, and when it is tried again (epoch milliseconds), if nothing changes. */
export interface Refusal {
  readonly op: TeamOp
  readonly address: string
  readonly role: string
  readonly roles: string
  readonly nextAt: number
}
