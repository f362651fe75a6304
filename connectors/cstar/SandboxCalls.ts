/** The calls of cStar that a target needs, as documented: what else is asked fails the suite (vendor docs, read 2026-11). */
import * as Schema from "effect/Schema"
import { below, text, upTo } from "../../src/sandbox/Documented.ts"
import { type DocumentedCall } from "../../src/sandbox/Sandbox.ts"

const call = below("/api/v1/teams/{teamId}")
const pages = { page: upTo(Infinity), pageSize: upTo(100) }
const fields = Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
const group = { slug: text, description: text, customFields: fields }
const members = Schema.Union(
  Schema.Struct({ customerId: Schema.String }),
  Schema.Struct({ customerIds: Schema.Array(Schema.String).pipe(Schema.minItems(1), Schema.maxItems(100)) })
)

export const documented: ReadonlyArray<DocumentedCall> = [
  call("GET", "/customer-groups", { ...pages, search: text }),
  call("POST", "/customer-groups", {}, Schema.Struct({ ...group, name: Schema.NonEmptyString, externalId: text })),
  call("GET", "/customer-groups/{groupId}"),
  // An external id can be given once, and not be changed.
  call("PATCH", "/customer-groups/{groupId}", {}, Schema.Struct({ ...group, name: text })),
  call("DELETE", "/customer-groups/{groupId}"),
  call("GET", "/customer-groups/{groupId}/members", pages),
  call("POST", "/customer-groups/{groupId}/members", {}, members),
  call("DELETE", "/customer-groups/{groupId}/members", { customerId: Schema.String }),
  call("GET", "/customers", { ...pages, status: text, sentiment: text, search: text, tag: text }),
  call("GET", "/customers/{customerId}"),
  call("GET", "/members", { ...pages, role: text }),
  call("GET", "/members/{memberId}"),
  call("PATCH", "/members/{memberId}", {}, Schema.Struct({ role: Schema.String })),
  call("DELETE", "/members/{memberId}"),
  // No page of this list is documented.
  call("GET", "/invites"),
  call("POST", "/invites", {}, Schema.Struct({ email: Schema.NonEmptyString, role: text }))
]
