/** Customers as sources and targets know them. */
import type { Fields } from "./Group.ts"

/**
 * A person as read from a source.
 *
 * `role: "staff"` is never put into a group; it is told so that somebody who becomes staff can be told from somebody who vanished.
 * `email` is null where the source knows none. Ids are strings, exactly as the vendor gave them.
 */
export interface SourceCustomer {
  readonly id: string
  readonly email: string | null
  readonly externalId: string | null
  readonly name: string | null
  readonly role: "customer" | "staff"
  readonly suspended: boolean
  readonly verified: boolean
  /** Why the connection's options leave this customer out ("suspended"); such a customer is shown and gets no group. Null: not left out. */
  readonly excluded: string | null
  readonly fields: Fields
}

/** A customer as a target shows it. */
export interface TargetCustomer {
  readonly id: string
  readonly email: string | null
  readonly externalId: string | null
  readonly name: string | null
}
