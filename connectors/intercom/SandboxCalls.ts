/** The calls of Intercom that a source needs, as documented: what else is asked fails the suite (OpenAPI 2.14 and docs, read 2026-11). */
import * as Schema from "effect/Schema"
import { below, text, upTo } from "../../src/sandbox/Documented.ts"
import { type DocumentedCall } from "../../src/sandbox/Sandbox.ts"

const call = below("")
/** The most that a page of contacts has; of companies none is documented. */
const most = 150
const numbered = { page: upTo(Infinity), per_page: upTo(Infinity) }
const size = Schema.optional(Schema.Number.pipe(Schema.between(1, most)))

const filter = Schema.Struct({
  field: Schema.String,
  operator: Schema.Literal("=", "!=", "IN", "NIN", ">", "<", "~", "!~", "^", "$"),
  value: Schema.Union(Schema.String, Schema.Number)
})
const group = Schema.Struct({ operator: Schema.Literal("AND", "OR"), value: Schema.NonEmptyArray(filter).pipe(Schema.maxItems(15)) })
const search = Schema.Struct({
  query: Schema.Union(filter, group),
  pagination: Schema.optional(Schema.Struct({ per_page: size, starting_after: text })),
  sort: Schema.optional(Schema.Struct({ field: Schema.String, order: Schema.Literal("ascending", "descending") }))
})

export const documented: ReadonlyArray<DocumentedCall> = [
  call("GET", "/me"),
  call("GET", "/admins"),
  call("GET", "/admins/{id}"),
  call("GET", "/tags"),
  call("GET", "/segments", { include_count: text }),
  call("GET", "/contacts", { per_page: upTo(most), starting_after: text }),
  call("GET", "/contacts/{id}"),
  // Its answers link to further pages by number.
  call("GET", "/contacts/{id}/companies", numbered),
  call("GET", "/contacts/{id}/tags"),
  call("POST", "/contacts/search", {}, search),
  call("GET", "/companies", { ...numbered, tag_id: text, segment_id: text }),
  call("GET", "/companies/scroll", { scroll_param: text }),
  call("GET", "/companies/{id}")
]
