/** What a source can be asked. A source reads; it never writes, judges or decides. */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { SourceCustomer } from "../model/Customer.ts"
import type { GroupCarrier, GroupKey, GroupKind, SourceGroup } from "../model/Group.ts"
import type { ConnectorError } from "./ConnectorError.ts"
import type { Identity } from "./Identity.ts"
import type { ListPage } from "./Target.ts"
import type { Agent, AgentsDeclaration } from "./Team.ts"

/** One fact of a source. A page's facts may refer to groups and customers that come later, or in another stream. */
export type SourceRecord =
  | { readonly _tag: "Group"; readonly group: SourceGroup }
  | { readonly _tag: "Customer"; readonly customer: SourceCustomer }
  /** The customer is in the group. */
  | { readonly _tag: "Membership"; readonly group: GroupKey; readonly customer: string }
  /** The organization carries the organization-carried group; its members are in that group through it. */
  | { readonly _tag: "Inclusion"; readonly group: GroupKey; readonly organization: GroupKey }
  /** The vendor says that the record is gone. Needs no complete read to be believed. */
  | { readonly _tag: "Gone"; readonly record: "customer"; readonly id: string; readonly cause: "deleted" | "merged" }
  | { readonly _tag: "Gone"; readonly record: "group"; readonly key: GroupKey; readonly cause: "deleted" | "merged" }

/** A piece of the snapshot that a stream is the whole truth for, if it is read to its end. */
export type Part =
  | "customers"
  | { readonly groups: GroupKind; readonly carrier: GroupCarrier }
  | { readonly memberships: GroupKind; readonly carrier: "customer" }
  | { readonly inclusions: GroupKind; readonly carrier: "organization" }

export interface StreamDeclaration {
  /** The vendor's word, shown to users: "users", "organization memberships". */
  readonly name: string
  readonly parts: ReadonlyArray<Part>
  /** How the vendor says that the end is reached, in words for the capability matrix. */
  readonly end: string
  /** Whether rows can be missed while data changes under the paging (offsets, "last used" orders). */
  readonly canLoseRows: boolean
  /** Records per call at the best. */
  readonly pageSize: number
  /**
   * Set where the vendor also tells what changed since a cursor. Such a reading proves what it tells and no absence: a record that it does not tell
   * is as it was. All groups of the stream's parts that a told customer or organization is in are told with it.
   */
  readonly changes?: {
    /** How the vendor says that all changes are told, in words for the capability matrix. */
    readonly end: string
    /** Records that are gone are told, as `Gone`. */
    readonly deletions: boolean
    /** Records per call at the best. */
    readonly pageSize: number
    /** Younger changes may not be told yet, in milliseconds. */
    readonly lag: number
  }
}

/** `name`: `ascii` where every encoding reads the same. `guessed`: another one would have read other letters, and nothing says which is meant. */
export interface StreamEncoding {
  readonly name: string
  readonly guessed: boolean
}

/**
 * What an answer could not tell, with the reason for people: a feature that is switched off says nothing about tags. With `row` that is so of one row
 * alone, the id of a customer (of an organization in a part of inclusions): what it lacks is then not absent, and all other rows are as sure as ever. A
 * customer in doubt in the part `customers` need not be told as a record. Parts of groups are never in doubt by row.
 */
export interface Unknown {
  readonly part: Part
  readonly reason: string
  readonly row?: string
}

/** One answer. A page that is not the last carries `end: null`; the last one tells how the vendor ended it. */
export interface SourcePage {
  readonly records: ReadonlyArray<SourceRecord>
  /** Rows of the vendor in this answer, to be compared with its count. */
  readonly rows: number
  /** What the vendor gave to find the next page; the engine stops a read in which one repeats. Null where there is none. */
  readonly cursor: string | null
  readonly end: null | {
    /** The vendor's own sign of the end was seen. A stream that just stops has not reached its end. */
    readonly reached: boolean
    /** The vendor's count of rows, where it told one. */
    readonly count: { readonly value: number; readonly exact: boolean } | null
    /** How the letters of the rows were read, where the source does not say itself in which encoding it writes. */
    readonly encoding?: StreamEncoding
    /** Where `changes` goes on next time so that nothing is missed that this reading did not show. Left out where that is not sure. */
    readonly next?: string
  }
  /** What this answer could not tell: of a whole part, or of one row. */
  readonly unknown: ReadonlyArray<Unknown>
}

export interface SourceStream {
  readonly declaration: StreamDeclaration
  /** Pages in the vendor's order, fetched one ahead at the most. Fails at the first answer it cannot read; what came before stands. */
  readonly pages: Stream.Stream<SourcePage, ConnectorError>
  /**
   * There exactly where declared: what changed since `next` of an earlier reading, oldest change first. Of a record that is told more than once
   * the last telling counts; a page tells each at most once. Fails, or says `unknown`, where it cannot be sure to tell everything: the stream is then read in full.
   */
  readonly changes?: (since: string) => Stream.Stream<SourcePage, ConnectorError>
}

export interface SourceDeclaration {
  readonly streams: ReadonlyArray<StreamDeclaration>
  /** The vendor's word for the record of a customer: "user", "contact". */
  readonly customerWord: string
  readonly deletionsSeen: boolean
  /** False where the vendor knows no suspended customers; left out where it does. */
  readonly suspensionsSeen?: false
  readonly lookup: boolean
  /** Set where a customer can be asked for further addresses, one by one; a connection's options say whether they are. */
  readonly addresses?: true
  /** Set where a sync of staff can read who works there. */
  readonly agents?: AgentsDeclaration
}

/** A connected source. */
export interface Source {
  readonly identify: Effect.Effect<Identity, ConnectorError>
  /** What reading will cost there, for `check`: a sentence each. Left out where the source does not say. */
  readonly costs?: Effect.Effect<ReadonlyArray<string>, ConnectorError>
  /** One for each declared stream, in the order in which they should be read: customers, groups, memberships. */
  readonly streams: ReadonlyArray<SourceStream>
  /** Set where no stream needs anything that another one has asked: they are then read at the same time, each page of one after the other. */
  readonly independent?: true
  /** The customer as it is now; `None` only where the vendor surely says that there is none (gone). Costs one call. */
  readonly customer: (id: string) => Effect.Effect<Option.Option<SourceCustomer>, ConnectorError>
  /**
   * Addresses that are surely the customer's beside the one in the record; none where the vendor surely says that there is no such customer.
   * There only where declared, and only if the connection's options ask for it. Costs a call.
   */
  readonly addresses?: (id: string) => Effect.Effect<ReadonlyArray<string>, ConnectorError>
  /** There exactly where declared. `end` only on the page where the vendor says so. */
  readonly agents?: Stream.Stream<ListPage<Agent>, ConnectorError>
}
