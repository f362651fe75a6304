/** The one call of Vendure's Admin API: what it may ask, `SandboxGraphql` checks against the fields that the server has. */
import * as Schema from "effect/Schema"
import { below } from "../../src/sandbox/Documented.ts"
import { type DocumentedCall } from "../../src/sandbox/Sandbox.ts"

const call = below("")
const variables = Schema.Record({ key: Schema.String, value: Schema.Unknown })

export const documented: ReadonlyArray<DocumentedCall> = [call("POST", "/admin-api", {}, Schema.Struct({ query: Schema.NonEmptyString, variables }))]
