/** The calls of Zendesk that a source needs, as documented: what else is asked fails the suite (vendor docs and OpenAPI copy, read 2026-11). */
import * as Schema from "effect/Schema"
import { below, text, upTo } from "../../src/sandbox/Documented.ts"
import { type DocumentedCall } from "../../src/sandbox/Sandbox.ts"

const call = below("/api/v2")
/** By cursor: without `page[size]` the older paging answers. */
const pages = { "page[size]": Schema.NumberFromString.pipe(Schema.between(1, 100)), "page[after]": text }
const since = { start_time: Schema.optional(Schema.NumberFromString), per_page: upTo(1_000) }

/** By client credentials, and by nothing else. */
export const TokenRequest = Schema.Struct({
  grant_type: Schema.Literal("client_credentials"),
  client_id: Schema.NonEmptyString,
  client_secret: Schema.NonEmptyString,
  scope: Schema.Literal("read")
})

export const documented: ReadonlyArray<DocumentedCall> = [
  below("")("POST", "/oauth/tokens", {}, TokenRequest),
  call("GET", "/users/me"),
  call("GET", "/users/show_many", { ids: text }),
  call("GET", "/users", { ...pages, role: text, "role[]": text, permission_set: text, external_id: text }),
  call("GET", "/users/{id}"),
  call("GET", "/users/{id}/identities", pages),
  call("GET", "/organizations", pages),
  call("GET", "/organizations/{id}"),
  call("GET", "/organization_memberships", pages),
  call("GET", "/custom_roles"),
  call("GET", "/incremental/users/cursor", { ...since, cursor: text }),
  call("GET", "/incremental/users", since),
  call("GET", "/incremental/organizations", since)
]
