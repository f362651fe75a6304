/** A CSV file with named columns. */
import * as Either from "effect/Either"
import type { Place } from "./Config.ts"
import type { Report } from "./ConfigInvalid.ts"
import * as Csv from "../model/Csv.ts"
import * as TextFile from "./TextFile.ts"

export interface Field extends Place {
  /** Without the space around it; empty where the row has no such cell. */
  readonly text: string
}

/** The row's field in a column; the row's beginning where it has none. */
export type Line = (column: string) => Field

/** The rows of a file, first of all the header if there is one. Unreadable files are reported where the config names them. */
export const rows = (path: string, named: string, place: Place, inConfig: Report, inFile: Report): ReadonlyArray<ReadonlyArray<Field>> | null => {
  const text = TextFile.read(path)
  if (Either.isLeft(text)) {
    inConfig(place, `"${named}": ${text.left}; looked at ${path}`)
    return null
  }
  const lines: Array<ReadonlyArray<Field>> = []
  for (const row of Csv.rows(text.right)) {
    if (row._tag === "Fault") {
      inFile(row, row.message)
      return null
    }
    lines.push(row.cells.map((cell) => ({ line: cell.line, column: cell.column, text: cell.text.trim() })))
  }
  return lines.filter((cells) => cells.some((cell) => cell.text !== ""))
}

export const line =
  (cells: ReadonlyArray<Field>, columns: ReadonlyArray<string>): Line =>
  (column) => {
    const start = cells[0] ?? { line: 1, column: 1 }
    return cells[columns.indexOf(column)] ?? { line: start.line, column: start.column, text: "" }
  }
