/** Reads as much of an OpenAPI 3 document as it takes to hold an answer against it: types, required fields, enumerations, references. */

type Json = unknown
type Node = Readonly<Record<string, Json>>

export interface Operation {
  /** The schema of the answer with this status; the document's `error` schema where the operation does not name the status. */
  readonly schema: (status: number) => Json
  /** Bodies shown as examples for this status. */
  readonly examples: (status: number) => ReadonlyArray<Json>
}

export interface Document {
  readonly operation: (method: string, path: string) => Operation
  /** What is wrong with a value, each with its place; nothing if it conforms. */
  readonly problems: (schema: Json, value: Json, place?: string) => ReadonlyArray<string>
}

const isNode = (value: Json): value is Node => typeof value === "object" && value !== null && !Array.isArray(value)
const at = (value: Json, ...keys: ReadonlyArray<string>): Json => keys.reduce<Json>((inner, key) => (isNode(inner) ? inner[key] : undefined), value)
const list = (value: Json): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])

const isOfType: Readonly<Record<string, (value: Json) => boolean>> = {
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === "number",
  array: Array.isArray,
  object: isNode
}

export const make = (document: Json): Document => {
  const resolved = (schema: Json): Node => {
    const reference = at(schema, "$ref")
    if (typeof reference !== "string") return isNode(schema) ? schema : {}
    const { $ref: _, ...beside } = schema as Node
    return { ...resolved(at(document, ...reference.slice(2).split("/"))), ...beside }
  }

  const problems: Document["problems"] = (unresolved, value, place = "") => {
    const schema = resolved(unresolved)
    if (value === null) {
      const isFree = schema["type"] === undefined && schema["allOf"] === undefined
      return schema["nullable"] === true || isFree ? [] : [`${place} is null`]
    }
    const { type } = schema
    if (typeof type === "string" && isOfType[type]?.(value) === false) return [`${place} is no ${type}`]
    const values = list(schema["enum"])
    return [
      ...(values.length > 0 && !values.includes(value) ? [`${place} is not one of ${values.join(", ")}`] : []),
      ...list(schema["allOf"]).flatMap((part) => problems(part, value, place)),
      ...(isNode(value) ? ofObject(schema, value, place) : []),
      ...(Array.isArray(value) ? value.flatMap((item: Json, index) => problems(schema["items"], item, `${place}[${index}]`)) : [])
    ]
  }

  const ofObject = (schema: Node, value: Node, place: string): ReadonlyArray<string> => [
    ...list(schema["required"]).flatMap((name) => (String(name) in value ? [] : [`${place}.${String(name)} is missing`])),
    ...Object.entries(isNode(schema["properties"]) ? schema["properties"] : {}).flatMap(([name, property]) =>
      name in value ? problems(property, value[name], `${place}.${name}`) : []
    )
  ]

  return {
    problems,
    operation: (method, path) => {
      const responses = at(document, "paths", path, method.toLowerCase(), "responses")
      if (responses === undefined) throw new Error(`the document has no ${method} ${path}`)
      const content = (status: number) => at(responses, String(status), "content", "application/json")
      return {
        schema: (status) => at(content(status), "schema") ?? at(document, "components", "schemas", "error"),
        examples: (status) => Object.values((at(content(status), "examples") as Node | undefined) ?? {}).map((example) => at(example, "value"))
      }
    }
  }
}

/** Fields that an example shows and a value lacks, each with its place. Lists are compared by their first rows. */
export const lacking = (example: Json, value: Json, place = ""): ReadonlyArray<string> => {
  if (Array.isArray(example)) return example.length === 0 || !Array.isArray(value) || value.length === 0 ? [] : lacking(example[0], value[0], `${place}[]`)
  if (!isNode(example) || !isNode(value)) return []
  return Object.entries(example).flatMap(([name, inner]) => (name in value ? lacking(inner, value[name], `${place}.${name}`) : [`${place}.${name}`]))
}

/** Names of all fields in a value, at any depth. */
export const names = (value: Json): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap(names)
  return isNode(value) ? Object.keys(value).concat(Object.values(value).flatMap(names)) : []
}
