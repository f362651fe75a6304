/** The calls of Trybe that a target needs, as documented: what else is asked fails the suite (vendor docs, read 2026-11). */
import * as Schema from "effect/Schema"
import { below, text, upTo } from "../../src/sandbox/Documented.ts"
import { type DocumentedCall } from "../../src/sandbox/Sandbox.ts"

const call = below("")
const pages = { archived: text, page: upTo(Infinity), per_page: upTo(Infinity) }
const ids = Schema.Struct({ labels: Schema.NonEmptyArray(Schema.String) })
const ofCustomer = "/customers/customers/{customerId}/labels"

export const documented: ReadonlyArray<DocumentedCall> = [
  call("GET", "/token-info"),
  call("GET", "/customers/labels", pages),
  call("POST", "/customers/labels", {}, Schema.Struct({ value: Schema.NonEmptyString.pipe(Schema.maxLength(20)) })),
  // Lists that are paged are paged alike; what this one answers is not documented.
  call("GET", ofCustomer, pages),
  call("POST", ofCustomer, {}, ids),
  call("DELETE", ofCustomer, {}, ids)
]
