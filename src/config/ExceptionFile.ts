/** exceptions.csv: who always or never is in a group, whatever the rules say. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { ExceptionRow, Place } from "./Config.ts"
import type { Report } from "./ConfigInvalid.ts"
import { hint } from "../model/Nearest.ts"
import * as Table from "./Table.ts"

const order = ["email", "group", "what", "until", "reason", "by"]
const required = ["email", "group", "what"]

/** The columns if the row is a header; null if it is a row like the others. Undefined after a report. */
const header = (cells: ReadonlyArray<Table.Field>, report: Report): ReadonlyArray<string> | null | undefined => {
  const columns = cells.map((cell) => cell.text.toLowerCase())
  if (!columns.includes("email")) return null
  let right = true
  columns.forEach((column, index) => {
    const cell = cells[index]
    if (cell === undefined || (order.includes(column) && columns.indexOf(column) === index)) return
    right = false
    report(cell, order.includes(column) ? `column "${column}" stands here twice` : `unknown column "${cell.text}"${hint(column, order)}`)
  })
  const missing = right ? required.filter((column) => !columns.includes(column)) : []
  for (const column of missing) report(cells[0] ?? { line: 1, column: 1 }, `column "${column}" is missing; the columns are ${order.join(", ")}`)
  return right && missing.length === 0 ? columns : undefined
}

/** The last millisecond of the day in the zone. */
const endOfDay = (text: string, zone: DateTime.TimeZone): Option.Option<number> => {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.slice(1).map(Number) ?? []
  const [year = 0, month = 0, day = 0] = parts
  if (parts.length === 0) return Option.none()
  return DateTime.makeZoned({ year, month, day, hours: 12 }, { timeZone: zone, adjustForTimeZone: true }).pipe(
    Option.filter((noon) => DateTime.getPart(noon, "month") === month && DateTime.getPart(noon, "day") === day),
    Option.map((noon) => DateTime.toEpochMillis(DateTime.endOf(noon, "day")))
  )
}

const zoneOf = (timezone: string | null): DateTime.TimeZone =>
  (timezone === null ? Option.none() : DateTime.zoneMakeNamed(timezone)).pipe(Option.getOrElse(() => DateTime.zoneMakeLocal()))

/** The row, or null after a report. */
const rowOf = (line: Table.Line, zone: DateTime.TimeZone, report: Report): ExceptionRow | null => {
  const [email, group, what, until] = [line("email"), line("group"), line("what"), line("until")]
  const word = what.text.toLowerCase()
  const day = endOfDay(until.text, zone)
  let right = true
  const check = (holds: boolean, at: Place, message: string): void => {
    if (holds) return
    right = false
    report(at, message)
  }
  check(/^[^\s@]+@[^\s@]+$/.test(email.text), email, email.text === "" ? "email is empty" : `"${email.text}" is not an e-mail address`)
  check(group.text !== "", group, "group is empty")
  check(word === "always" || word === "never", what, `"${what.text}" is not allowed here${hint(word, ["always", "never"])}`)
  check(until.text === "" || Option.isSome(day), until, `"${until.text}" is not a day; write it as 2026-04-01, or leave it empty for ever`)
  if (!right) return null
  return {
    email: email.text,
    group: group.text,
    what: word === "always" ? "always" : "never",
    until: Option.getOrNull(day),
    reason: line("reason").text,
    by: line("by").text,
    line: email.line
  }
}

export interface Options {
  readonly path: string
  /** As the config file names it, and where. */
  readonly named: string
  readonly place: Place
  /** Null: the machine's. */
  readonly timezone: string | null
  /** Epoch milliseconds. A row whose day is over contradicts nothing. */
  readonly now: number
  readonly inConfig: Report
  readonly inFile: Report
}

export interface ExceptionTable {
  /** In the file's order, ended ones too. */
  readonly rows: ReadonlyArray<ExceptionRow>
  readonly guessed: Table.Table["guessed"]
}

/** Columns of a header; or a row that begins with an address, where there is none. */
const recognised = (cells: ReadonlyArray<string>): number =>
  cells.filter((cell) => order.includes(cell.toLowerCase())).length + (/^[^\s@,;]+@[^\s@,;]+$/.test(cells[0] ?? "") ? 1 : 0)

/** Null after a report. */
export const read = (options: Options): ExceptionTable | null => {
  const { inConfig, named, path, place } = options
  const read = Table.read({ path, named, place, inConfig, inFile: options.inFile, recognised })
  if (read === null) return null
  const { guessed, rows: table, separatedBy } = read
  // Where columns are not found, the separator is what may be wrong.
  const reportSeparated: Report = (at, message) => options.inFile(at, `${message} (columns separated by ${separatedBy})`)
  const columns = header(table[0] ?? [], reportSeparated)
  if (columns === undefined) return null
  const zone = zoneOf(options.timezone)
  const standing = new Map<string, ExceptionRow>()
  const rows: Array<ExceptionRow> = []
  let right = true
  for (const cells of columns === null ? table : table.slice(1)) {
    const tooMany = columns === null ? cells[order.length] : undefined
    if (tooMany !== undefined) reportSeparated(tooMany, `more than the ${order.length} columns ${order.join(", ")}; text with commas stands in quotes`)
    const row = rowOf(Table.line(cells, columns ?? order), zone, columns === null && cells.length < required.length ? reportSeparated : options.inFile)
    if (row === null || tooMany !== undefined) right = false
    else {
      rows.push(row)
      const key = JSON.stringify([row.email.toLowerCase(), row.group.toLowerCase()])
      const before = standing.get(key)
      if (row.until !== null && row.until < options.now) continue
      if (before === undefined) standing.set(key, row)
      else if (before.what !== row.what) {
        right = false
        options.inFile({ line: row.line, column: 1 }, `contradicts line ${before.line}: ${before.what} for the same e-mail and group`)
      }
    }
  }
  return right ? { rows, guessed } : null
}
