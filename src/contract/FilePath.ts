/** Options that name files: in the config file relative to its folder, for the connector absolute. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

const Marker = Symbol.for("groupbridge/contract/FilePath")

/** An option of this Schema is made absolute when the config file is decoded. */
export const FilePath = Schema.NonEmptyString.annotations({ [Marker]: true })

const isPath = (ast: SchemaAST.AST): boolean =>
  Option.isSome(SchemaAST.getAnnotation<boolean>(ast, Marker)) || (SchemaAST.isUnion(ast) && ast.types.some(isPath))

const inside = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (SchemaAST.isTypeLiteral(ast)) return ast.propertySignatures.filter(({ type }) => isPath(type)).map(({ name }) => String(name))
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(inside)
  return SchemaAST.isRefinement(ast) ? inside(ast.from) : []
}

/** The options among these that name files. */
export const keys = <A, I>(options: Schema.Schema<A, I>): ReadonlySet<string> => new Set(inside(SchemaAST.typeAST(options.ast)))
