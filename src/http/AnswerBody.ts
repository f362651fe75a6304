/** Decodes the body of a 2xx. A body that cannot be read is a failure, never "nothing". */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import * as CallTry from "./CallTry.ts"
import * as CompiledSchema from "./CompiledSchema.ts"
import * as JsonText from "./JsonText.ts"
import type { Answer } from "./VendorClient.ts"
import * as VendorWords from "./VendorWords.ts"

/** An empty body is decoded as `undefined`. With `Schema.Void` the body is not looked at. */
export const decode = <A, I>(
  connection: CallTry.Connection,
  call: CallTry.Call,
  schema: Schema.Schema<A, I>,
  answer: CallTry.RawAnswer
): Effect.Effect<Answer<A>, ConnectorError> => {
  const { status, serverTime, headers, text } = answer
  // The vendor has accepted a write whose answer we can't read.
  const malformed = (detail: string) => CallTry.failed(connection, call, { reason: "Malformed", detail, status, effect: "unknown" })
  return json(schema.ast, text).pipe(
    Effect.mapError((what) => malformed(`${what}; it begins: ${beginning(connection, text)}`)),
    Effect.flatMap((value) => {
      const body = CompiledSchema.decode(schema, value)
      if (body !== CompiledSchema.unfit) return Effect.succeed(body)
      return Effect.mapError(Schema.decodeUnknown(schema, { errors: "first" })(value), (error) =>
        malformed(text.trim() === "" ? "the answer is empty" : `the answer does not fit: ${mismatch(error)}`)
      )
    }),
    Effect.map((body) => ({ body, status, serverTime, headers }))
  )
}

const json = (ast: SchemaAST.AST, text: string): Effect.Effect<unknown, string> => {
  if (SchemaAST.isVoidKeyword(ast) || text.trim() === "") return Effect.succeed(undefined)
  return Either.mapLeft(JsonText.parse(text), (fault) => {
    if (fault === "too deep") return `the answer nests its JSON more than ${JsonText.deepest} levels deep`
    return VendorWords.isHtml(text) ? "the answer is an HTML page, not JSON" : "the answer is not JSON"
  })
}

/** Redacted before it is cut: half a secret would not be found any more. */
const beginning = ({ context }: CallTry.Connection, text: string) => context.redactor.redact(text).slice(0, 200)

/** Where and what, without the values: those may be people's data. */
const mismatch = (error: ParseResult.ParseError): string => {
  const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
  if (issue === undefined) return "in an unknown place"
  const place = issue.path.length === 0 ? "at its top" : `at ${issue.path.map(String).join(".")}`
  return `${place}: ${issue.message.replace(/, actual .*$/s, "")}`
}
