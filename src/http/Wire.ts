/**
 * Schemas for fields of a row that neither identity nor rules rest on: whatever stands there, the row is read. A value that is not of the kind meant is
 * turned into it where that is plain, and otherwise counts as not told.
 */
import * as Schema from "effect/Schema"

const loose = <A>(schema: Schema.Schema<A>, read: (value: unknown) => A) =>
  Schema.optionalWith(Schema.transform(Schema.Unknown, schema, { strict: true, decode: read, encode: (value) => value }), { default: () => read(undefined) })

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value)

const isScalar = (value: unknown): value is string | number | boolean => typeof value === "string" || typeof value === "number" || typeof value === "boolean"

/** A text, for people to read; a number or a truth value is written out. Null: none. */
export const text = loose(Schema.NullOr(Schema.String), (value) => (isScalar(value) ? String(value) : null))

/** A fact of the record that rules and matching may ask for, as it is. Null: none. */
export const scalar = loose(Schema.NullOr(Schema.Union(Schema.String, Schema.Number, Schema.Boolean)), (value) => (isScalar(value) ? value : null))

/** A number. Null: none. */
export const number = loose(Schema.NullOr(Schema.Number), (value) => (typeof value === "number" ? value : null))

/** True where the vendor says so. */
export const flag = loose(Schema.Boolean, (value) => value === true)

/** The texts of a list. */
export const texts = loose(Schema.Array(Schema.String), (value) => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []))

/** Fields by name, each of any kind. */
export const fields = loose(Schema.Record({ key: Schema.String, value: Schema.Unknown }), (value) => (isRecord(value) ? value : {}))

/** The account's own key of a record, which some accounts write as a number. Null: none. */
export const key = Schema.optionalWith(
  Schema.NullOr(Schema.Union(Schema.String, Schema.transform(Schema.Int, Schema.String, { strict: true, decode: String, encode: Number }))),
  { default: () => null }
)
