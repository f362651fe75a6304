/** The calls of Zammad that a source needs, as documented: what else is asked fails the suite (vendor docs and code, read 2026-11). */
import { below, text, upTo } from "../../src/sandbox/Documented.ts"
import { type DocumentedCall } from "../../src/sandbox/Sandbox.ts"

const call = below("/api/v1")
/** Sorting is documented for searches, and taken by lists too. */
const index = { page: upTo(Infinity), per_page: upTo(500), sort_by: text, order_by: text, expand: text, full: text }

export const documented: ReadonlyArray<DocumentedCall> = [
  call("GET", "/users/me"),
  call("GET", "/users", index),
  call("GET", "/users/{id}"),
  call("GET", "/organizations", index),
  call("GET", "/roles", index)
]
