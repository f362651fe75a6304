/** The file of a `match: {file: ...}`: which source customer is which target customer. */
import type { MapRow, Place } from "./Config.ts"
import type { Report } from "./ConfigInvalid.ts"
import { nearest } from "../model/Nearest.ts"
import * as Table from "./Table.ts"

const keys = ["email", "externalId", "id"] as const
const WANTED = "the header needs exactly one of email, externalId, id, and target"

/** The header's columns by their right names; others stay as they are and are not read. */
const header = (
  cells: ReadonlyArray<Table.Field>,
  separatedBy: string,
  report: Report
): { readonly columns: ReadonlyArray<string>; readonly by: MapRow["by"] } | null => {
  const right = [...keys, "target"]
  const columns = cells.map((cell) => right.find((name) => name.toLowerCase() === cell.text.toLowerCase()) ?? cell.text)
  const start = cells[0] ?? { line: 1, column: 1 }
  const [by, second] = keys.filter((key) => columns.includes(key))
  if (by !== undefined && second === undefined && columns.includes("target") && new Set(columns).size === columns.length) return { columns, by }
  const near = columns.filter((column) => !right.includes(column)).flatMap((column) => nearest(column, right) ?? [])
  const question = near.length === 0 ? "" : `; did you mean ${near.map((name) => `"${name}"`).join(", ")}?`
  report(start, `${WANTED}; found ${columns.map((column) => JSON.stringify(column)).join(", ")}${question} (columns separated by ${separatedBy})`)
  return null
}

export interface MapTable {
  /** In the file's order. */
  readonly rows: ReadonlyArray<MapRow>
  /** Lines whose target is blank: customers that are not filled in yet. */
  readonly blank: number
  readonly guessed: Table.Table["guessed"]
}

const right: ReadonlySet<string> = new Set([...keys, "target"].map((name) => name.toLowerCase()))

/** Null after a report. */
export const read = (path: string, named: string, place: Place, inConfig: Report, inFile: Report): MapTable | null => {
  const recognised = (cells: ReadonlyArray<string>): number => cells.filter((cell) => right.has(cell.toLowerCase())).length
  const table = Table.read({ path, named, place, inConfig, inFile, recognised })
  if (table === null) return null
  const [first, ...rest] = table.rows
  const head = header(first ?? [], table.separatedBy, inFile)
  if (head === null) return null
  const seen = new Map<string, MapRow>()
  const rows: Array<MapRow> = []
  let blank = 0
  let fine = true
  const refuse = (at: Place, message: string): void => {
    fine = false
    inFile(at, message)
  }
  for (const cells of rest) {
    const line = Table.line(cells, head.columns)
    const value = line(head.by)
    const row: MapRow = { by: head.by, value: value.text, target: line("target").text, line: value.line }
    const key = head.by === "email" ? row.value.toLowerCase() : row.value
    const before = seen.get(key)
    if (row.value === "") refuse(value, `${head.by} is empty`)
    else if (row.target === "") blank += 1
    else if (before === undefined) {
      seen.set(key, row)
      rows.push(row)
    } else if (before.target !== row.target) refuse(value, `${head.by} "${row.value}" is mapped to another target in line ${before.line}`)
  }
  return fine ? { rows, blank, guessed: table.guessed } : null
}
