/** Wire shapes of Zendesk's Support API v2 and their turning into records of the model (vendor docs, read 2026-11). */
import * as Schema from "effect/Schema"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { SourceRecord } from "../../src/contract/Source.ts"
import * as Wire from "../../src/http/Wire.ts"
import type { SourceCustomer } from "../../src/model/Customer.ts"
import type { Fields, GroupCarrier, GroupKey } from "../../src/model/Group.ts"
import { flag, Id, text } from "../kit/Fields.ts"

/** Absent and null do not mean "no tags": the feature is switched off then. */
const tags = Schema.optionalWith(Schema.Array(Schema.String), { nullable: true })

/** A row of `/users`. `active: false` is a deleted user. Unknown roles count as staff: only an end user is a customer. */
export const User = Schema.Struct({
  id: Id,
  name: Wire.text,
  email: text,
  external_id: Wire.key,
  phone: Wire.scalar,
  locale: Wire.scalar,
  role: Schema.String,
  role_type: Wire.number,
  active: flag(true),
  suspended: flag(false),
  verified: flag(false),
  tags,
  user_fields: Wire.fields
})
export type User = typeof User.Type

export const Organization = Schema.Struct({
  id: Id,
  name: Schema.String,
  external_id: Wire.key,
  domain_names: Wire.texts,
  details: Wire.scalar,
  shared_tickets: Wire.flag,
  deleted_at: text,
  tags,
  organization_fields: Wire.fields
})
export type Organization = typeof Organization.Type

/** The only complete source of who belongs where; `organization_id` of a user is just the default one. */
export const Membership = Schema.Struct({ user_id: Id, organization_id: Id })
export type Membership = typeof Membership.Type

/** The answer of `/users/me`. Zendesk answers a refused credential with an anonymous guest, whose id is null (public report, read 2026-11). */
export const Me = Schema.Struct({
  user: Schema.Struct({
    id: Schema.optionalWith(Schema.NullOr(Id), { default: () => null }),
    email: text,
    role: text,
    role_type: Schema.optionalWith(Schema.NullOr(Schema.Number), { default: () => null }),
    custom_role_id: Schema.optionalWith(Schema.NullOr(Id), { default: () => null }),
    ticket_restriction: text,
    restricted_agent: flag(false)
  })
})
export type Me = typeof Me.Type

export const OneUser = Schema.Struct({ user: User })

/** What tells whether more follows: `meta` in cursor paging, `next_page` and `count` in the older paging by offset. */
const paging = {
  meta: Schema.optional(Schema.Struct({ has_more: Schema.Boolean, after_cursor: Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null }) })),
  next_page: Schema.optional(Schema.NullOr(Schema.String)),
  count: Schema.optional(Schema.NullOr(Schema.Number))
}
export type Paging = Schema.Struct.Type<typeof paging>

export const Users = Schema.Struct({ users: Schema.Array(User), ...paging })
export const Organizations = Schema.Struct({ organizations: Schema.Array(Organization), ...paging })
export const Memberships = Schema.Struct({ organization_memberships: Schema.Array(Membership), ...paging })

/** Kinds of agents by `role_type`, where it is not simply an agent or an admin (vendor docs, read 2026-11). */
export const agentKinds: ReadonlyMap<number, string> = new Map([
  [1, "light agent"],
  [2, "chat agent"],
  [3, "contributor"],
  [5, "billing admin"]
])

/** An address or another handle of a user. */
const Identity = Schema.Struct({ type: Schema.String, value: Schema.String, verified: flag(false), primary: flag(false) })
export const Identities = Schema.Struct({ identities: Schema.Array(Identity), ...paging })

/** Only "RecordNotFound" tells that there is no such record; another 404 proves nothing. */
export const isGone = ({ code, reason }: ConnectorError): boolean => reason === "NotFound" && code === "RecordNotFound"

/** Answers of the incremental exports: by cursor, and by time in Unix seconds. */
export const ChangedUsers = Schema.Struct({ users: Schema.Array(User), after_cursor: text, end_of_stream: Schema.Boolean })
export const ChangedOrganizations = Schema.Struct({
  organizations: Schema.Array(Organization),
  end_time: Schema.optionalWith(Schema.NullOr(Schema.Int), { default: () => null }),
  end_of_stream: Schema.Boolean
})

