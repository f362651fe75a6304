/** What each connector can do, told from its declarations: for `groupbridge connectors`, and as the tables of docs/systems.md. */
import type { AnyConnector } from "../contract/Connector.ts"
import type { Part, SourceDeclaration, StreamDeclaration } from "../contract/Source.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import * as Columns from "./Columns.ts"
import * as ConnectorOptions from "./ConnectorOptions.ts"
import * as Escape from "./Escape.ts"
import * as Terminal from "./Terminal.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const SOURCE_HEADER = ["from", "groups", "tells what changed", "paging can lose rows", "sees deletions", "look-up of one", "staff", "limits"]
const TARGET_HEADER = ["to", "group", "makes groups", "renames", "deletes", "our mark", "members listed", "add", "remove", "customers", "team", "limits"]

/** Both tables for a terminal: where groups can come from, and where they can go to, and how to see more of one. Ends in a line end. */
export const matrix = (connectors: ReadonlyArray<AnyConnector>, view: View): string => {
  const part = (rows: ReadonlyArray<ReadonlyArray<string>>): string =>
    Columns.table(rows, { width: view.width })
      .map((line, index) => (index === 0 ? Terminal.paint(view, "strong", line) : line))
      .join("\n")
  return `${part(sources(connectors, plain))}\n\n${part(targets(connectors, plain))}\n\nOne in full, with its options: groupbridge connectors NAME\n`
}

/** The same as Markdown, for docs/systems.md between its markers, with a link to each connector's own page. Ends in a line end. */
export const markdown = (connectors: ReadonlyArray<AnyConnector>): string => {
  const link = ({ name, title }: AnyConnector) => `[${Escape.markdown(title)}](../connectors/${name}/README.md)`
  const escaped = ([first = "", ...cells]: ReadonlyArray<string>) => [first, ...cells.map(Escape.markdown)]
  const table = ([header = [], ...rows]: ReadonlyArray<ReadonlyArray<string>>): string =>
    [header, header.map(() => "---"), ...rows.map(escaped)].map((row) => `| ${row.join(" | ")} |\n`).join("")
  return `${table(sources(connectors, link))}\n${table(targets(connectors, link))}`
}

/** One connector in full: each stream with how it ends, each ability of the target, the limits, and the options for the config file. Ends in a line end. */
export const one = (connector: AnyConnector, view: View): string => {
  const lines = [`${Terminal.paint(view, "strong", connector.title)} (connector: ${connector.name})`]
  const add = (label: string, value: string): void => void lines.push(Columns.labelled(view, `  ${label}`, value))
  const source = connector.source?.declaration
  if (source !== undefined) {
    add(
      "from",
      `${kinds(source).join(", ")}; deletions ${source.deletionsSeen ? "are told" : "are not told"}; ${source.lookup ? `one ${source.customerWord} can be looked up` : "no look-up"}`
    )
    for (const stream of source.streams) {
      const sized = (pageSize: number) => (connector.local === true ? "" : `${Wording.number(pageSize)} a call, `)
      const losing = stream.canLoseRows ? `; ${onlyTwice}` : ""
      add("", `${stream.name}: ${sized(stream.pageSize)}ends: ${stream.end}${losing}`)
      if (stream.changes !== undefined) {
        const { deletions, end } = stream.changes
        add("", `what changed in ${stream.name}: ${sized(stream.changes.pageSize)}ends: ${end}${deletions ? "; deletions are told" : ""}`)
      }
    }
    const { agents } = source
    if (agents !== undefined) {
      const losing = agents.canLoseRows ? `; ${onlyTwice}` : ""
      add("", `staff: ends: ${agents.end}${losing}; roles: ${agents.roles === null ? "the account's own" : agents.roles.join(", ")}`)
    }
  }
  const target = connector.target?.declaration
  if (target !== undefined) {
    const [, ...header] = TARGET_HEADER
    const [, ...cells] = targetRow(connector, target, plain)
    add(
      "to",
      header
        .map((title, index) => `${title}: ${cells[index] ?? ""}`)
        .slice(0, -1)
        .join("; ")
    )
    const { longNames, nameLength, slugs } = target.groups
    if (nameLength !== null) add("", `names up to ${Wording.plural(nameLength, "character")}${longNames === "cut" ? "; longer ones are cut" : ""}`)
    if (slugs !== null) add("", `named by slugs that we choose, up to ${Wording.plural(slugs.longest, "character")}`)
    if (!target.testable) add("", "no call that only reads proves the credential")
  }
  const team = connector.team?.declaration
  if (team !== undefined) {
    add("team", `roles, from the least to the most: ${team.roles.join(", ")}; the ${team.owner} is never touched, and one ${team.admin} always stays`)
  }
  add("limits", limits(connector))
  for (const [index, option] of ConnectorOptions.of(connector).entries()) {
    add(index === 0 ? "options" : "", `${option.name}${option.required ? " (needed)" : ""}: ${option.description}`)
  }
  return `${lines.join("\n")}\n`
}

