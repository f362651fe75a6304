/** The JSON Schema of the config file for editors, out of the Schemas that decode it. */
import * as JSONSchema from "effect/JSONSchema"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import type { AnyConnector } from "../contract/Connector.ts"
import { File, Staff, Sync } from "./Shape.ts"
import { BudgetText } from "./Values.ts"

type Json = { readonly [key: string]: unknown }

const isJson = (value: unknown): value is Json => Predicate.isRecord(value)

/** Matches wherever a variable stands in the text: what it is filled with is not known to an editor. */
const VARIABLE = "\\$\\{"

/** What the generator adds of its own: it helps nobody who edits. */
const isNoise = (key: string, value: unknown): boolean =>
  key === "$schema" ||
  key === "$defs" ||
  key === "$id" ||
  (key === "title" && typeof value === "string") ||
  (key === "required" && Array.isArray(value) && value.length === 0)

/** Puts definitions where they are used, and lets a variable stand for every restricted text. */
const inline = (value: unknown, definitions: Json): unknown => {
  if (Array.isArray(value)) return value.map((item) => inline(item, definitions))
  if (!isJson(value)) return value
  if (typeof value["$ref"] === "string") return inline(definitions[value["$ref"].slice(value["$ref"].lastIndexOf("/") + 1)], definitions)
  const entries = Object.entries(value).filter(([key, inner]) => !isNoise(key, inner))
  const plain = Object.fromEntries(entries.map(([key, inner]) => [key, inline(inner, definitions)]))
  const { type, description, ...limits } = plain
  if (type !== "string" || Object.keys(limits).length === 0 || (Object.keys(limits).length === 1 && limits["minLength"] === 1)) return plain
  const anyOf = [
    { type, ...limits },
    { type, pattern: VARIABLE }
  ]
  return description === undefined ? { anyOf } : { description, anyOf }
}

const of = <A, I>(schema: Schema.Schema<A, I>): Json => {
  const root: Json = { ...JSONSchema.make(schema, { target: "jsonSchema2020-12" }) }
  const plain = inline(root, isJson(root["$defs"]) ? root["$defs"] : {})
  return isJson(plain) ? plain : {}
}

const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

const budget: Json = {
  ...of(BudgetText),
  description: "How many calls may be made. Default: 80% of a target's limit, 50% of a source's."
}

/** The options of one connector, with the keys that every connection has. Alternatives get them each. */
const connection = (name: string, options: Json): Json => {
  const alternatives = list(options["anyOf"]).filter(isJson)
  if (alternatives.length > 0) return { ...options, anyOf: alternatives.map((alternative) => connection(name, alternative)) }
  const properties = isJson(options["properties"]) ? options["properties"] : {}
  return {
    ...options,
    type: "object",
    required: ["connector", ...list(options["required"])],
    properties: {
      connector: { const: name, description: "The connector." },
      ...properties,
      budget
    },
    additionalProperties: false
  }
}

const connections = (connectors: ReadonlyMap<string, AnyConnector>): Json => {
  const sorted = [...connectors.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    type: "object",
    required: ["connector"],
    properties: {
      connector: {
        enum: sorted.map((connector) => connector.name),
        description: "Which vendor: the connector."
      },
      budget
    },
    allOf: sorted.map((connector) => ({
      if: { properties: { connector: { const: connector.name } }, required: ["connector"] },
      // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
      then: connection(connector.name, of(connector.options))
    }))
  }
}

/** Draft 2020-12. The keys stand in the order of the Schemas, connectors by name: the same connectors give the same text. */
export const generate = (connectors: ReadonlyMap<string, AnyConnector>): object => {
  const file = of(File)
  const properties = isJson(file["properties"]) ? file["properties"] : {}
  const named = (key: string, items: Json): Json => ({
    ...(isJson(properties[key]) ? properties[key] : {}),
    type: "object",
    minProperties: 1,
    additionalProperties: items
  })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "groupbridge.yaml",
    ...file,
    patternProperties: { "^x-": { description: "Your own: a place for anchors." } },
    properties: {
      ...properties,
      connections: named("connections", connections(connectors)),
      // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
      syncs: named("syncs", { if: { required: ["team"] }, then: of(Staff), else: of(Sync) })
    }
  }
}
