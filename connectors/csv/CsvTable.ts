/** A file as lines with named columns, once its form is known: encoding, separator, header. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { basename } from "node:path"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import * as Csv from "../../src/model/Csv.ts"
import * as CsvColumns from "./CsvColumns.ts"
import * as CsvText from "./CsvText.ts"

export interface Form {
  readonly encoding: CsvText.Encoding
  readonly separator: string
  readonly names: ReadonlyArray<string>
}

export interface Row {
  readonly line: CsvColumns.Line
  /** The row's own number in the file. */
  readonly number: number
}

const separators = [",", ";", "\t"]

/** How many problems are told one by one. */
const toldAtMost = 5

/** One failure of all problems of a file, each with its place. */
export const fault = (file: CsvText.File, problems: ReadonlyArray<CsvColumns.Problem>, count = problems.length): ConnectorError => {
  const told = problems.slice(0, toldAtMost).map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`)
  const more = count > told.length ? [`and ${count - told.length} more`] : []
  return CsvText.failure(file, "Malformed", `${basename(file.path)}: ${[...told, ...more].join("; ")}`)
}

export const undecodable = (file: CsvText.File, encoding: CsvText.Encoding) =>
  CsvText.failure(
    file,
    "Malformed",
    `${basename(file.path)}: it begins as ${encoding.toUpperCase()} and has bytes that are not, so it is damaged or cut off: save it anew`
  )

const headerOf = (piece: string, separator: string, whole: boolean): ReadonlyArray<Csv.Cell> => {
  const { push, end } = Csv.reader(separator)
  const [first] = [...push(piece), ...(whole ? end() : [])]
  return first?._tag === "Row" ? first.cells : []
}

/** The form that the beginning of a text shows. `whole`: nothing follows. */
const formOf = (
  file: CsvText.File,
  name: CsvColumns.FileName,
  piece: string,
  whole: boolean,
  encoding: CsvText.Encoding
): Effect.Effect<Form, ConnectorError> => {
  const { needed, optional } = CsvColumns.columns[name]
  if (piece.includes("\0")) {
    return Effect.fail(fault(file, [{ line: 1, column: 1, message: "this is no text, or text in UTF-16 without a byte order mark: save it as UTF-8" }]))
  }
  const tried = separators.map((separator) => ({ separator, header: headerOf(piece, separator, whole) }))
  const score = ({ header }: (typeof tried)[number]) => CsvColumns.recognised(name, header) * 1000 + header.length
  const { separator, header } = tried.reduce((best, other) => (score(other) > score(best) ? other : best))
  if (header.length === 0) {
    const columns = [...needed, ...optional].join(",")
    return Effect.fail(fault(file, [{ line: 1, column: 1, message: `the file is empty; even a list of nobody has a header: ${columns}` }]))
  }
  const { names, problems } = CsvColumns.ofHeader(name, header)
  return problems.length > 0 ? Effect.fail(fault(file, problems)) : Effect.succeed({ encoding, separator, names })
}

const beginning = (file: CsvText.File, encoding: CsvText.Encoding) =>
  Stream.runFold(
    Stream.takeUntil(CsvText.pieces(file, encoding), (piece) => /[\r\n]/.test(piece)),
    "",
    (text, piece) => text + piece
  )

/** Reads only the beginning of the file. */
export const form = (file: CsvText.File, name: CsvColumns.FileName, encoding: CsvText.Encoding): Effect.Effect<Form, ConnectorError | "Undecodable"> =>
  Effect.flatMap(beginning(file, encoding), (text) => formOf(file, name, text, !/[\r\n]/.test(text), encoding))

const lineOf = (places: ReadonlyMap<string, number>, cells: ReadonlyArray<Csv.Cell>): CsvColumns.Line => {
  const start = cells[0] ?? { line: 1, column: 1 }
  return (column) => {
    const cell = cells[places.get(column) ?? -1]
    return cell === undefined ? { line: start.line, column: start.column, text: "" } : { line: cell.line, column: cell.column, text: cell.text.trim() }
  }
}

const widthProblem = (cells: ReadonlyArray<Csv.Cell>, width: number): CsvColumns.Problem | null => {
  if (cells.length === width) return null
  const place = cells.at(-1) ?? { line: 1, column: 1 }
  const advice = cells.length > width ? "a value with the separator in it belongs in quotes" : "the line, or the file, may be cut off"
  return { ...place, message: `${cells.length} values for ${width} columns: ${advice}` }
}

/** The lines after the header, in batches. Fails at the first that cannot be read: half a file is never a whole one. */
export const rows = (file: CsvText.File, { encoding, separator, names }: Form): Stream.Stream<ReadonlyArray<Row>, ConnectorError | "Undecodable"> =>
  Stream.suspend(() => {
    const reader = Csv.reader(separator)
    const places = new Map(names.map((name, index) => [name, index]))
    let header = true
    const batch = (found: ReadonlyArray<Csv.Row>): Effect.Effect<ReadonlyArray<Row>, ConnectorError> => {
      const all: Array<Row> = []
      for (const row of found) {
        if (row._tag === "Fault") return Effect.fail(fault(file, [{ ...row, message: `${row.message}; the file may be cut off` }]))
        if (header) {
          header = false
          continue
        }
        const problem = widthProblem(row.cells, names.length)
        if (problem !== null) return Effect.fail(fault(file, [problem]))
        all.push({ line: lineOf(places, row.cells), number: row.line })
      }
      return Effect.succeed(all)
    }
    return Stream.concat(
      Stream.mapEffect(CsvText.pieces(file, encoding), (piece) => batch(reader.push(piece))),
      Stream.fromEffect(Effect.suspend(() => batch(reader.end())))
    )
  })
