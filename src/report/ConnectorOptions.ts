/** The options that a connection of a connector takes in the config file, told from the Schema that decodes them. */
import * as SchemaAST from "effect/SchemaAST"
import * as Option from "effect/Option"
import type { AnyConnector } from "../contract/Connector.ts"

export interface ConnectorOption {
  readonly name: string
  readonly required: boolean
  /** Kept out of files that are shared and out of everything that is printed. */
  readonly secret: boolean
  readonly description: string
}

/** In the order of the declaration; an option of several alternatives once, needed only where all of them need it. */
export const of = (connector: AnyConnector): ReadonlyArray<ConnectorOption> => {
  const found = new Map<string, ConnectorOption>()
  const alternatives = structs(connector.options.ast)
  for (const struct of alternatives) {
    for (const property of struct.propertySignatures) {
      const name = String(property.name)
      const required = alternatives.every((one) => one.propertySignatures.some((other) => other.name === property.name && !other.isOptional))
      const secret = isSecret(property.type)
      found.set(name, { name, required, secret, description: found.get(name)?.description || description(property) })
    }
  }
  return [...found.values()]
}

/** What a new connection is asked for, in that order: what the connector says, and otherwise the options that are needed. */
export const asked = (connector: AnyConnector): ReadonlyArray<ConnectorOption> => {
  const all = of(connector)
  return connector.asked === undefined
    ? all.filter(({ required }) => required)
    : connector.asked.flatMap((name) => all.filter((option) => option.name === name))
}

const isSecret = (ast: SchemaAST.AST): boolean => {
  if (SchemaAST.isUnion(ast)) return ast.types.some(isSecret)
  if (SchemaAST.isRefinement(ast)) return isSecret(ast.from)
  return SchemaAST.isTransformation(ast) && (isRedacted(ast.to) || isSecret(ast.from))
}

const isRedacted = ({ annotations }: SchemaAST.Annotated): boolean => {
  const constructor: unknown = annotations[SchemaAST.TypeConstructorAnnotationId]
  return typeof constructor === "object" && constructor !== null && "_tag" in constructor && constructor._tag === "effect/Redacted"
}

/** The written side: what the file holds, before defaults are filled in. */
const structs = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.TypeLiteral> => {
  if (SchemaAST.isTypeLiteral(ast)) return [ast]
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(structs)
  if (SchemaAST.isRefinement(ast)) return structs(ast.from)
  return SchemaAST.isTransformation(ast) ? structs(ast.from) : []
}

const description = (property: SchemaAST.PropertySignature): string => {
  const own = SchemaAST.getDescriptionAnnotation(property)
  if (Option.isSome(own)) return own.value
  const types = SchemaAST.isUnion(property.type) ? property.type.types : [property.type]
  for (const type of [property.type, ...types]) {
    const reported = SchemaAST.getDescriptionAnnotation(type)
    if (Option.isSome(reported) && !SchemaAST.isUndefinedKeyword(type)) return reported.value
  }
  return ""
}
