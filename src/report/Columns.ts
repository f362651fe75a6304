/** Lays text out in columns and under labels. All text given here is `Terminal.safe` already. */
import * as Terminal from "./Terminal.ts"
import type { View } from "./View.ts"

/** Column at which the text beside a label begins. */
export const LABEL = 12

const GAP = 2

// Wide spaces set figures, a command, the bar between two, or "Next:" apart from what stands before. A command is copied, so it is never broken;
// nor is anything else that is set apart, unless it is longer than a line.
const pieces = (text: string, columns: number): ReadonlyArray<readonly [string, string]> => {
  const [body = "", ...commands] = text.split(/ {3}(?=groupbridge |\|)| {2}(?=Next: )/u)
  const phrases = body.split(/( {5,})/u)
  return [
    ...phrases.flatMap((phrase, index) => {
      if (index % 2 === 1) return []
      const space = phrases[index - 1]
      if (space !== undefined && Terminal.width(phrase) <= columns) return [[space, phrase] as const]
      return phrase.split(/(?<! ) (?! )/u).map((word, first) => [first === 0 ? (space ?? " ") : " ", word] as const)
    }),
    ...commands.map((command) => [command.startsWith("Next: ") ? "  " : "   ", command] as const)
  ]
}

/** Lines of at most `columns`, broken at single and at wide spaces and before commands; other runs of spaces stay. What is longer in one piece stays whole. */
export const wrap = (text: string, columns: number): ReadonlyArray<string> => {
  if (Terminal.width(text) <= columns) return [text]
  const lines: Array<string> = []
  let line = ""
  for (const [space, piece] of pieces(text, columns)) {
    const longer = line === "" ? piece : line + space + piece
    if (line !== "" && Terminal.width(longer) > columns) {
      lines.push(line)
      line = piece
    } else line = longer
  }
  lines.push(line)
  return lines
}

/** One or more lines that begin with words that stand out; what goes on below stands at `hang`. */
export const headed = (view: View, words: string, text: string, hang: number): string => {
  const [first = "", ...rest] = wrap(`${words} ${text}`, view.width - hang)
  const begin = first.startsWith(words) ? Terminal.paint(view, "strong", words) + first.slice(words.length) : first
  return [begin, ...rest.map((line) => " ".repeat(hang) + line)].join("\n")
}

/** One or more lines: the label, and beside it the text, wrapped to the view's width. A label that is too long pushes the first line. */
export const labelled = (view: View, label: string, text: string, tone: Terminal.Tone = "plain"): string => {
  const first = Terminal.pad(label, LABEL - 1) + " "
  const lines = wrap(text, Math.max(20, view.width - Terminal.width(first)))
  return lines
    .map((line, index) => (index === 0 ? Terminal.paint(view, tone, first) : " ".repeat(LABEL)) + line)
    .join("\n")
    .trimEnd()
}

export interface TableOptions {
  /** Largest width of each column; cells beyond it are cut. Absent: unlimited. */
  readonly limits?: ReadonlyArray<number>
  /** Columns whose cells stand at the right. */
  readonly right?: ReadonlyArray<number>
  readonly indent?: number
  /** Columns there are. A line that is wider goes on below, at `hang`, with the first cell that does not fit. Absent: any number. */
  readonly width?: number
  readonly hang?: number
}

/** Lines of a table as wide as its cells; the last column is not filled up. For few rows: all of them are held. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>, options: TableOptions = {}): ReadonlyArray<string> => {
  const widths: Array<number> = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, Math.min(Terminal.width(cell), options.limits?.[column] ?? Infinity))
    }
  }
  return rows.map((row) => line(row, widths, options))
}

/** One line with columns of given widths, for rows that are streamed. Cells without a limit may be wider and push those after them. */
export const line = (row: ReadonlyArray<string>, widths: ReadonlyArray<number>, options: TableOptions = {}): string => {
  const { hang = 4, indent = 0, limits, right, width = Infinity } = options
  const lines: Array<string> = []
  let text = " ".repeat(indent)
  for (const [column, cell] of row.entries()) {
    const fitting = Terminal.cut(cell, limits?.[column] ?? Infinity)
    const padded = right?.includes(column) === true ? Terminal.padStart(fitting, widths[column] ?? 0) : Terminal.pad(fitting, widths[column] ?? 0)
    // What fills the last column up is not seen.
    const needed = Terminal.width(column === row.length - 1 ? padded.trimEnd() : padded)
    const longer = column === 0 ? text : text + " ".repeat(GAP)
    if (column > 0 && Terminal.width(longer) + needed > width) {
      lines.push(text.trimEnd())
      text = " ".repeat(hang) + padded
    } else text = longer + padded
  }
  return [...lines, text.trimEnd()].join("\n")
}
