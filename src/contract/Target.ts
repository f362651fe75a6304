/** What a target can be asked, and what it declares that it can do. The engine plans by the declaration, never by a name. */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { TargetCustomer } from "../model/Customer.ts"
import type { GroupDraft, GroupMark, TargetGroup } from "../model/Group.ts"
import type { ConnectorError } from "./ConnectorError.ts"
import type { Identity } from "./Identity.ts"

export interface TargetDeclaration {
  /** The vendor's word for a group: "customer group", "label". */
  readonly groupWord: string
  /** Some call that only reads proves the credential. Where none does, `identify` asks nobody, and the first write tells. */
  readonly testable: boolean
  readonly groups: {
    readonly list: boolean
    readonly create: "explicit" | "on-first-use" | "none"
    readonly update: boolean
    readonly delete: boolean
    /** A group can carry our mark. */
    readonly mark: boolean
    /** Custom fields of a group can be written, also later: what a rule says of them is then compared with what was written last. */
    readonly customFields?: true
    /** `shown`: answers always show it; `accepted`: it can be given, but may not be shown back. */
    readonly externalId: "shown" | "accepted" | "none"
    /** Largest length of a name in characters, where one is documented. */
    readonly nameLength: number | null
    /** What becomes of a longer name: `cut` ends it in a few characters that tell it from every other, `refused` leaves the group alone. */
    readonly longNames: "cut" | "refused"
    /**
     * Where a group's id is a slug that we choose: how a slug is made of a text, and its largest length. `of` answers only what the vendor
     * takes as it is, "" where nothing is left, and `lossy` where letters or digits are. Null: the vendor gives the id.
     */
    readonly slugs: { readonly of: (text: string) => { readonly slug: string; readonly lossy: boolean }; readonly longest: number } | null
    readonly pageSize: number
    /** Answers show how many customers are in a group. */
    readonly count: boolean
  }
  /**
   * After so many milliseconds at most every list and count shows what a confirmed call wrote. Left out where the vendor does not tell: then one look that
   * lacks a row proves nothing.
   */
  readonly lag?: number
  readonly assignments: {
    /** `none`: nothing can be read back. Adding must then be harmless to repeat: a lost answer is asked for again. */
    readonly listedBy: "group" | "customer" | "none"
    /** Calls under way at once overwrite each other though each is answered as done: then one write is under way at a time, over all groups and syncs. */
    readonly oneAtATime?: true
    /** Calls that look at members and go with each addition and removal, for estimates. Left out: none. */
    readonly looks?: { readonly add: number; readonly remove: number }
    /** Listed rows tell when the customer joined. */
    readonly joinedAt: boolean
    readonly pageSize: number
    readonly add: { readonly by: "group" | "customer"; readonly pack: number }
    /** `none`: the vendor has no such call; removals become tasks for a person. */
    readonly remove: { readonly by: "group" | "customer"; readonly pack: number } | "none"
  }
  readonly customers: {
    /** All customers can be listed. */
    readonly list: boolean
    readonly pageSize: number
    /** One customer can be found by address, with this many calls at the usual. */
    readonly search: boolean
    /** A customer may be shown with an external id. False only where what is documented of customers excludes it. */
    readonly externalId: boolean
    /** One customer can be looked up by id, with one call. */
    readonly byId?: boolean
    /** What a membership call names a customer by. `email`: a customer with an address can be named without a look-up. */
    readonly namedBy: "id" | "email"
  }
}

/** Pages of a list. `total` as the vendor told it, null if it did not. `end` only on the page where the vendor says so. */
export interface ListPage<A> {
  readonly items: ReadonlyArray<A>
  readonly total: number | null
  readonly end: boolean
}

/** A member of a group as listed. `joinedAt` is epoch milliseconds by the vendor's clock. */
export interface Member {
  readonly customer: TargetCustomer
  readonly joinedAt: number | null
}

