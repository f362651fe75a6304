/** Decodes a part of the config file by its Schema and tells every mistake at its place, in words for the person who wrote it. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import type { Report } from "./ConfigInvalid.ts"
import type { Node } from "./Document.ts"
import { hint, nearest } from "../model/Nearest.ts"

/** An annotation that says what a Schema wants, where "text" or "a list" would not help: "a duration such as 90m". */
export const Wanted = Symbol.for("groupbridge/config/Wanted")

export interface Options {
  /** Keys that stand in the same place and are decoded elsewhere. */
  readonly beside: ReadonlyArray<string>
  /** Values stay out of the messages, but for one of a few fixed words. */
  readonly hidden: boolean
}

interface Fault {
  readonly kind: "unknown" | "missing" | "wrong"
  readonly node: Node
  /** Of `unknown` and `missing`. */
  readonly key: string
  /** Of `unknown`: the right ones. */
  readonly allowed: ReadonlyArray<string>
  readonly message: string
}

type Kind = "text" | "a number" | "true or false" | "nothing" | "a list" | "keys with values"

const kindOf = (value: unknown): Kind => {
  if (typeof value === "string") return "text"
  if (typeof value === "number") return "a number"
  if (typeof value === "boolean") return "true or false"
  if (Array.isArray(value)) return "a list"
  return Predicate.isRecord(value) ? "keys with values" : "nothing"
}

/** The YAML values that a Schema can begin with. */
const kindsOf = (ast: AST.AST): ReadonlyArray<Kind> => {
  switch (ast._tag) {
    case "StringKeyword":
    case "TemplateLiteral":
      return ["text"]
    case "NumberKeyword":
      return ["a number"]
    case "BooleanKeyword":
      return ["true or false"]
    case "Literal":
      return [kindOf(ast.literal)]
    case "TupleType":
      return ["a list"]
    case "TypeLiteral":
      return ["keys with values"]
    case "Refinement":
    case "Transformation":
      return kindsOf(ast.from)
    case "Union":
      return [...new Set(ast.types.flatMap(kindsOf))]
    case "Suspend":
      return kindsOf(ast.f())
    default:
      return []
  }
}

const literals = (ast: AST.AST): ReadonlyArray<string> => {
  if (ast._tag === "Literal") return [String(ast.literal)]
  return ast._tag === "Union" ? ast.types.flatMap(literals) : []
}

