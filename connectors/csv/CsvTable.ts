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
  /** Whether the header is the second row, after one that names the separator. */
  readonly declared: boolean
  readonly names: ReadonlyArray<string>
}

export interface Row {
  readonly line: CsvColumns.Line
  /** The row's own number in the file. */
  readonly number: number
}

/** How many problems are told one by one. */
const reportedAtMost = 5

/** One failure of all problems of a file, each with its place. */
export const fault = (file: CsvText.File, problems: ReadonlyArray<CsvColumns.Problem>, count = problems.length): ConnectorError => {
  const reported = problems.slice(0, reportedAtMost).map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`)
  const more = count > reported.length ? [`and ${count - reported.length} more`] : []
  return CsvText.failure(file, "Malformed", `${basename(file.path)}: ${[...reported, ...more].join("; ")}`)
}

export const undecodable = (file: CsvText.File, encoding: CsvText.Encoding) =>
  CsvText.failure(
    file,
    "Malformed",
    `${basename(file.path)}: it begins as ${encoding.toUpperCase()} and has bytes that are not, so it is damaged or cut off: save it anew`
  )

/** The header's cells; empty columns without a name at its right end, which spreadsheets write, are none. */
const headerOf = (piece: string, separator: string, declared: boolean, whole: boolean): ReadonlyArray<Csv.Cell> => {
  const { push, end } = Csv.reader(separator)
  const rows = [...push(piece), ...(whole ? end() : [])]
  const header = rows.slice(declared ? 1 : 0).find((row) => row._tag === "Fault" || !Csv.isBlank(row.cells))
  if (header?._tag !== "Row") return []
  return header.cells.slice(0, header.cells.findLastIndex(({ text }) => text.trim() !== "") + 1)
}

const takenFor = (separator: string, problem: CsvColumns.Problem): CsvColumns.Problem => ({
  ...problem,
  message: `${problem.message} (columns separated by ${Csv.separatorWord(separator)})`
})

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
  const declared = Csv.declaredSeparator(piece)
  const candidates = declared === null ? Csv.separators : [declared]
  const tried = candidates.map((separator) => ({ separator, header: headerOf(piece, separator, declared !== null, whole) }))
  const score = ({ header }: (typeof tried)[number]) => CsvColumns.recognised(name, header) * 1000 + header.length
  const { separator, header } = tried.reduce((best, other) => (score(other) > score(best) ? other : best))
  if (header.length === 0) {
    const columns = [...needed, ...optional].join(",")
    return Effect.fail(fault(file, [{ line: 1, column: 1, message: `the file is empty; even a list of nobody has a header: ${columns}` }]))
  }
  const { names, problems } = CsvColumns.ofHeader(name, header)
  if (problems.length > 0) return Effect.fail(fault(file, [...problems.slice(0, -1), ...problems.slice(-1).map((last) => takenFor(separator, last))]))
  return Effect.succeed({ encoding, separator, declared: declared !== null, names })
}

/** A line that is longer begins no table. */
const longestHeader = 1024 * 1024

const beginning = (file: CsvText.File, encoding: CsvText.Encoding) =>
  Stream.runFold(
    CsvText.pieces(file, encoding).pipe(
      Stream.mapAccum("", (before, piece) => [before + piece, before + piece]),
      Stream.takeUntil((text) => text.length > longestHeader || hasHeader(text))
    ),
    "",
    (_, text) => text
  )

/** Whether the header's row ends in the text: the first, that which follows one that names the separator, or one after blank rows. */
const hasHeader = (text: string): boolean =>
  (Csv.declaredSeparator(text) === null ? /^[\s,;]*[^\s,;][^\r\n]*[\r\n]/ : /^[^\r\n]*[\r\n][\s,;]*[^\s,;][^\r\n]*[\r\n]/).test(text)

/** Reads only the beginning of the file. */
export const form = (file: CsvText.File, name: CsvColumns.FileName, encoding: CsvText.Encoding): Effect.Effect<Form, ConnectorError | "Undecodable"> =>
  Effect.flatMap(beginning(file, encoding), (text) => formOf(file, name, text, !hasHeader(text), encoding))

const lineOf = (places: ReadonlyMap<string, number>, cells: ReadonlyArray<Csv.Cell>): CsvColumns.Line => {
  const start = cells[0] ?? { line: 1, column: 1 }
  return (column) => {
    const cell = cells[places.get(column) ?? -1]
    return cell === undefined ? { line: start.line, column: start.column, text: "" } : { line: cell.line, column: cell.column, text: cell.text.trim() }
  }
}

/** Too few values, or one beyond the columns; empty ones beyond them are those of columns without a name. */
const widthProblem = (cells: ReadonlyArray<Csv.Cell>, width: number, separator: string): CsvColumns.Problem | null => {
  const beyond = cells.slice(width).findLast(({ text }) => text.trim() !== "")
  if (cells.length >= width && beyond === undefined) return null
  const place = beyond ?? cells.at(-1) ?? { line: 1, column: 1 }
  const count = beyond === undefined ? cells.length : cells.indexOf(beyond) + 1
  const advice = count > width ? "a value with the separator in it belongs in quotes" : "the line, or the file, may be cut off"
  return takenFor(separator, { line: place.line, column: place.column, message: `${count} values for ${width} columns: ${advice}` })
}

/** The lines after the header, in batches. Fails at the first that cannot be read: half a file is never a whole one. */
export const rows = (file: CsvText.File, { declared, encoding, separator, names }: Form): Stream.Stream<ReadonlyArray<Row>, ConnectorError | "Undecodable"> =>
  Stream.suspend(() => {
    const reader = Csv.reader(separator)
    const places = new Map(names.map((name, index) => [name, index]))
    // The header, and the row before it that names the separator.
    let heading = declared ? 2 : 1
    const batch = (found: ReadonlyArray<Csv.Row>): Effect.Effect<ReadonlyArray<Row>, ConnectorError> => {
      const all: Array<Row> = []
      for (const row of found) {
        if (row._tag === "Fault") return Effect.fail(fault(file, [{ ...row, message: `${row.message}; the file may be cut off` }]))
        if (Csv.isBlank(row.cells)) continue
        if (heading > 0) {
          heading -= 1
          continue
        }
        const problem = widthProblem(row.cells, names.length, separator)
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
