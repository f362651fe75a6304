/** Every key of the config file with what it takes and what it means, as Markdown, made from the schema that editors use. */
import * as Predicate from "effect/Predicate"
import type { AnyConnector } from "../contract/Connector.ts"
import * as ConnectorOptions from "./ConnectorOptions.ts"
import * as Escape from "./Escape.ts"

type Node = Readonly<Record<string, unknown>>

const node = (value: unknown): Node => (Predicate.isRecord(value) ? value : {})
const nodes = (value: unknown): ReadonlyArray<Node> => (Array.isArray(value) ? value.map(node) : [])

/** A reference to a variable may stand in the place of any text, so it says nothing of what a key takes. */
const isVariable = ({ pattern }: Node): boolean => pattern === String.raw`\$\{`

const alternatives = (schema: Node): ReadonlyArray<Node> =>
  schema["anyOf"] === undefined ? [schema] : nodes(schema["anyOf"]).filter((one) => !isVariable(one))

const textKind = ({ pattern }: Node): string => {
  if (typeof pattern !== "string") return "text"
  if (pattern === String.raw`^\d{1,9}[smhd]$`) return "a time such as 90s, 15m, 6h, 30d"
  return "text"
}

const kindOf = (schema: Node): string => {
  if (Array.isArray(schema["enum"])) return schema["enum"].map((one) => `\`${String(one)}\``).join(", ")
  switch (schema["type"]) {
    case "string":
      return textKind(schema)
    case "number":
    case "integer":
      return "number"
    case "boolean":
      return "`true`, `false`"
    case "array":
      return `list of: ${kinds(node(schema["items"]))}`
    case "object":
      return "keys"
    default:
      return "text"
  }
}

const kinds = (schema: Node): string => [...new Set(alternatives(schema).map(kindOf))].join(" or ")

interface Row {
  readonly key: string
  readonly kind: string
  readonly meaning: string
}

/** The keys that stand below one: those of an object, or of the objects of a list. */
const below = (schema: Node, key: string): ReadonlyArray<Row> =>
  alternatives(schema).flatMap((one) => {
    const items = one["type"] === "array" ? alternatives(node(one["items"])).flatMap((item) => rows(item, `${key}[].`)) : []
    return rows(one, `${key}.`).concat(items)
  })

/** The keys of an object, each followed by those below it: `guards.removals`, `rules[].kind`. */
const rows = (schema: Node, prefix: string): ReadonlyArray<Row> => {
  const needed = new Set(Array.isArray(schema["required"]) ? schema["required"].map(String) : [])
  return Object.entries(node(schema["properties"])).flatMap(([name, value]) => {
    const one = node(value)
    const key = `${prefix}${name}`
    const meaning = one["description"] ?? alternatives(one).find((found) => typeof found["description"] === "string")?.["description"]
    const own = { key, kind: `${kinds(one)}${needed.has(name) ? " (needed)" : ""}`, meaning: String(meaning ?? "") }
    return [own].concat(below(one, key))
  })
}

const table = (all: ReadonlyArray<Row>): string =>
  `| key | takes | meaning |\n| --- | --- | --- |\n${all.map(({ key, kind, meaning }) => `| \`${key}\` | ${kind.replaceAll("|", String.raw`\|`)} | ${Escape.markdown(meaning)} |\n`).join("")}`

const optionsTable = (connector: AnyConnector): string =>
  `### ${Escape.markdown(connector.title)}: \`connector: ${connector.name}\`\n\n| option | meaning |\n| --- | --- |\n${ConnectorOptions.of(connector)
    .map(({ description, name, required }) => `| \`${name}\`${required ? " (needed)" : ""} | ${Escape.markdown(description)} |\n`)
    .join("")}`

/** `schema` is what `groupbridge.schema.json` holds. Ends in a line end. */
export const markdown = (schema: unknown, connectors: ReadonlyArray<AnyConnector>): string => {
  const root = node(schema)
  const top = node(root["properties"])
  const sync = node(node(top["syncs"])["additionalProperties"])
  const { connections: _connections, syncs: _syncs, ...others } = top
  return `# The config file

Generated from the program: \`groupbridge generate\`. Editors complete and check the same keys by the line \`# yaml-language-server: $schema=./groupbridge.schema.json\`.

\`groupbridge.yaml\` is YAML, with merge keys and aliases; keys at its top that begin with \`x-\` are left alone. \`\${NAME}\` in a text is a variable of the environment, or of \`.env\` beside the
file; \`\${file:PATH}\` is what a file holds, and \`$\${\` a \`\${\` that is meant so. Paths are relative to the file. A mistake is reported with line, column, what is allowed and the nearest right key, all mistakes
at once (\`groupbridge check\`). Times are a number and \`s\`, \`m\`, \`h\` or \`d\`.

## The file

\`connections:\` and \`syncs:\` hold one entry for each name; what stands in an entry is below.

${table(rows({ ...root, properties: others, required: [] }, ""))}
## A connection

\`budget\` stands beside the options of any connector:

${table(rows(node(node(top["connections"])["additionalProperties"]), ""))}
${connectors.map(optionsTable).join("\n")}
## A sync of customers

${table(rows(node(sync["else"]), ""))}
## A sync of staff

${table(rows(node(sync["then"]), ""))}`
}