const onlyTwice = "paging can lose rows, so an absence counts only when seen twice"

const yes = (value: boolean): string => (value ? "yes" : "no")

/** How a table's first column names a connector. */
type Naming = (connector: AnyConnector) => string
const plain: Naming = ({ title }) => title

const sources = (connectors: ReadonlyArray<AnyConnector>, named: Naming): ReadonlyArray<ReadonlyArray<string>> => [
  SOURCE_HEADER,
  ...connectors.flatMap((connector) => {
    const declaration = connector.source?.declaration
    if (declaration === undefined) return []
    const those = (of: (stream: StreamDeclaration) => boolean): string => {
      const names = declaration.streams.filter(of).map((stream) => stream.name)
      return names.length === 0 ? "no" : names.join(", ")
    }
    return [
      [
        named(connector),
        kinds(declaration).join(", "),
        those((stream) => stream.changes !== undefined),
        those((stream) => stream.canLoseRows),
        yes(declaration.deletionsSeen),
        yes(declaration.lookup),
        yes(declaration.agents !== undefined),
        limits(connector)
      ]
    ]
  })
]

const kindOf = (part: Part): ReadonlyArray<string> => {
  if (part === "customers") return []
  const kind = "groups" in part ? part.groups : "memberships" in part ? part.memberships : part.inclusions
  return [part.carrier === "organization" && kind !== "organization" ? `${kind}s of organizations` : `${kind}s`]
}

/** Kinds of groups that a source gives, each once, in words: organizations, tags of organizations. */
export const kinds = (declaration: SourceDeclaration): ReadonlyArray<string> => [
  ...new Set(declaration.streams.flatMap((stream) => stream.parts.flatMap(kindOf)))
]

const targets = (connectors: ReadonlyArray<AnyConnector>, named: Naming): ReadonlyArray<ReadonlyArray<string>> => [
  TARGET_HEADER,
  ...connectors.flatMap((connector) => (connector.target === undefined ? [] : [targetRow(connector, connector.target.declaration, named)]))
]

const targetRow = (connector: AnyConnector, { groupWord, groups, assignments, customers }: TargetDeclaration, named: Naming): ReadonlyArray<string> => {
  const pack = (way: { readonly by: "group" | "customer"; readonly pack: number }): string =>
    way.pack === 1 ? "1 a call" : `${Wording.number(way.pack)} a call, by ${way.by}`
  const create = { explicit: "yes", "on-first-use": "by use", none: "no" }[groups.create]
  const found = [...(customers.list ? ["listed"] : []), ...(customers.search ? ["searched"] : [])].join(", ")
  return [
    named(connector),
    groupWord,
    create,
    yes(groups.update),
    yes(groups.delete),
    yes(groups.mark),
    assignments.listedBy === "none" ? "no" : `by ${assignments.listedBy}${assignments.joinedAt ? ", with time" : ""}`,
    pack(assignments.add),
    assignments.remove === "none" ? "no (a task for a person)" : pack(assignments.remove),
    `${found === "" ? "not shown" : found}, named by ${customers.namedBy}`,
    yes(connector.team !== undefined),
    limits(connector)
  ]
}

const UNITS: Readonly<Record<number, string>> = { 1000: "s", 60_000: "min", 3_600_000: "h", 86_400_000: "day" }

const limits = ({ limits: all, local }: AnyConnector): string => {
  if (local === true) return "no calls"
  if (all.length === 0) return "none documented"
  return all
    .map(
      (limit) =>
        `${Wording.number(limit.calls)}/${UNITS[limit.perMillis] ?? `${Wording.number(limit.perMillis / 1000)} s`}${limit.endpoint === null ? "" : ` on ${limit.endpoint}`}`
    )
    .join(", ")
}
