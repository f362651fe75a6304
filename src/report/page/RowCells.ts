/** What one row of the page's table says, the same whether the writer or the script shows it. Pure text, no HTML. */
import * as RecordUrl from "../../model/RecordUrl.ts"
import { typed } from "../ShellWord.ts"
import type { PageData, SourceKind } from "./PageData.ts"

/** A row by places in `PageData`, from 1; 0 stands for none. */
export interface Row {
  readonly operation: number
  readonly cause: number
  readonly group: number
  readonly rule: number
  readonly held: number
  readonly source: number
  readonly who: string
  readonly name: string
  readonly id: string
}

export interface Cells {
  readonly what: string
  readonly tone: "good" | "bad" | "warn"
  readonly who: string
  readonly name: string
  readonly group: string
  readonly why: string
  readonly source: string
  readonly url: string | null
  readonly rule: string
  readonly meaning: string
  readonly held: string
  /** The command that tells why; null where none does, as for staff. */
  readonly explain: string | null
}

/** The columns, in their order. `key` is what rows are sorted by. */
export const COLUMNS = [
  { key: "what", title: "what" },
  { key: "who", title: "who" },
  { key: "group", title: "group" },
  { key: "why", title: "why" },
  { key: "source", title: "source" },
  { key: "rule", title: "rule" }
] as const

export type ColumnKey = (typeof COLUMNS)[number]["key"]

const explain = (row: Row, group: string, source: SourceKind | undefined): string | null => {
  if (row.who === "") return null
  const person = row.who.includes("@") || source === undefined || row.id === "" ? row.who : `${source.connection}/${row.id}`
  return `groupbridge explain ${typed(person)} ${typed(group)}`
}

export const of = (data: PageData, row: Row): Cells => {
  const operation = data.operations[row.operation - 1]
  const group = data.groups[row.group - 1] ?? ""
  const source = data.sources[row.source - 1]
  const rule = data.rules[row.rule - 1]
  const held = data.held[row.held - 1] ?? ""
  return {
    what: operation?.label ?? "",
    tone: held !== "" ? "warn" : (operation?.tone ?? "warn"),
    who: row.who,
    name: row.name,
    group,
    why: data.causes[row.cause - 1] ?? "",
    source: source === undefined ? "" : `${source.connection} ${source.record} ${row.id}`,
    url: source?.url == null ? null : RecordUrl.of({ record: source.url }, "record", row.id),
    rule: rule?.name ?? "",
    meaning: rule?.meaning ?? "",
    held,
    explain: operation?.explains === false ? null : explain(row, group, source)
  }
}
