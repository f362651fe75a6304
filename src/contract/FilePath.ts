/** Options that name files: in the config file relative to its folder, for the connector absolute. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

const Marker = Symbol.for("groupbridge/contract/FilePath")

/** How the text of an option reads once the path in it is absolute. */
export type Locate = (text: string, absolute: (path: string) => string) => string

/** Text in which `locate` finds a path, which is made absolute when the config file is decoded. May stand inside `Schema.Redacted`. */
export const within = (locate: Locate) => Schema.NonEmptyString.annotations({ [Marker]: locate })

/** An option of this Schema is made absolute when the config file is decoded. */
export const FilePath = within((path, absolute) => absolute(path))

const locateOf = (ast: SchemaAST.AST): Locate | undefined => {
  const own = Option.getOrUndefined(SchemaAST.getAnnotation<Locate>(ast, Marker))
  const inner = SchemaAST.isUnion(ast)
    ? ast.types
    : SchemaAST.isDeclaration(ast)
      ? ast.typeParameters
      : SchemaAST.isTransformation(ast)
        ? [ast.to]
        : SchemaAST.isRefinement(ast)
          ? [ast.from]
          : []
  return own ?? inner.map(locateOf).find((locate) => locate !== undefined)
}

const inside = (ast: SchemaAST.AST): ReadonlyArray<readonly [string, Locate]> => {
  if (SchemaAST.isTypeLiteral(ast)) {
    return ast.propertySignatures.flatMap(({ name, type }) => {
      const locate = locateOf(type)
      return locate === undefined ? [] : [[String(name), locate] as const]
    })
  }
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(inside)
  return SchemaAST.isRefinement(ast) ? inside(ast.from) : []
}

/** The options among these that name files, and how each is made absolute. */
export const locators = <A, I>(options: Schema.Schema<A, I>): ReadonlyMap<string, Locate> => new Map(inside(SchemaAST.typeAST(options.ast)))
