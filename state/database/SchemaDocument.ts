/** The document of the state's schema, made from the steps themselves: tables and columns with their meaning, and what refers to what. */
import Sqlite from "better-sqlite3"
import { meanings } from "./ColumnMeanings.ts"
import * as Schema from "./Schema.ts"
import { tableMeanings } from "./TableMeanings.ts"

interface Column {
  readonly name: string
  readonly type: string
  readonly notnull: number
  readonly pk: number
}

interface Table {
  readonly name: string
  readonly meaning: string
  readonly columns: ReadonlyArray<Column>
}

const tables = (): ReadonlyArray<Table> => {
  const db = new Sqlite(":memory:")
  try {
    for (const step of Schema.steps) db.exec(step)
    const names = db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .pluck()
      .all() as ReadonlyArray<string>
    return names.map((name) => ({
      name,
      meaning: tableMeanings[name] ?? "",
      columns: db.pragma(`table_info(${name})`) as ReadonlyArray<Column>
    }))
  } finally {
    db.close()
  }
}

const meaningOf = (table: string, { name }: Column): string => meanings[`${table}.${name}`] ?? meanings[name] ?? ""

/** Tables that columns refer to, by the columns' names: the schema has no foreign keys, since rows are pruned by statements of their own. */
const referred: Readonly<Record<string, string>> = {
  call: "call",
  claimant: "claimant",
  connection: "connection",
  migration: "migration",
  part: "held_part",
  read: "read",
  run: "run",
  sync: "sync"
}

/** Where one name means tables of the source in some tables and of the target in others, the meaning decides. */
const target = (table: string, column: Column): string | null => {
  const meaning = meaningOf(table, column)
  if (/^(source|target) (customer|group)\b/.test(meaning)) return meaning.split(/[ ;]/, 2).join("_")
  if (meaning.startsWith("person of the team")) return "team_person"
  return column.type === "INTEGER" ? (referred[column.name] ?? null) : null
}

const diagram = (all: ReadonlyArray<Table>): string => {
  const names = new Set(all.map(({ name }) => name))
  const arrows = all.flatMap(({ name, columns }) => {
    const to = [...new Set(columns.flatMap((column) => target(name, column) ?? []))]
    return to.filter((other) => other !== name && names.has(other)).map((other) => `    ${other} ||--o{ ${name} : ""`)
  })
  return ["```mermaid", "erDiagram", ...arrows, "```"].join("\n")
}

const section = ({ columns, meaning, name }: Table): string =>
  [
    `## ${name}`,
    "",
    meaning,
    "",
    "| column | type | meaning |",
    "|---|---|---|",
    ...columns.map(
      (column) =>
        `| ${column.name}${column.pk > 0 ? " (key)" : ""} | ${column.type}${column.notnull || column.pk > 0 ? "" : ", may be null"} | ${meaningOf(name, column)} |`
    )
  ].join("\n")

/** Tables and columns (as `table.column`) without a meaning. */
export const unexplained = (): ReadonlyArray<string> => {
  const all = tables()
  const columns = all.flatMap(({ name, columns }) => columns.filter((column) => meaningOf(name, column) === "").map((column) => `${name}.${column.name}`))
  return all
    .filter(({ meaning }) => meaning === "")
    .map(({ name }) => name)
    .concat(columns)
}

export const markdown = (): string => {
  const all = tables()
  return [
    "# The state file",
    "",
    "Generated from the migrations by `npm run generate`. One SQLite file; times are epoch milliseconds; numbers of groups, customers, runs and connections refer to the tables of these names.",
    "The schema's version is the number of steps that the file has taken (`PRAGMA user_version`).",
    "",
    diagram(all),
    "",
    ...all.map(section).flatMap((text) => [text, ""])
  ].join("\n")
}
