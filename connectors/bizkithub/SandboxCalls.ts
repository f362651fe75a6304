/** The one call of BizKitHub, as documented: what else is asked fails the suite (vendor docs, read 2026-11). */
import * as Schema from "effect/Schema"
import { below } from "../../src/sandbox/Documented.ts"
import { type DocumentedCall } from "../../src/sandbox/Sandbox.ts"

/** Anything else would be made one by BizKitHub, and a group made by mistake stays. */
const slug = Schema.String.pipe(Schema.pattern(/^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/))
const groups = Schema.NonEmptyArray(slug)
/** One name of the customer and never both: a stale reference number would win over the address. */
const body = Schema.Union(Schema.Struct({ email: Schema.NonEmptyString, groups }), Schema.Struct({ cuRefNo: Schema.String.pipe(Schema.length(16)), groups }))

export const documented: ReadonlyArray<DocumentedCall> = [below("")("POST", "/api/v1/customer/add-groups", { apiKey: Schema.String }, body)]