/** Which customers the connection's options leave out. */
export interface Policy {
  readonly suspended: "include" | "exclude"
  readonly unverified: "include" | "exclude"
}

export const organizationKey = (id: string): GroupKey => ({ kind: "organization", carrier: "customer", id })

/** Tags are the same whatever their case: the key holds the lower-cased tag. */
const tagKey = (carrier: GroupCarrier, tag: string): GroupKey => ({ kind: "tag", carrier, id: tag.toLowerCase() })

const scalars = (values: Readonly<Record<string, unknown>>): Fields => {
  const fields: Record<string, string | number | boolean | null> = {}
  for (const [key, value] of Object.entries(values)) {
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") fields[key] = value
  }
  return fields
}

const exclusion = (user: User, policy: Policy): string | null => {
  if (user.role !== "end-user") return null
  if (user.suspended && policy.suspended === "exclude") return "suspended"
  return !user.verified && policy.unverified === "exclude" ? "unverified" : null
}

/** The customer that an active user is. A custom field wins over a built-in one of the same name. */
export const customer = (user: User, policy: Policy): SourceCustomer => ({
  id: user.id,
  email: user.email,
  externalId: user.external_id,
  name: user.name,
  role: user.role === "end-user" ? "customer" : "staff",
  suspended: user.suspended,
  verified: user.verified,
  excluded: exclusion(user, policy),
  fields: { phone: user.phone, locale: user.locale, ...scalars(user.user_fields) }
})

/** One spelling of each tag, as first written. */
const distinct = (tags: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  const byKey = new Map<string, string>()
  for (const tag of tags) {
    const key = tag.toLowerCase()
    if (tag !== "" && !byKey.has(key)) byKey.set(key, tag)
  }
  return [...byKey.values()]
}

/** For each tag what `link` says of it; before that, once in a read, its group. `seen` is the read's own memory and is added to. */
const tagRecords = (
  carrier: GroupCarrier,
  tags: ReadonlyArray<string> | undefined,
  seen: Set<string>,
  link: (group: GroupKey) => SourceRecord
): ReadonlyArray<SourceRecord> => {
  const records: Array<SourceRecord> = []
  for (const tag of distinct(tags)) {
    const key = tagKey(carrier, tag)
    if (!seen.has(key.id)) records.push({ _tag: "Group", group: { ...key, name: tag, externalId: null, fields: {} } })
    seen.add(key.id)
    records.push(link(key))
  }
  return records
}

/** What a user's row says. Tags of staff say nothing about customers and are left out. */
export const userRecords = (user: User, policy: Policy, seen: Set<string>): ReadonlyArray<SourceRecord> => {
  if (!user.active) return [{ _tag: "Gone", record: "customer", id: user.id, cause: "deleted" }]
  const found = customer(user, policy)
  const tags = found.role === "staff" ? [] : user.tags
  return [{ _tag: "Customer", customer: found }, ...tagRecords("customer", tags, seen, (group) => ({ _tag: "Membership", group, customer: user.id }))]
}

/** What an organization's row says. A custom field wins over a built-in one of the same name. */
export const organizationRecords = (organization: Organization, seen: Set<string>): ReadonlyArray<SourceRecord> => {
  const key = organizationKey(organization.id)
  if (organization.deleted_at !== null) return [{ _tag: "Gone", record: "group", key, cause: "deleted" }]
  const fields: Fields = {
    domain_names: organization.domain_names.join(","),
    details: organization.details,
    shared_tickets: organization.shared_tickets,
    ...scalars(organization.organization_fields)
  }
  return [
    { _tag: "Group", group: { ...key, name: organization.name, externalId: organization.external_id, fields } },
    ...tagRecords("organization", organization.tags, seen, (group) => ({ _tag: "Inclusion", group, organization: key }))
  ]
}

export const membershipRecords = (membership: Membership): ReadonlyArray<SourceRecord> => [
  { _tag: "Membership", group: organizationKey(membership.organization_id), customer: membership.user_id }
]
