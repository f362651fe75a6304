import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as ZendeskApi from "../../connectors/zendesk/ZendeskApi.ts"
import * as CompiledSchema from "../../src/http/CompiledSchema.ts"

const text = Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null })

/** Every kind of node that is compiled, and some that are left to Schema. */
const schemas: Readonly<Record<string, Schema.Schema.AnyNoContext>> = {
  user: ZendeskApi.User,
  users: ZendeskApi.Users,
  organizations: ZendeskApi.Organizations,
  memberships: ZendeskApi.Memberships,
  me: ZendeskApi.Me,
  kinds: Schema.Struct({ a: Schema.Number, b: Schema.Boolean, c: Schema.Literal("x", 1, null), d: Schema.Unknown, e: Schema.UndefinedOr(Schema.Int) }),
  optional: Schema.Struct({ a: Schema.optional(Schema.String), b: Schema.optionalWith(Schema.Number, { exact: true }), c: text }),
  absent: Schema.Struct({ a: Schema.optionalWith(Schema.Array(Schema.String), { nullable: true }), b: Schema.optionalWith(Schema.Int, { as: "Option" }) }),
  renamed: Schema.Struct({ a: Schema.propertySignature(Schema.String).pipe(Schema.fromKey("b")), c: Schema.optional(Schema.Number) }),
  further: Schema.Struct({ a: Schema.NumberFromString }, Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Number) })),
  patterned: Schema.Record({ key: Schema.String.pipe(Schema.pattern(/^[a-f]/)), value: Schema.Number }),
  tagged: Schema.Union(
    Schema.Struct({ a: Schema.String, c: Schema.Unknown }),
    Schema.Struct({ a: Schema.Literal("x"), b: Schema.Unknown }),
    Schema.Array(Schema.Int)
  ),
  optionalObject: Schema.NullOr(Schema.Struct({ a: Schema.Int })),
  tuple: Schema.Tuple([Schema.String], Schema.Number),
  pair: Schema.Tuple(Schema.String, Schema.Number),
  some: Schema.NonEmptyArray(Schema.String),
  anything: Schema.Struct({}),
  number: Schema.NumberFromString,
  checked: Schema.compose(Schema.Trim, Schema.NonEmptyString),
  failing: Schema.transformOrFail(Schema.String, Schema.Number, {
    strict: true,
    decode: (value, _, ast) => (value === "a" ? ParseResult.succeed(1) : ParseResult.fail(new ParseResult.Type(ast, value))),
    encode: (value) => ParseResult.succeed(String(value))
  }),
  lenient: Schema.Struct({ a: Schema.Int.annotations({ decodingFallback: () => Either.right(7) }) }),
  strict: Schema.Struct({ a: Schema.String }).annotations({ parseOptions: { onExcessProperty: "error" } }),
  date: Schema.Date
}

const scalar = FastCheck.oneof(
  FastCheck.constantFrom(null, undefined, "", "x", "a", 0, 1, 1.5, Number.NaN, true, "7", " b "),
  FastCheck.string({ maxLength: 3 }),
  FastCheck.integer()
)
const key = FastCheck.constantFrom("a", "b", "c", "d", "e", "id", "user", "name", "tags", "__proto__", "constructor")
const anything = FastCheck.oneof(
  scalar,
  FastCheck.array(scalar, { maxLength: 3 }),
  // As JSON.parse makes them, so that "__proto__" is a key.
  FastCheck.array(FastCheck.tuple(key, FastCheck.oneof(scalar, FastCheck.array(scalar, { maxLength: 2 }))), { maxLength: 5 }).map((entries): unknown =>
    JSON.parse(`{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value) ?? null}`).join(",")}}`)
  )
)

/** The same, but with anything in the place of one of its parts, or without it. */
const damaged = (value: unknown): FastCheck.Arbitrary<unknown> => {
  if (typeof value !== "object" || value === null) return anything
  const entries = Object.entries(value)
  if (entries.length === 0) return anything
  return FastCheck.nat(entries.length - 1).chain((index) => {
    const [name = "", part] = entries[index] ?? []
    const others = entries.filter((_, other) => other !== index)
    const put = (inner: unknown): unknown => (Array.isArray(value) ? value.with(index, inner) : { ...value, [name]: inner })
    return FastCheck.oneof(
      damaged(part).map(put),
      FastCheck.constant(Array.isArray(value) ? others.map(([, one]) => one) : Object.fromEntries(others)),
      anything
    )
  })
}

/** What Schema itself answers, `unfit` where it fails. */
const expected = (schema: Schema.Schema.AnyNoContext, value: unknown): unknown =>
  Either.getOrElse(Schema.decodeUnknownEither(schema, { errors: "first" })(value), () => CompiledSchema.unfit)

describe("a compiled schema", () => {
  for (const [name, schema] of Object.entries(schemas)) {
    it(`answers what Schema answers: ${name}`, () => {
      const fitting = Arbitrary.make(Schema.encodedSchema(schema))
      const values = FastCheck.oneof(fitting, fitting.chain(damaged), anything)
      const property = FastCheck.property(values, (value) => {
        const before = structuredClone(value)
        assert.deepStrictEqual(CompiledSchema.decode(schema, value), expected(schema, before))
        assert.deepStrictEqual(value, before, "what is decoded stays as it was")
      })
      FastCheck.assert(property, { numRuns: 300 })
    })
  }

  it("takes in what fits", () => {
    assert.deepStrictEqual(CompiledSchema.decode(ZendeskApi.Membership, { user_id: 7, organization_id: "8", more: 1 }), { user_id: "7", organization_id: "8" })
    assert.strictEqual(CompiledSchema.decode(ZendeskApi.Membership, { user_id: 7, organization_id: "" }), CompiledSchema.unfit)
  })
})
