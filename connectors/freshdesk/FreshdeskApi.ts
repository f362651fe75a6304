/** Wire shapes of Freshdesk's API v2 and their turning into records of the model (vendor docs, read 2026-11). */
import * as Schema from "effect/Schema"
import type { SourceRecord } from "../../src/contract/Source.ts"
import * as Wire from "../../src/http/Wire.ts"
import type { SourceCustomer } from "../../src/model/Customer.ts"
import type { Fields, GroupKey } from "../../src/model/Group.ts"
import { flag, Id, text } from "../kit/Fields.ts"

/** A number in lists, an object in the view of one contact (vendor docs; a public client had to model both, read 2026-11). */
const OtherCompany = Schema.Union(Id, Schema.Struct({ company_id: Id }))

/**
 * A row of `/contacts`, or the view of one. `active` means verified. Lists are not documented to carry `tags`, and `other_companies` needs
 * a feature of higher plans: an absent key has told nothing, while null is how Freshdesk writes what is blank.
 */
export const Contact = Schema.Struct({
  id: Id,
  name: Wire.text,
  email: text,
  unique_external_id: Wire.key,
  phone: Wire.scalar,
  mobile: Wire.scalar,
  job_title: Wire.scalar,
  language: Wire.scalar,
  active: flag(false),
  deleted: flag(false),
  contact_type: text,
  company_id: Schema.optionalWith(Schema.NullOr(Id), { default: () => null }),
  other_companies: Schema.optional(Schema.NullOr(Schema.Array(OtherCompany))),
  tags: Schema.optional(Schema.NullOr(Schema.Array(Schema.String))),
  custom_fields: Wire.fields,
  updated_at: Wire.text
})
export type Contact = typeof Contact.Type
export const Contacts = Schema.Array(Contact)

export const Company = Schema.Struct({
  id: Id,
  name: Schema.String,
  description: Wire.scalar,
  /** May be bare words (vendor docs). */
  domains: Wire.texts,
  health_score: Wire.scalar,
  account_tier: Wire.scalar,
  renewal_date: Wire.scalar,
  industry: Wire.scalar,
  custom_fields: Wire.fields
})
export type Company = typeof Company.Type
export const Companies = Schema.Array(Company)

/** Missing from some documented examples: such an answer has told nothing. */
const roleIds = Schema.optionalWith(Schema.Array(Id), { nullable: true })

/** Name and address of an agent stand inside `contact`. A contact who becomes an agent keeps the id. */
export const Agent = Schema.Struct({
  id: Id,
  role_ids: roleIds,
  contact: Schema.Struct({
    name: Wire.text,
    email: text,
    phone: Wire.scalar,
    mobile: Wire.scalar,
    job_title: Wire.scalar,
    language: Wire.scalar,
    active: flag(false)
  })
})
export type Agent = typeof Agent.Type
export const Agents = Schema.Array(Agent)

/** The answer of `/agents/me`. */
export const Me = Schema.Struct({
  id: Id,
  type: text,
  ticket_scope: Schema.optionalWith(Schema.NullOr(Schema.Number), { default: () => null }),
  role_ids: roleIds,
  contact: Schema.Struct({ email: text })
})
export type Me = typeof Me.Type

export const Roles = Schema.Array(Schema.Struct({ id: Id, name: Schema.String }))

/** Which customers the connection's options leave out. */
export interface Policy {
  readonly blocked: "include" | "exclude"
  readonly unverified: "include" | "exclude"
}

export const companyKey = (id: string): GroupKey => ({ kind: "organization", carrier: "customer", id })

const scalars = (values: Readonly<Record<string, unknown>>): Fields => {
  const fields: Record<string, string | number | boolean | null> = {}
  for (const [key, value] of Object.entries(values)) {
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") fields[key] = value
  }
  return fields
}

/** Visitors of the chat are contacts too, but nobody whom the helpdesk knows. */
const exclusion = (contact: Contact, blocked: boolean, policy: Policy): string | null => {
  if (contact.contact_type === "visitor") return "chat visitor"
  if (blocked && policy.blocked === "exclude") return "blocked"
  return !contact.active && policy.unverified === "exclude" ? "unverified" : null
}

/** The customer that a contact is. No answer shows whether somebody is blocked: the list in which they stand tells. A custom field wins over a built-in one. */
export const customer = (contact: Contact, blocked: boolean, policy: Policy): SourceCustomer => ({
  id: contact.id,
  email: contact.email,
  externalId: contact.unique_external_id,
  name: contact.name,
  role: "customer",
  suspended: blocked,
  verified: contact.active,
  excluded: exclusion(contact, blocked, policy),
  fields: { phone: contact.phone, mobile: contact.mobile, job_title: contact.job_title, language: contact.language, ...scalars(contact.custom_fields) }
})

export const staff = ({ id, contact }: Agent): SourceCustomer => ({
  id,
  email: contact.email,
  externalId: null,
  name: contact.name,
  role: "staff",
  suspended: false,
  verified: contact.active,
  excluded: null,
  fields: { phone: contact.phone, mobile: contact.mobile, job_title: contact.job_title, language: contact.language }
})

/** The primary company and the others, each once. */
const companiesOf = ({ company_id, other_companies }: Contact): ReadonlyArray<string> => {
  const others = (other_companies ?? []).map((other) => (typeof other === "string" ? other : other.company_id))
  return [...new Set(company_id === null ? others : [company_id, ...others])]
}

/** What a contact's row says. Tags are the same whatever their case; each is told as a group once in a read, which `seen` remembers and is added to. */
export const contactRecords = (contact: Contact, blocked: boolean, policy: Policy, seen: Set<string>): ReadonlyArray<SourceRecord> => {
  const records: Array<SourceRecord> = [{ _tag: "Customer", customer: customer(contact, blocked, policy) }]
  for (const company of companiesOf(contact)) records.push({ _tag: "Membership", group: companyKey(company), customer: contact.id })
  const tags = new Map<string, string>()
  for (const tag of contact.tags ?? []) if (tag !== "" && !tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag)
  for (const [id, name] of tags) {
    const key: GroupKey = { kind: "tag", carrier: "customer", id }
    if (!seen.has(id)) records.push({ _tag: "Group", group: { ...key, name, externalId: null, fields: {} } })
    seen.add(id)
    records.push({ _tag: "Membership", group: key, customer: contact.id })
  }
  return records
}

/** Only a row that says itself that it is deleted counts: a filter that was not understood must not make everybody gone. */
export const deletedRecords = (contact: Contact): ReadonlyArray<SourceRecord> =>
  contact.deleted ? [{ _tag: "Gone", record: "customer", id: contact.id, cause: "deleted" }] : []

/** A custom field wins over a built-in one of the same name. */
export const companyRecords = (company: Company): ReadonlyArray<SourceRecord> => {
  const { description, health_score, account_tier, renewal_date, industry } = company
  const fields = { domains: company.domains.join(","), description, health_score, account_tier, renewal_date, industry, ...scalars(company.custom_fields) }
  return [{ _tag: "Group", group: { ...companyKey(company.id), name: company.name, externalId: null, fields } }]
}