/** Memberships that one call adds or removes: one group with many customers, or one customer with many groups. Target ids. */
export type Pack =
  | { readonly by: "group"; readonly group: string; readonly customers: ReadonlyArray<string> }
  | { readonly by: "customer"; readonly customer: string; readonly groups: ReadonlyArray<string> }

/** `changed` by this call, `so` already before it, or `dropped`: answered as a success, and not so all the same (an unknown id, skipped in silence). */
export type RowReceipt = "changed" | "so" | "dropped"

/** What an answer to an add or remove proves. */
export interface Receipt {
  /**
   * `all`: every row of the pack was changed by this call. `none`: every row was so already.
   * `done`: every row is so now, and the answer does not say which were so before.
   * `named`: `rows` says it of each.
   * `unnamed`: nothing of this is sure; only reading back tells.
   */
  readonly changed: "all" | "none" | "done" | "named" | "unnamed"
  /** Of `named`: what became of each customer, or group, of the pack, by id. */
  readonly rows?: ReadonlyMap<string, RowReceipt>
  /** The group's size after the call, where the answer surely tells it. */
  readonly count: number | null
  /** The server's clock at the answer (Date header), epoch milliseconds; null where it told none. */
  readonly serverTime: number | null
}

/** A group as it is now, and the way to put another mark onto exactly what was seen of it. */
export interface Remarkable {
  readonly group: TargetGroup
  /** Writes the mark, and keeps all else that the group carries. Not repeated: another run may have written since. */
  readonly write: (mark: GroupMark) => Effect.Effect<void, ConnectorError>
}

/**
 * A connected target. `key` is the intent's own, random, and the same only where a call is sent again whose answer was lost: for vendors that do a call
 * once however often it comes. An operation that the declaration excludes dies:
 * asking for it is a defect of the engine.
 */
export interface Target {
  readonly identify: Effect.Effect<Identity, ConnectorError>
  readonly groups: Stream.Stream<ListPage<TargetGroup>, ConnectorError>
  readonly group: (id: string) => Effect.Effect<Option.Option<TargetGroup>, ConnectorError>
  /** Makes a group that carries the mark. Never repeated blindly by anybody: a lost answer is settled by looking. */
  readonly createGroup: (draft: GroupDraft, mark: GroupMark, key?: string) => Effect.Effect<TargetGroup, ConnectorError>
  /** Changes only what is given. */
  readonly updateGroup: (id: string, values: Partial<Pick<GroupDraft, "name" | "slug" | "description" | "customFields">>) => Effect.Effect<void, ConnectorError>
  /** Looks at a group whose mark is to be changed; none: it is not there. Only where groups carry our mark, and can be changed. */
  readonly remark?: (id: string) => Effect.Effect<Option.Option<Remarkable>, ConnectorError>
  /** Deleting what is gone already is fine. */
  readonly deleteGroup: (id: string) => Effect.Effect<void, ConnectorError>
  readonly members: (group: string) => Stream.Stream<ListPage<Member>, ConnectorError>
  /** Ids of all groups that the customer is in. */
  readonly groupsOf: (customer: string) => Effect.Effect<ReadonlyArray<string>, ConnectorError>
  /** At most `add.pack` rows. Adding who is in already is fine. */
  readonly add: (pack: Pack, key?: string) => Effect.Effect<Receipt, ConnectorError>
  /** At most `remove.pack` rows. Removing who is not in is fine. */
  readonly remove: (pack: Pack) => Effect.Effect<Receipt, ConnectorError>
  readonly customers: Stream.Stream<ListPage<TargetCustomer>, ConnectorError>
  /** The customer of this id. Only where the declaration says `byId`. */
  readonly customer?: (id: string) => Effect.Effect<Option.Option<TargetCustomer>, ConnectorError>
  /** All customers whose address is exactly this one (case and surrounding space folded); every result page is walked. */
  readonly customersByAddress: (address: string) => Effect.Effect<ReadonlyArray<TargetCustomer>, ConnectorError>
}
