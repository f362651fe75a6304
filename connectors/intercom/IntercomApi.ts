/** Wire shapes of Intercom's REST API 2.14 (its OpenAPI document and docs, read 2026-11). Fields that recordings lack are optional here. */
import * as Schema from "effect/Schema"
import * as Wire from "../../src/http/Wire.ts"
import { Id, text } from "../kit/Fields.ts"

const count = Schema.optionalWith(Schema.NullOr(Schema.Int), { default: () => null })

/** `next` is an object in cursor paging and a URL in paging by number; null or absent is the end. */
const Pages = Schema.Struct({
  next: Schema.optionalWith(Schema.NullOr(Schema.Union(Schema.String, Schema.Struct({ starting_after: text }))), { default: () => null })
})

const paging = {
  pages: Schema.optionalWith(Schema.NullOr(Pages), { default: () => null }),
  total_count: count
}
export type Paging = Schema.Struct.Type<typeof paging>

/** What a contact's row shows of its tags or companies: ids alone, at most ten of them. */
const Nested = Schema.Struct({
  data: Schema.optionalWith(Schema.NullOr(Schema.Array(Schema.Struct({ id: Id }))), { default: () => null }),
  total_count: count,
  has_more: Schema.optionalWith(Schema.NullOr(Schema.Boolean), { default: () => null })
})
const nested = Schema.optionalWith(Schema.NullOr(Nested), { default: () => null })

export const Contact = Schema.Struct({
  id: Id,
  external_id: Schema.optionalWith(Schema.NullOr(Id), { default: () => null }),
  /** `user` or `lead`. */
  role: Schema.String,
  email: text,
  name: Wire.text,
  phone: Wire.scalar,
  custom_attributes: Wire.fields,
  tags: nested,
  companies: nested
})
export type Contact = typeof Contact.Type
export const Contacts = Schema.Struct({ data: Schema.Array(Contact), ...paging })

export const Tag = Schema.Struct({ id: Id, name: Schema.String })
export type Tag = typeof Tag.Type
export const Tags = Schema.Struct({ data: Schema.Array(Tag) })

/** `id` is Intercom's, `company_id` the customer's own key. */
export const Company = Schema.Struct({
  id: Id,
  company_id: Schema.optionalWith(Schema.NullOr(Id), { default: () => null }),
  name: text,
  plan: Wire.fields,
  size: Wire.scalar,
  website: Wire.scalar,
  industry: Wire.scalar,
  monthly_spend: Wire.scalar,
  custom_attributes: Wire.fields,
  tags: Schema.optionalWith(Schema.NullOr(Schema.Struct({ tags: Schema.Array(Tag) })), { default: () => null })
})
export type Company = typeof Company.Type

/** The end is an empty `data`. */
export const Scroll = Schema.Struct({ data: Schema.Array(Company), scroll_param: text })

const Ids = Schema.Array(Schema.Struct({ id: Id }))

/** Companies of one contact: the document's schema calls the list `companies`, its example `data`. */
export const ContactCompanies = Schema.Struct({ data: Schema.optional(Ids), companies: Schema.optional(Ids), ...paging }).pipe(
  Schema.filter(({ companies, data }) => companies !== undefined || data !== undefined || "neither data nor companies is there")
)

export const Segment = Schema.Struct({ id: Id, name: Schema.String })
export type Segment = typeof Segment.Type
export const Segments = Schema.Struct({ segments: Schema.Array(Segment), ...paging })

/** A teammate. Bots are admins without an address. */
export const Admin = Schema.Struct({ id: Id, name: Wire.text, email: text })
export type Admin = typeof Admin.Type
export const Admins = Schema.Struct({ admins: Schema.Array(Schema.NullOr(Admin)) })

/** The admin behind the token, and the workspace that it opens. */
export const Me = Schema.Struct({
  id: Id,
  email: text,
  app: Schema.Struct({ id_code: Schema.NonEmptyString, name: text })
})
