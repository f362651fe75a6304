/** The calls that a vendor documents, and what of a log is none of them: an unknown path, parameter or field, a page or a pack above the limit. */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { DocumentedCall, LoggedCall } from "./Sandbox.ts"

type Parameters = Readonly<Record<string, Schema.Schema.AnyNoContext | Schema.optional<Schema.Schema.AnyNoContext>>>

/** Calls below a path that all have in common. */
export const below =
  (base: string) =>
  (method: string, path: string, query: Parameters = {}, body?: Schema.Schema.AnyNoContext): DocumentedCall => ({
    method,
    path: `${base}${path}`,
    query: Schema.Struct(query),
    ...(body === undefined ? {} : { body })
  })

/** A parameter that is a number from 1 to at most so many. */
export const upTo = (most: number) => Schema.optional(Schema.NumberFromString.pipe(Schema.int(), Schema.between(1, most)))
export const text = Schema.optional(Schema.String)

const matches = ({ method, path }: DocumentedCall, call: Pick<LoggedCall, "method" | "path">): boolean =>
  method === call.method && new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{[^}]*\}/g, "[^/]+")}$`).test(call.path)

const wrong = (schema: Schema.Schema.AnyNoContext, value: unknown): ReadonlyArray<string> =>
  Either.match(Schema.decodeUnknownEither(schema, { onExcessProperty: "error", errors: "all" })(value), {
    onLeft: (error) => ParseResult.ArrayFormatter.formatErrorSync(error).map(({ message, path }) => `${path.join(".")}: ${message}`),
    onRight: () => []
  })

const problemsOf = (documented: ReadonlyArray<DocumentedCall>, call: LoggedCall): ReadonlyArray<string> => {
  const found = documented.find((one) => matches(one, call))
  if (found === undefined) return [`${call.method} ${call.path} is not documented`]
  const { body, query } = found
  return [
    ...wrong(query, Object.fromEntries(call.query)),
    ...(body === undefined ? (call.body === "" ? [] : ["no body is documented"]) : wrong(Schema.parseJson(body), call.body))
  ].map((problem) => `${found.method} ${found.path}: ${problem}`)
}

/** What was asked that the vendor does not document, each once. The first call of the list that fits counts. */
export const problems = (documented: ReadonlyArray<DocumentedCall>, calls: ReadonlyArray<LoggedCall>): ReadonlyArray<string> => [
  ...new Set(calls.flatMap((call) => problemsOf(documented, call)))
]
