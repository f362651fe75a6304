/** What Intercom's rows say, in records of the model. */
import type { SourceRecord } from "../../src/contract/Source.ts"
import * as Address from "../../src/model/Address.ts"
import type { SourceCustomer } from "../../src/model/Customer.ts"
import type { Fields, GroupCarrier, GroupKey } from "../../src/model/Group.ts"
import type * as IntercomApi from "./IntercomApi.ts"

/** Which contacts the connection's options leave out. */
export interface Policy {
  readonly leads: "include" | "exclude"
}

export const companyKey = (id: string): GroupKey => ({ kind: "organization", carrier: "customer", id })
export const segmentKey = (id: string): GroupKey => ({ kind: "segment", carrier: "customer", id })

/** To Intercom a tag is the same whatever its case: the key holds the tag in lower case. */
const tagKey = (carrier: GroupCarrier, name: string): GroupKey => ({ kind: "tag", carrier, id: name.toLowerCase() })

const scalars = (values: Readonly<Record<string, unknown>>): Fields =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]): ReadonlyArray<[string, Fields[string]]> => {
      const isScalar = value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      return isScalar ? [[key, value]] : []
    })
  )

/** Addresses of the admins, as they are compared. A teammate is often a contact too: somebody tried the product out. */
export const addressesOf = (admins: ReadonlyArray<IntercomApi.Admin>): ReadonlySet<string> =>
  new Set(admins.flatMap(({ email }) => Address.normalise(email) ?? []))

export const isStaff = ({ email }: { readonly email: string | null }, staff: ReadonlySet<string>): boolean => staff.has(Address.normalise(email) ?? "")

export const isLeftOut = ({ role }: IntercomApi.Contact, { leads }: Policy): boolean => role !== "user" && leads === "exclude"

/** A custom attribute wins over a built-in field of the same name. Intercom verifies nobody; of leads it knows nothing but what they said. */
export const contact = (row: IntercomApi.Contact, policy: Policy, staff: ReadonlySet<string>): SourceCustomer => {
  const role = isStaff(row, staff) ? "staff" : "customer"
  return {
    id: row.id,
    email: row.email === "" ? null : row.email,
    externalId: row.external_id,
    name: row.name,
    role,
    suspended: false,
    verified: row.role === "user",
    excluded: role === "customer" && isLeftOut(row, policy) ? row.role : null,
    fields: { phone: row.phone, ...scalars(row.custom_attributes) }
  }
}

const adminPrefix = "admin:"

/** Admins and contacts are numbered apart, so that an admin's id says what it is. */
export const admin = ({ id, name, email }: IntercomApi.Admin): SourceCustomer => ({
  id: adminPrefix + id,
  email,
  externalId: null,
  name,
  role: "staff",
  suspended: false,
  verified: true,
  excluded: null,
  fields: {}
})

/** The vendor's id of the admin that a customer's id names; null if it names a contact. */
export const adminId = (customer: string): string | null => (customer.startsWith(adminPrefix) ? customer.slice(adminPrefix.length) : null)

/** For each tag what `link` says of it; before that, once in a read, its group. `seen` is the read's own memory and is added to. */
export const tagged = (
  carrier: GroupCarrier,
  names: Iterable<string>,
  seen: Set<string>,
  link: (group: GroupKey) => SourceRecord
): ReadonlyArray<SourceRecord> => {
  const byKey = new Map([...names].map((name) => [name.toLowerCase(), name]))
  return [...byKey.values()].flatMap((name): ReadonlyArray<SourceRecord> => {
    const key = tagKey(carrier, name)
    if (seen.has(key.id)) return [link(key)]
    seen.add(key.id)
    return [{ _tag: "Group", group: { ...key, name, externalId: null, fields: {} } }, link(key)]
  })
}

/** A company may have no name: its own key stands in, or Intercom's id. */
export const company = (row: IntercomApi.Company, seen: Set<string>): ReadonlyArray<SourceRecord> => {
  const key = companyKey(row.id)
  const fields: Fields = {
    plan: scalars(row.plan)["name"] ?? null,
    size: row.size,
    website: row.website,
    industry: row.industry,
    monthly_spend: row.monthly_spend,
    ...scalars(row.custom_attributes)
  }
  const names = row.tags?.tags.map(({ name }) => name) ?? []
  return [
    { _tag: "Group", group: { ...key, name: row.name || row.company_id || row.id, externalId: row.company_id, fields } },
    ...tagged("organization", names, seen, (group) => ({ _tag: "Inclusion", group, organization: key }))
  ]
}

export const segment = ({ id, name }: IntercomApi.Segment): SourceRecord => ({
  _tag: "Group",
  group: { ...segmentKey(id), name, externalId: null, fields: {} }
})
