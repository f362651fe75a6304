/** A CSV file with named columns. */
import * as Either from "effect/Either"
import type { Place } from "./Config.ts"
import type { Report } from "./ConfigInvalid.ts"
import * as Csv from "../model/Csv.ts"
import type * as TextEncoding from "../model/TextEncoding.ts"
import * as TextFile from "./TextFile.ts"

export interface Field extends Place {
  /** Without the space around it; empty where the row has no such cell. */
  readonly text: string
}

/** The row's field in a column; the row's beginning where it has none. */
export type Line = (column: string) => Field

export interface Table {
  /** In the file's order, first of all the header if there is one; blank rows left out. */
  readonly rows: ReadonlyArray<ReadonlyArray<Field>>
  /** In plain words what was taken for the separator: "semicolons". */
  readonly separatedBy: string
  /** The encoding, where it is only guessed. */
  readonly guessed: TextEncoding.TextEncoding | null
}

export interface Options {
  readonly path: string
  /** As the config file names it, and where. */
  readonly named: string
  readonly place: Place
  readonly inConfig: Report
  readonly inFile: Report
  /** How many of the cells of a first row are what one should hold: the right separator makes the most of them so. */
  readonly recognised: (cells: ReadonlyArray<string>) => number
}

const firstRow = (text: string, separator: string): ReadonlyArray<string> => {
  for (const row of Csv.rows(text, separator)) {
    if (row._tag === "Fault") return []
    if (!Csv.isBlank(row.cells)) return row.cells.map((cell) => cell.text.trim())
  }
  return []
}

const separatorOf = (text: string, recognised: Options["recognised"]): string => {
  const score = (separator: string): number => {
    const cells = firstRow(text, separator)
    return recognised(cells) * 1000 + cells.length
  }
  return Csv.separators.reduce((best, other) => (score(other) > score(best) ? other : best))
}

/** Reads the file as a spreadsheet may have written it. Null after a report; one that cannot be read is reported where the config names it. */
export const read = ({ inConfig, inFile, named, path, place, recognised }: Options): Table | null => {
  const file = TextFile.readGuessed(path)
  if (Either.isLeft(file)) {
    inConfig(place, `"${named}": ${file.left}; looked at ${path}`)
    return null
  }
  const { guessed, text } = file.right
  const declared = Csv.declaredSeparator(text)
  const separator = declared ?? separatorOf(text, recognised)
  const separatedBy = Csv.separatorWord(separator)
  const rows: Array<ReadonlyArray<Field>> = []
  for (const row of Csv.rows(text, separator)) {
    if (row._tag === "Fault") {
      inFile(row, `${row.message} (columns separated by ${separatedBy})`)
      return null
    }
    if (!Csv.isBlank(row.cells)) rows.push(row.cells.map((cell) => ({ line: cell.line, column: cell.column, text: cell.text.trim() })))
  }
  const [first = [], ...rest] = declared === null ? rows : rows.slice(1)
  // Without the empty cells beyond the columns that spreadsheets add.
  const columns = width(first)
  return { rows: columns === 0 ? [] : [first, ...rest].map((cells) => cells.slice(0, Math.max(columns, width(cells)))), separatedBy, guessed }
}

/** The columns up to the last with a value. */
const width = (cells: ReadonlyArray<Field>): number => cells.findLastIndex(({ text }) => text !== "") + 1

export const line =
  (cells: ReadonlyArray<Field>, columns: ReadonlyArray<string>): Line =>
  (column) => {
    const start = cells[0] ?? { line: 1, column: 1 }
    return cells[columns.indexOf(column)] ?? { line: start.line, column: start.column, text: "" }
  }
