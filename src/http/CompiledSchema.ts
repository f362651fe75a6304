/**
 * A schema's decoding, compiled once: what `Schema.decodeUnknown` answers for values that fit, without what it takes along to word where another does not.
 * That takes a quarter of the time for a user's row, less for smaller ones. Parts of a schema that are not known here are decoded by Schema itself.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

/** Instead of a result: the value does not fit, or only Schema itself can tell. */
export const unfit = Symbol("unfit")

type Decode = (value: unknown) => unknown

const compiled = new WeakMap<SchemaAST.AST, Decode>()

/** What it answers beside `unfit` is what Schema's own decoding answers with its default options. */
export const decode = <A, I>(schema: Schema.Schema<A, I>, value: unknown): A | typeof unfit => compile(schema.ast)(value) as A | typeof unfit

const compile = (ast: SchemaAST.AST): Decode => {
  const known = compiled.get(ast)
  if (known !== undefined) return known
  const made = isPlain(ast) ? (plain(ast) ?? library(ast)) : library(ast)
  compiled.set(ast, made)
  return made
}

/** Annotations that change how a node is decoded. */
const isPlain = (ast: SchemaAST.AST): boolean =>
  Option.isNone(SchemaAST.getParseOptionsAnnotation(ast)) && Option.isNone(SchemaAST.getDecodingFallbackAnnotation(ast))

const library = (ast: SchemaAST.AST): Decode => {
  const decode = ParseResult.decodeUnknownEither(Schema.make(ast), { errors: "first" })
  return (value) => Either.getOrElse(decode(value), () => unfit)
}

const keeping =
  (fits: (value: unknown) => boolean): Decode =>
  (value) =>
    fits(value) ? value : unfit

const isRecord = (value: unknown): value is Readonly<Record<PropertyKey, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value)

const has = (record: object, key: PropertyKey): boolean => Object.hasOwn(record, key)

/** Undefined: not known here. */
const plain = (ast: SchemaAST.AST): Decode | undefined => {
  switch (ast._tag) {
    case "UnknownKeyword":
      return (value) => value
    case "StringKeyword":
      return keeping((value) => typeof value === "string")
    case "NumberKeyword":
      return keeping((value) => typeof value === "number")
    case "BooleanKeyword":
      return keeping((value) => typeof value === "boolean")
    case "UndefinedKeyword":
      return keeping((value) => value === undefined)
    case "Literal":
      return keeping((value) => value === ast.literal)
    case "Refinement":
      return refinement(ast)
    case "Union":
      return ast.types.filter(mayBeObject).length > 1 ? undefined : union(ast.types.map(compile))
    case "TupleType":
      return array(ast)
    case "TypeLiteral":
      return record(ast)
    case "Transformation":
      return transformation(ast)
    default:
      return undefined
  }
}

const refinement = (ast: SchemaAST.Refinement): Decode => {
  const from = compile(ast.from)
  return (value) => {
    const result = from(value)
    return result !== unfit && Option.isNone(ast.filter(result, SchemaAST.defaultParseOption, ast)) ? result : unfit
  }
}

/** Schema tries objects by their literals first: with one that may be an object the order stays the union's own. */
const mayBeObject = (ast: SchemaAST.AST): boolean => {
  switch (ast._tag) {
    case "StringKeyword":
    case "NumberKeyword":
    case "BooleanKeyword":
    case "UndefinedKeyword":
    case "Literal":
      return false
    case "Refinement":
      return mayBeObject(ast.from)
    default:
      return true
  }
}

const union =
  (members: ReadonlyArray<Decode>): Decode =>
  (value) => {
    for (const member of members) {
      const result = member(value)
      if (result !== unfit) return result
    }
    return unfit
  }

const array = ({ elements, rest: [rest, ...more] }: SchemaAST.TupleType): Decode | undefined => {
  if (rest === undefined || elements.length + more.length > 0) return undefined
  const item = compile(rest.type)
  return (value) => {
    if (!Array.isArray(value)) return unfit
    const results: Array<unknown> = []
    for (const one of value) {
      const result = item(one)
      if (result === unfit) return unfit
      results.push(result)
    }
    return results
  }
}

const record = ({ indexSignatures, propertySignatures }: SchemaAST.TypeLiteral): Decode | undefined => {
  const [rest, ...more] = indexSignatures
  // `{}` is anything but null; and of two kinds of further keys only Schema knows which is asked.
  if (more.length > 0 || (rest === undefined && propertySignatures.length === 0)) return undefined
  if (rest !== undefined && !SchemaAST.isStringKeyword(rest.parameter)) return undefined
  const properties = propertySignatures.map(({ isOptional, name, type }) => ({ name, isOptional, decode: compile(type) }))
  const names = new Set<PropertyKey>(properties.map(({ name }) => name))
  const further = rest === undefined ? undefined : compile(rest.type)
  return (value) => {
    if (!isRecord(value)) return unfit
    const results: Record<PropertyKey, unknown> = {}
    for (const { decode, isOptional, name } of properties) {
      if (isOptional && !has(value, name)) continue
      const result = decode(value[name])
      if (result === unfit) return unfit
      results[name] = result
    }
    if (further === undefined) return results
    for (const key of Object.keys(value)) {
      const result = further(value[key])
      if (result === unfit) return unfit
      if (!names.has(key)) results[key] = result
    }
    return results
  }
}

const transformation = (ast: SchemaAST.Transformation): Decode | undefined => {
  const step = transformed(ast)
  if (step === undefined) return undefined
  const [from, to] = [compile(ast.from), compile(ast.to)]
  return (value) => {
    const encoded = from(value)
    if (encoded === unfit) return unfit
    const result = step(encoded, value)
    return result === unfit ? unfit : to(result)
  }
}

/** From what `ast.from` decoded of a value to what `ast.to` is asked to decode. */
const transformed = (ast: SchemaAST.Transformation): ((encoded: unknown, value: unknown) => unknown) | undefined => {
  const { transformation } = ast
  switch (transformation._tag) {
    case "ComposeTransformation":
      return (encoded) => encoded
    case "FinalTransformation":
      return (encoded, value) => {
        const result = transformation.decode(encoded, SchemaAST.defaultParseOption, ast, value)
        return Either.isEither(result) && Either.isRight(result) ? result.right : unfit
      }
    case "TypeLiteralTransformation":
      return (encoded) => {
        // Made by the decoding of `ast.from`, and nobody else's.
        const results = encoded as Record<PropertyKey, unknown>
        for (const { decode, from, to } of transformation.propertySignatureTransformations) {
          const result = decode(has(results, from) ? Option.some(results[from]) : Option.none())
          // To delete a key makes an object slow for good.
          if ((from !== to || Option.isNone(result)) && has(results, from)) delete results[from]
          if (Option.isSome(result)) results[to] = result.value
        }
        return results
      }
  }
}
