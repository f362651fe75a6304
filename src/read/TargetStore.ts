/** What looking at a target asks to be remembered. Groups are named by the state's own numbers where they are `number`, by the target's ids where they are `string`. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { Member } from "../contract/Target.ts"
import type { TargetCustomer } from "../model/Customer.ts"
import type { Difference } from "../model/Migration.ts"
import type { TargetGroup } from "../model/Group.ts"

export interface GroupToRead {
  readonly group: number
  readonly id: string
  readonly name: string
}

export interface CustomerToRead {
  readonly customer: number
  readonly id: string
  /** As a person knows them. */
  readonly name: string
}

/** What was looked at, by the state's number. */
export type Looked = { readonly group: number } | { readonly customer: number }

export interface Differing {
  /** Rows of the ledger that were not staged. */
  readonly missing: number
  /** When we last wrote, within the lag, one of them or one that was staged although we removed it (epoch ms). Null: we wrote none of them lately. */
  readonly writtenAt: number | null
}

export class TargetStore extends Context.Tag("groupbridge/TargetStore")<
  TargetStore,
  {
    readonly groupsListedAt: (connection: string) => Effect.Effect<number | null, StateError>
    readonly beginGroups: (connection: string) => Effect.Effect<void, StateError>
    /** Answers how many distinct groups have been staged so far. */
    readonly stageGroups: (connection: string, groups: ReadonlyArray<TargetGroup>) => Effect.Effect<number, StateError>
    /** Groups that serve a desired group and that the staged list lacks: the target's ids, at most `limit`. */
    readonly missingGroups: (
      connection: string,
      limit: number
    ) => Effect.Effect<ReadonlyArray<{ readonly id: string; readonly knownAt: number | null }>, StateError>
    /** Takes the staged groups over; those that a complete list lacks are noted as gone. */
    readonly finishGroups: (connection: string, complete: boolean) => Effect.Effect<void, StateError>
    /** Whether a group of any target is known to be made by us. */
    readonly madeAny: Effect.Effect<boolean, StateError>
    /** States other than this one whose mark a group of the target carries, with the number of such groups, and the newest copy of that state that is found. */
    readonly foreignMarks: (
      connection: string
    ) => Effect.Effect<ReadonlyArray<{ readonly state: string; readonly groups: number; readonly copy: string | null }>, StateError>
    /** The target's id of a group that would be adopted, or is proposed for it, and of which no answer has shown a mark; null: there is none. */
    readonly unmarkedMatch: (connection: string) => Effect.Effect<string | null, StateError>
    readonly storeCustomers: (connection: string, customers: ReadonlyArray<TargetCustomer>) => Effect.Effect<void, StateError>
    /** How many distinct customers that are still there were seen from `since` on. */
    readonly customersSeen: (connection: string, since: number) => Effect.Effect<number, StateError>
    /** Addresses of linked customers who were not seen from `since` on, at most `limit`. */
    readonly missingCustomers: (connection: string, since: number, limit: number) => Effect.Effect<ReadonlyArray<string>, StateError>
    /** Ends a complete list of all customers that began at `since`: who was not seen from then on is gone, and needed addresses still unknown are not there, nor others of those that are. */
    readonly finishCustomers: (connection: string, since: number) => Effect.Effect<void, StateError>
    /** Whether any customer was ever shown with an external id. Null: they were never listed whole. */
    readonly externalIdsShown: (connection: string) => Effect.Effect<boolean | null, StateError>
    /** Customers who share an address with one seen from `since` on were seen too. */
    readonly customersSought: (connection: string, since: number) => Effect.Effect<void, StateError>
    /** Gathers the addresses that mapped groups need, and those in `named` (normalised addresses, or ids), of which it is not known yet who has them, and answers their number. */
    readonly needed: (connection: string, sources: ReadonlyArray<string>, named: ReadonlyArray<string>) => Effect.Effect<number, StateError>
    readonly nextNeeded: (connection: string, after: string, limit: number) => Effect.Effect<ReadonlyArray<string>, StateError>
    readonly storeLookup: (connection: string, address: string, found: ReadonlyArray<TargetCustomer>) => Effect.Effect<void, StateError>
    /**
     * Groups of the present mapping whose members must be read: never read before, or (`counts`) of a size that our own writes
     * do not explain or, of those not read since `fullBefore`, a slice, or (`full`) all of them.
     */
    readonly groupsToRead: (connection: string, depth: "none" | "counts" | "full", fullBefore: number) => Effect.Effect<ReadonlyArray<GroupToRead>, StateError>
    /**
     * Customers with rows or claims whose groups must be read: `full` all of them, else those with rows that were never read, or not since
     * `before`, the longest ago first.
     */
    readonly customersToRead: (connection: string, full: boolean, before: number, limit: number) => Effect.Effect<ReadonlyArray<CustomerToRead>, StateError>
    /** Marks a customer's groups (the target's ids) as read whole in this run. */
    readonly stageGroupsOf: (customer: number, groups: ReadonlyArray<string>) => Effect.Effect<void, StateError>
    readonly beginMembers: Effect.Effect<void, StateError>
    readonly stageMembers: (connection: string, group: number, members: ReadonlyArray<Member>) => Effect.Effect<number, StateError>
    /** Where what was staged of a group, or of a customer, differs from the ledger. */
    readonly differing: (of: Looked, lag: number) => Effect.Effect<Differing, StateError>
    /** Takes the ledger's word for rows that we wrote after `since` (epoch ms): it is too early for a list to say anything of them. */
    readonly believeOurs: (of: Looked, since: number) => Effect.Effect<void, StateError>
    /** Customers whose rows in the ledger the members read in this run lack, with their addresses, at most `limit`. */
    readonly takenOut: (
      connection: string,
      limit: number
    ) => Effect.Effect<ReadonlyArray<{ readonly customer: number; readonly id: string; readonly address: string }>, StateError>
    /** Memberships that the groups and customers read whole since `beginMembers` show otherwise than the ledger: the first `limit`, and how many there are. */
    readonly differences: (limit: number) => Effect.Effect<{ readonly total: number; readonly first: ReadonlyArray<Difference> }, StateError>
    /** The customer is not at the target any more. */
    readonly customerGone: (customer: number) => Effect.Effect<void, StateError>
    /** Marks a group's members as read whole in this run. */
    readonly finishMembers: (group: number) => Effect.Effect<void, StateError>
  }
>() {}
