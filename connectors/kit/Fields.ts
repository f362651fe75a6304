/** Schemas of fields that several vendors write alike. */
import * as Schema from "effect/Schema"

/** Ids are integers or strings, which may change between versions; strings from here on. An integer beyond 2^53 has lost digits and is refused. */
export const Id = Schema.transform(Schema.Union(Schema.Int, Schema.NonEmptyString), Schema.String, {
  strict: true,
  decode: (id) => String(id),
  encode: (id) => id
})

/** Absent and null mean the same. */
export const text = Schema.optionalWith(Schema.NullOr(Schema.String), { default: () => null })

/** `otherwise`: what an absent one and null mean. */
export const flag = (otherwise: boolean) => Schema.optionalWith(Schema.Boolean, { nullable: true, default: () => otherwise })

/** An option that says whether some customers keep their groups. */
export const policy = (description: string) =>
  Schema.optionalWith(Schema.Literal("include", "exclude").annotations({ description }), { default: () => "include" as const })
