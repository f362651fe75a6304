/** The calls of Medusa's Admin API that a target needs, as documented: what else is asked fails the suite (vendor docs and a server, read 2026-12). */
import * as Schema from "effect/Schema"
import { below, text } from "../../src/sandbox/Documented.ts"
import { type DocumentedCall } from "../../src/sandbox/Sandbox.ts"

const call = below("/admin")
const pages = { limit: Schema.optional(Schema.NumberFromString), offset: Schema.optional(Schema.NumberFromString), order: text, fields: text }
const metadata = Schema.optional(Schema.NullOr(Schema.Record({ key: Schema.String, value: Schema.Unknown })))
const ids = Schema.Array(Schema.String)

export const documented: ReadonlyArray<DocumentedCall> = [
  call("GET", "/customer-groups", { ...pages, q: text, name: text, id: text }),
  call("POST", "/customer-groups", {}, Schema.Struct({ name: Schema.String, metadata })),
  call("GET", "/customer-groups/{id}", { fields: text }),
  call("POST", "/customer-groups/{id}", {}, Schema.Struct({ name: Schema.optional(Schema.String), metadata })),
  call("DELETE", "/customer-groups/{id}"),
  // Both in one call are carried out side by side: one may be done where the other is refused.
  call("POST", "/customer-groups/{id}/customers", {}, Schema.Union(Schema.Struct({ add: ids }), Schema.Struct({ remove: ids }))),
  call("GET", "/customers", { ...pages, q: text, groups: text, "id[]": text, has_account: text, email: text }),
  call("GET", "/customers/{id}", { fields: text })
]
