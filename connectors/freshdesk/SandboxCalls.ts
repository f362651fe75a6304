/** The calls of Freshdesk that a source needs, as documented: what else is asked fails the suite (vendor docs, read 2026-11). */
import * as Schema from "effect/Schema"
import { below, text, upTo } from "../../src/sandbox/Documented.ts"
import { type DocumentedCall } from "../../src/sandbox/Sandbox.ts"

const call = below("/api/v2")
const pages = { page: upTo(Infinity), per_page: upTo(100) }
const state = Schema.optional(Schema.Literal("blocked", "deleted", "unverified", "verified"))

export const documented: ReadonlyArray<DocumentedCall> = [
  call("GET", "/contacts", {
    ...pages,
    email: text,
    mobile: text,
    phone: text,
    company_id: text,
    state,
    contact_type: text,
    updated_since: text,
    // As the pages showed it until 2023.
    _updated_since: text
  }),
  call("GET", "/contacts/{id}"),
  call("GET", "/companies", { ...pages, updated_since: text }),
  call("GET", "/companies/{id}"),
  call("GET", "/agents/me"),
  call("GET", "/agents", { ...pages, email: text, mobile: text, phone: text, state: Schema.optional(Schema.Literal("fulltime", "occasional")) }),
  call("GET", "/agents/{id}"),
  call("GET", "/roles")
]