const shown = (node: Node, actual: unknown, hidden: boolean): string => {
  if (node.written !== null) return `the value of ${node.written}`
  const kind = kindOf(actual)
  if (hidden || (kind !== "text" && kind !== "a number" && kind !== "true or false")) return kind
  const text = typeof actual === "string" ? JSON.stringify(actual) : String(actual)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

const astOf = (issue: ParseResult.ParseIssue): AST.AST | undefined =>
  issue._tag === "Pointer" || issue._tag === "Missing" || issue._tag === "Unexpected" ? undefined : issue.ast

const wantedOf = (ast: AST.AST): string | undefined => Option.getOrUndefined(AST.getAnnotation<string>(ast, Wanted))

/** What the Schema's author says of a failed check, if anything. */
const ownMessage = (issue: ParseResult.ParseIssue, ast: AST.AST): string | undefined => {
  if ("message" in issue && issue.message !== undefined) return issue.message
  const message = Option.getOrUndefined(AST.getMessageAnnotation(ast))?.(issue)
  if (typeof message === "string") return message
  if (ast._tag !== "Refinement") return undefined
  return Option.getOrUndefined(Option.map(AST.getDescriptionAnnotation(ast), (description) => `not allowed here; wanted: ${description}`))
}

/** The faults of one issue. `wanted` is what the nearest annotation above says. */
const faults = (issue: ParseResult.ParseIssue, node: Node, wanted: string | undefined, options: Options): ReadonlyArray<Fault> => {
  const wrong = (message: string): ReadonlyArray<Fault> => [{ kind: "wrong", node, key: "", allowed: [], message }]
  const mismatch = (ast: AST.AST): ReadonlyArray<Fault> => {
    const kinds = kindsOf(ast)
    const quotes = wanted === undefined && kinds.includes("text") && ["a number", "true or false"].includes(kindOf(issue.actual)) ? "; put it in quotes" : ""
    const expected = wanted ?? (kinds.length > 0 ? kinds.join(" or ") : "something else")
    return wrong(`expected ${expected}, found ${shown(node, issue.actual, options.hidden)}${quotes}`)
  }
  const noneOf = (words: ReadonlyArray<string>): ReadonlyArray<Fault> => {
    const near = node.written === null ? nearest(String(issue.actual), words) : undefined
    const question = near === undefined ? "" : `; did you mean "${near}"?`
    return wrong(`${shown(node, issue.actual, false)} is not allowed here; allowed: ${words.join(", ")}${question}`)
  }
  switch (issue._tag) {
    case "Pointer":
      return pointed(issue, node, wanted, options)
    case "Composite": {
      const parts = [issue.issues].flat() as ReadonlyArray<ParseResult.ParseIssue>
      const above = wantedOf(issue.ast) ?? wanted
      if (issue.ast._tag !== "Union") return parts.flatMap((part) => faults(part, node, above, { ...options, beside: allowedKeys(issue.ast, options) }))
      const fitting = issue.ast.types.filter((type) => kindsOf(type).includes(kindOf(issue.actual)))
      const words = fitting.flatMap(literals)
      if (fitting.length === 0) return mismatch(issue.ast)
      if (fitting.every((type) => literals(type).length > 0)) return noneOf(words)
      const tried = parts.filter((part) => {
        const ast = astOf(part)
        return ast !== undefined && kindsOf(ast).includes(kindOf(issue.actual)) && literals(ast).length === 0
      })
      const lists = tried.map((part) => faults(part, node, above, options)).sort((a, b) => a.length - b.length)
      return lists[0] === undefined ? mismatch(issue.ast) : alternatives(lists[0], lists.slice(1))
    }
    case "Refinement":
    case "Transformation":
      return faults(issue.issue, node, wantedOf(issue.ast) ?? wanted, options)
    case "Type": {
      const words = literals(issue.ast)
      if (words.length > 0 && kindsOf(issue.ast).includes(kindOf(issue.actual))) return noneOf(words)
      const message = ownMessage(issue, issue.ast)
      if (message === undefined) return mismatch(issue.ast)
      const scalar = !options.hidden && ["text", "a number", "true or false"].includes(kindOf(issue.actual))
      return wrong(scalar ? `${shown(node, issue.actual, false)} ${message}` : message)
    }
    default:
      return wrong("not allowed here")
  }
}

/** Of several shapes that would do, the one that is nearest; what it lacks is told with what would do instead. */
const alternatives = (nearestOne: ReadonlyArray<Fault>, others: ReadonlyArray<ReadonlyArray<Fault>>): ReadonlyArray<Fault> => {
  const missing = (list: ReadonlyArray<Fault>): ReadonlyArray<string> => list.flatMap((fault) => (fault.kind === "missing" ? fault.key : []))
  return nearestOne.map((fault) => {
    if (fault.kind !== "missing" || others.some((other) => missing(other).includes(fault.key))) return fault
    const instead = others.map((other) => missing(other).filter((key) => !missing(nearestOne).includes(key))).filter((keys) => keys.length > 0)
    const words = instead.map((keys) => keys.map((key) => `"${key}"`).join(" and ")).join(", or ")
    return words === "" ? fault : { ...fault, message: `${fault.message}; ${words} would do instead` }
  })
}

const allowedKeys = (ast: AST.AST, options: Options): ReadonlyArray<string> =>
  ast._tag === "TypeLiteral" ? [...ast.propertySignatures.map((property) => String(property.name)), ...options.beside] : options.beside

/** `options.beside` are here all the keys that are right beside the one pointed at. */
const pointed = (issue: ParseResult.Pointer, node: Node, wanted: string | undefined, options: Options): ReadonlyArray<Fault> => {
  const path = [issue.path].flat().map(String)
  const last = path.at(-1) ?? ""
  const parent = path.slice(0, -1).reduce<Node | undefined>((at, step) => at?.children.get(step), node) ?? node
  const child = parent.children.get(last)
  const inner = issue.issue
  if (inner._tag === "Missing" || child === undefined) {
    return [{ kind: "missing", node: parent, key: last, allowed: [], message: `"${last}" is missing` }]
  }
  if (inner._tag === "Unexpected") {
    return [
      {
        kind: "unknown",
        node: child,
        key: last,
        allowed: options.beside,
        message: `unknown key "${last}"${hint(last, options.beside)}`
      }
    ]
  }
  return faults(inner, child, wanted === undefined || "ast" in inner ? undefined : wanted, {
    ...options,
    beside: []
  })
}

/** A missing key is not told where an unknown one beside it is most likely meant to be it. */
const misspelt = (missing: Fault, all: ReadonlyArray<Fault>): boolean =>
  all.some((fault) => fault.kind === "unknown" && missing.node.children.get(fault.key) === fault.node && nearest(fault.key, fault.allowed) === missing.key)

const plain: Options = { beside: [], hidden: false }

/** The decoded value, or none after at least one report, or after one that was made for a value inside before. */
export const decode = <A, I>(schema: Schema.Schema<A, I>, node: Node, report: Report, options: Options = plain): Option.Option<A> => {
  const value = Predicate.isRecord(node.value) ? Object.fromEntries(Object.entries(node.value).filter(([key]) => !options.beside.includes(key))) : node.value
  const decoded = Schema.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })(value)
  if (Either.isRight(decoded)) return Option.some(decoded.right)
  const all = faults(decoded.left.issue, node, undefined, options)
  for (const fault of all) {
    if (fault.node.broken) continue
    if (fault.kind === "wrong") report(fault.node.place, fault.message)
    else if (fault.kind === "unknown") report(fault.node.key, fault.message)
    else if (!misspelt(fault, all)) report(fault.node.key, fault.message)
  }
  return Option.none()
}
