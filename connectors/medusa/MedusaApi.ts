/** What Medusa's customer groups and customers look like on the wire (a server of version 2.21.2, read 2026-12). */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Member } from "../../src/contract/Target.ts"
import * as Wire from "../../src/http/Wire.ts"
import type { TargetCustomer } from "../../src/model/Customer.ts"
import type { GroupDraft, GroupMark, TargetGroup } from "../../src/model/Group.ts"

/** Rows a page; no maximum was met. */
export const pageSize = 200

export const groupFields = "id,name,metadata,created_at"
export const customerFields = "id,email,has_account,first_name,last_name"

/** Free JSON, or null. */
const Metadata = Schema.optional(Schema.NullOr(Schema.Record({ key: Schema.String, value: Schema.Unknown })))

export const Group = Schema.Struct({ id: Schema.NonEmptyString, name: Schema.String, metadata: Metadata, created_at: Wire.text })
export type Group = typeof Group.Type

export const Customer = Schema.Struct({
  id: Schema.NonEmptyString,
  email: Schema.optional(Schema.NullOr(Schema.String)),
  first_name: Wire.text,
  last_name: Wire.text
})
const Id = Schema.Struct({ id: Schema.NonEmptyString })

const count = Schema.NonNegativeInt
export const Groups = Schema.Struct({ customer_groups: Schema.Array(Group), count })
export const OneGroup = Schema.Struct({ customer_group: Group })
export const Customers = Schema.Struct({ customers: Schema.Array(Customer), count })
export const OneCustomer = Schema.Struct({ customer: Customer })
export const CustomerIds = Schema.Struct({ customers: Schema.Array(Id), count })
/** A write to a deleted group, and a removal in one that never was, are answered 200 with `{}`. */
export const Changed = Schema.Struct({ customer_group: Schema.optional(Id) })
export const Deleted = Schema.Struct({ id: Schema.NonEmptyString, deleted: Schema.Literal(true) })

/** Keys of a group's metadata that are ours. */
export const markKey = "groupbridge"
export const externalIdKey = "externalId"

const Maker = Schema.Struct({ state: Schema.String, sync: Schema.String, key: Schema.String })
const Writer = Schema.Struct({ run: Schema.NonNegativeInt, machine: Schema.String, at: Schema.Number })
const Mark = Schema.Struct({ ...Maker.fields, writer: Schema.optionalWith(Writer, { exact: true }) })
// A writer that cannot be read takes nothing from what the mark says of the group.
const decodeMark = Schema.decodeUnknownOption(Schema.parseJson(Schema.Union(Mark, Maker)))
export const markText: (mark: GroupMark) => string = Schema.encodeSync(Schema.parseJson(Mark))

/** Custom fields as metadata: our own keys are none of them. An update keeps what it does not name. */
export const metadataOf = ({ customFields }: Pick<GroupDraft, "customFields">): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(customFields).filter(([key]) => key !== markKey && key !== externalIdKey))

const instant = (text: string | null): number | undefined => {
  const millis = Date.parse(text ?? "")
  return Number.isNaN(millis) ? undefined : millis
}

/** `count`: of its members, where it was asked for. */
export const toGroup = ({ created_at, id, metadata, name }: Group, count?: number): TargetGroup => {
  const externalId = metadata?.[externalIdKey]
  return {
    id,
    name,
    slug: undefined,
    description: undefined,
    externalId: typeof externalId === "string" ? externalId : undefined,
    mark: Option.getOrUndefined(decodeMark(metadata?.[markKey])),
    marksShown: metadata !== undefined,
    count,
    createdAt: instant(created_at)
  }
}

export const toCustomer = ({ email, first_name, id, last_name }: typeof Customer.Type): TargetCustomer => ({
  id,
  email: email ?? null,
  externalId: null,
  name: [first_name, last_name].filter((part) => part !== null && part !== "").join(" ") || null
})

export const toMember = (row: typeof Customer.Type): Member => ({ customer: toCustomer(row), joinedAt: null })
