import { assert, describe, it } from "@effect/vitest"
import { generate } from "../../src/config/JsonSchema.ts"
import { connectors } from "./support.ts"

interface Part {
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<Part>
  readonly allOf?: ReadonlyArray<Part>
  readonly if?: Part
  readonly then?: Part
  readonly else?: Part
  readonly pattern?: string
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly multipleOf?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Part
  readonly minProperties?: number
  readonly required?: ReadonlyArray<string>
  readonly properties?: Readonly<Record<string, Part>>
  readonly additionalProperties?: Part | boolean
}

/** The few keywords that the generated schema uses, so that a schema that is too strict or too loose is seen. */
const accepts = (schema: Part | boolean, value: unknown): boolean => {
  if (typeof schema === "boolean") return schema
  const kind = Array.isArray(value) ? "array" : value === null ? "null" : typeof value
  if (schema.type !== undefined && schema.type !== kind) return false
  if (schema.const !== undefined && schema.const !== value) return false
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false
  if (schema.anyOf !== undefined && !schema.anyOf.some((one) => accepts(one, value))) return false
  if (schema.allOf !== undefined && !schema.allOf.every((one) => accepts(one, value))) return false
  if (schema.if !== undefined && !accepts((accepts(schema.if, value) ? schema.then : schema.else) ?? true, value)) return false
  if (typeof value === "string") return value.length >= (schema.minLength ?? 0) && new RegExp(schema.pattern ?? "").test(value)
  if (typeof value === "number") {
    if (schema.multipleOf === 1 && !Number.isInteger(value)) return false
    return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity)
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity)) return false
    return value.every((item) => accepts(schema.items ?? true, item))
  }
  if (typeof value !== "object" || value === null) return true
  if (Object.keys(value).length < (schema.minProperties ?? 0)) return false
  if ((schema.required ?? []).some((key) => !(key in value))) return false
  return Object.entries(value).every(([key, inner]) => accepts(schema.properties?.[key] ?? schema.additionalProperties ?? true, inner))
}

const schema = generate(connectors) as Part

const connections = {
  zendesk: { connector: "zendesk", subdomain: "acme", email: "${E}", apiToken: "${T}", suspended: "${S}" },
  oauth: { connector: "zendesk", subdomain: "acme", accessToken: "${T}", suspended: "exclude", budget: "90%" },
  cstar: { connector: "cstar", teamId: "t", apiKey: "${K}", budget: "800/hour" }
}

const sync = {
  from: "zendesk",
  to: "cstar",
  rules: [
    { kind: "organization", where: { members: ">= 3", contract: "active", size: 3 } },
    { kind: "tag", of: "customers", include: ["vip", "plan_*"], name: "Plan {name}", previously: [], customFields: { a: "b" } }
  ],
  match: ["email", "externalId", { source: "a", target: "b" }, { file: "map.csv" }],
  removals: "ours",
  adopt: { groups: ["externalId"], members: "none", names: "keep" },
  grace: { reads: 1, for: "0h" },
  guards: { removals: 0, ruleChange: "apply" },
  refresh: { counts: "6h" },
  exceptions: "exceptions.csv",
  schedule: "7 * * * *"
}

const right = {
  connections,
  syncs: { customers: sync, second: { ...sync, from: ["zendesk", "oauth"] } },
  state: "a",
  backup: { keep: 3 },
  keep: "${KEEP}",
  notify: []
}

const withSync = (change: object) => ({ ...right, syncs: { customers: { ...sync, ...change } } })

const withConnection = (connection: object) => ({ ...right, connections: { one: connection } })

describe("the JSON Schema", () => {
  it("accepts what the loader accepts", () => {
    assert.isTrue(accepts(schema, right))
  })

  it("refuses wrong keys and values at every level", () => {
    const wrong: ReadonlyArray<object> = [
      { ...right, conections: {} },
      { ...right, notify: ["x"] },
      { ...right, keep: "4 days" },
      { connections },
      withSync({ includ: [] }),
      withSync({ rules: [] }),
      withSync({ rules: [{ kind: "tag", includ: [] }] }),
      withSync({ match: [{ fil: "x" }] }),
      withSync({ removals: "our" }),
      withSync({ guards: { removals: 1.5 } }),
      withSync({ team: {} }),
      withConnection({ connector: "zendesk", subdomain: "acme" }),
      withConnection({ connector: "zendesk", subdomain: "acme", accessToken: "t", teamId: "x" }),
      withConnection({ connector: "cstar", teamId: "t", apiKey: "kkkkkkkk", budget: "many" }),
      withConnection({ connector: "other" }),
      withConnection({ subdomain: "acme" })
    ]
    assert.deepEqual(
      wrong.filter((config) => accepts(schema, config)),
      []
    )
  })

  it("has a description at every key", () => {
    const bare: Array<string> = []
    const walk = (at: Part, path: string): void => {
      for (const [key, inner] of Object.entries(at.properties ?? {})) {
        if (inner.description === undefined || inner.description.startsWith("a string")) bare.push(`${path}.${key}`)
        walk(inner, `${path}.${key}`)
      }
      for (const inner of [at.items, at.additionalProperties, at.then, ...(at.anyOf ?? []), ...(at.allOf ?? [])]) {
        if (typeof inner === "object") walk(inner, path)
      }
    }
    walk(schema, "")
    assert.deepEqual(bare, [])
  })

  it("is the same text for the same connectors, in whatever order", () => {
    assert.strictEqual(JSON.stringify(generate(new Map([...connectors].reverse()))), JSON.stringify(schema))
    const connection = schema.properties?.["connections"]?.additionalProperties
    const alternatives = typeof connection === "object" ? connection.allOf : []
    assert.deepEqual(
      alternatives?.map((one) => one.if?.properties?.["connector"]?.const),
      ["cstar", "zendesk"]
    )
  })
})
