/** As much of GraphQL as Vendure's Admin API needs for the sandbox: one operation with variables, checked against a table of fields before it is carried out. */

export interface Field {
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  readonly fields: ReadonlyArray<Field> | null
}

export interface Operation {
  readonly kind: "query" | "mutation"
  readonly root: ReadonlyArray<Field>
}

/** Fields of each type with the type of their value; null for a plain one. */
export type Types = Readonly<Record<string, Readonly<Record<string, string | null>>>>

/** What the API answers with 400 and this code. */
export class Refused extends Error {
  readonly code: "GRAPHQL_PARSE_FAILED" | "GRAPHQL_VALIDATION_FAILED"
  constructor(code: Refused["code"], message: string) {
    super(message)
    this.code = code
  }
}

/** Reads a document; variables are put in where they stand. */
export const parse = (text: string, variables: Readonly<Record<string, unknown>>): Operation => {
  const tokens = text.match(/[{}()[\]:!$]|"(?:[^"\\]|\\.)*"|[\w-]+/g) ?? []
  let at = 0
  const next = (): string => tokens[at++] ?? ""
  const expect = (token: string): void => {
    const found = next()
    if (found !== token) throw new Refused("GRAPHQL_PARSE_FAILED", `Syntax Error: Expected "${token}", found "${found}".`)
  }
  const until = <A>(end: string, one: () => A): ReadonlyArray<A> => {
    const all: Array<A> = []
    while (tokens[at] !== end && at < tokens.length) all.push(one())
    expect(end)
    return all
  }
  const pair = (): readonly [string, unknown] => {
    const name = next()
    expect(":")
    return [name, value()]
  }
  const value = (): unknown => {
    const token = next()
    if (token === "$") {
      const name = next()
      if (!(name in variables)) throw new Refused("GRAPHQL_VALIDATION_FAILED", `Variable "$${name}" is not defined.`)
      return variables[name]
    }
    if (token === "{") return Object.fromEntries(until("}", pair))
    if (token === "[") return until("]", value)
    return token.startsWith('"') ? (JSON.parse(token) as string) : /^-?\d+$/.test(token) ? Number(token) : token
  }
  const field = (): Field => {
    const name = next()
    if (!/^\w+$/.test(name)) throw new Refused("GRAPHQL_PARSE_FAILED", `Syntax Error: Expected Name, found "${name}".`)
    const args = tokens[at] === "(" ? (next(), Object.fromEntries(until(")", pair))) : {}
    return { name, args, fields: tokens[at] === "{" ? (next(), until("}", field)) : null }
  }
  const kind = next()
  if (kind !== "query" && kind !== "mutation") throw new Refused("GRAPHQL_PARSE_FAILED", `Syntax Error: Unexpected Name "${kind}".`)
  if (tokens[at] === "(") until(")", next)
  if (tokens[at] === ")") next()
  expect("{")
  return { kind, root: until("}", field) }
}

export const check = (types: Types, type: string, fields: ReadonlyArray<Field>): void => {
  for (const { fields: inner, name } of fields) {
    const of = types[type]?.[name]
    const invalid = (words: string) => new Refused("GRAPHQL_VALIDATION_FAILED", words)
    if (of === undefined) throw invalid(`Cannot query field "${name}" on type "${type}".`)
    if (of === null && inner !== null) throw invalid(`Field "${name}" must not have a selection since type "JSON" has no subfields.`)
    if (of !== null && inner === null) throw invalid(`Field "${name}" of type "${of}" must have a selection of subfields.`)
    if (of !== null && inner !== null) check(types, of, inner)
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value)

/** Of a value what is selected; a field that takes arguments is a function of them. */
export const select = (value: unknown, fields: ReadonlyArray<Field> | null): unknown => {
  if (fields === null || value === null) return value
  if (Array.isArray(value)) return value.map((one) => select(one, fields))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    fields.map(({ args, fields: inner, name }) => {
      const found = value[name]
      return [name, select(typeof found === "function" ? found(args) : (found ?? null), inner)]
    })
  )
}
