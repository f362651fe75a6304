/** Wire shapes of Zammad's REST API and their turning into records of the model (vendor docs, read 2026-11). */
import * as Schema from "effect/Schema"
import type { SourceRecord } from "../../src/contract/Source.ts"
import * as Wire from "../../src/http/Wire.ts"
import type { SourceCustomer } from "../../src/model/Customer.ts"
import type { Fields, GroupKey } from "../../src/model/Group.ts"
import { flag, text } from "../kit/Fields.ts"

/** Ids are integers; strings from here on. */
const Id = Schema.transform(Schema.Int, Schema.String, { strict: true, decode: (id) => String(id), encode: (id) => Number(id) })

/** Administrators add attributes of their own beside the built-in ones. */
const attributes = { key: Schema.String, value: Schema.Unknown }

/** A row of `/users`. Where `role_ids` or one of the two kinds of organizations is absent, the row has told nothing of them. */
export const User = Schema.Struct(
  {
    id: Id,
    login: Wire.text,
    firstname: Wire.text,
    lastname: Wire.text,
    email: text,
    active: flag(true),
    verified: flag(false),
    organization_id: Schema.optional(Schema.NullOr(Id)),
    organization_ids: Schema.optional(Schema.NullOr(Schema.Array(Id))),
    role_ids: Schema.optional(Schema.NullOr(Schema.Array(Id)))
  },
  attributes
)
export type User = typeof User.Type

export const Organization = Schema.Struct({ id: Id, name: Schema.String }, attributes)
export type Organization = typeof Organization.Type

/** A row of `/roles?expand=true`. The vendor's documents show the ids of a role's permissions; their names beside them stand in its code alone (read 2026-11). */
export const Role = Schema.Struct({
  id: Id,
  name: Schema.String,
  permissions: Schema.optionalWith(Schema.NullOr(Schema.Array(Schema.String)), { default: () => null }),
  permission_ids: Schema.optionalWith(Schema.NullOr(Schema.Array(Id)), { default: () => null })
})
export type Role = typeof Role.Type
export const Roles = Schema.Array(Role)

/** The answer of `/users/me`. */
export const Me = Schema.Struct({ id: Id, login: Wire.text, email: text, role_ids: Schema.Array(Id) })
export type Me = typeof Me.Type

/** Which customers the connection's options leave out. */
export interface Policy {
  readonly inactive: "include" | "exclude"
}

/** The user that stands for Zammad itself. */
export const isSystem = ({ id }: User): boolean => id === "1"

/** What every row carries for Zammad's own use, what changes at every login, and `note`, which is HTML. */
const plumbing = new Set(
  `id name login firstname lastname email active verified note organization_id created_at updated_at created_by_id updated_by_id
  password image image_source source last_login login_failed out_of_office out_of_office_start_at out_of_office_end_at out_of_office_replacement_id`.split(
    /\s+/
  )
)

const scalars = (row: Readonly<Record<string, unknown>>): Fields => {
  const fields: Record<string, string | number | boolean | null> = {}
  for (const [key, value] of Object.entries(row)) {
    if (plumbing.has(key)) continue
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") fields[key] = value
  }
  return fields
}

/** Zammad writes what is blank as "". */
const filled = (value: string | null): string | null => (value === null || value.trim() === "" ? null : value)

/** What is told alike of customers and of staff. */
export const person = (user: User) => ({
  id: user.id,
  email: filled(user.email),
  name:
    filled(
      [user.firstname, user.lastname]
        .map((name) => name?.trim())
        .filter(Boolean)
        .join(" ")
    ) ?? filled(user.login)
})

export const customer = (user: User, role: SourceCustomer["role"], policy: Policy): SourceCustomer => ({
  ...person(user),
  externalId: null,
  role,
  suspended: !user.active,
  verified: user.verified,
  excluded: !user.active && policy.inactive === "exclude" ? "inactive" : null,
  fields: { ...scalars(user), login: user.login }
})

const organizationKey = (id: string): GroupKey => ({ kind: "organization", carrier: "customer", id })

/** Whether the row told both the primary organization and the secondary ones. */
export const showsOrganizations = ({ organization_id, organization_ids }: User): boolean => organization_id !== undefined && organization_ids != null

/** The user and all their organizations, each once. */
export const userRecords = (user: User, role: SourceCustomer["role"], policy: Policy): ReadonlyArray<SourceRecord> => {
  const organizations = new Set([user.organization_id ?? [], user.organization_ids ?? []].flat())
  return [
    { _tag: "Customer", customer: customer(user, role, policy) },
    ...[...organizations].map((id): SourceRecord => ({ _tag: "Membership", group: organizationKey(id), customer: user.id }))
  ]
}

/** `active` is a field here: an inactive organization keeps its members, and a rule may ask for it. Its `member_ids` are not used, users tell both kinds. */
export const organizationRecords = (organization: Organization): ReadonlyArray<SourceRecord> => {
  const { active = null } = organization
  const fields = { ...scalars(organization), active: typeof active === "boolean" ? active : null }
  return [{ _tag: "Group", group: { ...organizationKey(organization.id), name: organization.name, externalId: null, fields } }]
}
