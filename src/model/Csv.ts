/** Separated values as in RFC 4180, with places: `""` inside quotes is a quote, lines end in LF, CRLF or CR, empty lines are left out. */

/** `text` is exactly as written, without the quotes around it. Line and column count from 1. */
export interface Cell {
  readonly line: number
  readonly column: number
  readonly text: string
}

/** A row of at least one cell, or the place from which on the text cannot be read; then nothing follows. */
export type Row =
  | { readonly _tag: "Row"; readonly line: number; readonly cells: ReadonlyArray<Cell> }
  | {
      readonly _tag: "Fault"
      readonly line: number
      readonly column: number
      readonly message: string
    }

/** Reads a text that comes piece by piece, cut anywhere. `end` gives what only the end of the text decides. */
export interface Reader {
  readonly push: (piece: string) => ReadonlyArray<Row>
  readonly end: () => ReadonlyArray<Row>
}

/** Separators that are recognised, the likeliest first. */
export const separators = [",", ";", "\t"]

/** In plain words, for errors. */
export const separatorWord = (separator: string): string =>
  separator === "," ? "commas" : separator === ";" ? "semicolons" : separator === "\t" ? "tabs" : JSON.stringify(separator)

/** The separator that a first line such as `sep=;` names, which Excel reads and does not show; null where there is no such line. */
export const declaredSeparator = (text: string): string | null => /^\uFEFF?"?sep=([^\w\s"]|\t)"?[ \t,;]*(?:[\r\n]|$)/i.exec(text)?.[1] ?? null

/** Whether a row consists of separators alone, as spreadsheets write rows that were emptied. */
export const isBlank = (cells: ReadonlyArray<Cell>): boolean => cells.every(({ text }) => text.trim() === "")

/** Without the Ctrl-Z with which old programs end a file. */
const withoutEnd = (text: string): string => (text.endsWith("\u001a") ? withoutEnd(text.slice(0, -1)) : text)

const [quote, lineFeed, carriageReturn] = ['"', "\n", "\r"].map((letter) => letter.charCodeAt(0))

/** Where the letter or an end of line stands next; the piece's end where neither does. */
const until = (piece: string, from: number, letter: number | undefined): number => {
  for (let at = from; at < piece.length; at++) {
    const code = piece.charCodeAt(at)
    if (code === letter || code === lineFeed || code === carriageReturn) return at
  }
  return piece.length
}

/** `separator` is one letter. A byte order mark at the beginning is left out. */
export const reader = (separator = ","): Reader => {
  const comma = separator.charCodeAt(0)
  let state: "begin" | "start" | "plain" | "quoted" | "closing" | "failed" = "begin"
  let line = 1
  /** Letters before this piece, and before the present line. */
  let before = 0
  let lineStart = 0
  /** The last letter was a CR: a LF after it belongs to the same end of line. */
  let afterReturn = false
  let open = { line: 1, column: 1 }
  let text = ""
  let wasQuoted = false
  let cells: Array<Cell> = []
  let found: Array<Row> = []

  const nextLine = (letter: string, after: number) => {
    line++
    lineStart = after
    afterReturn = letter === "\r"
  }
  const closeCell = () => {
    cells.push({ ...open, text })
    state = "start"
  }
  const closeRow = () => {
    const [first] = cells
    if (first !== undefined && (cells.length > 1 || wasQuoted || first.text !== "")) found.push({ _tag: "Row", line: first.line, cells })
    cells = []
  }
  const openCell = (at: number, quoted: boolean) => {
    open = { line, column: at - lineStart + 1 }
    text = ""
    wasQuoted = quoted
    state = quoted ? "quoted" : "plain"
  }
  const fail = (place: { readonly line: number; readonly column: number }, message: string) => {
    state = "failed"
    found.push({ _tag: "Fault", ...place, message })
  }
  const taken = (): ReadonlyArray<Row> => {
    const rows = found
    found = []
    return rows
  }

  /** Reads from `at` to where something else begins, and answers where that is. */
  const step = (piece: string, at: number): number => {
    if (state === "failed") return piece.length
    const letter = piece[at] ?? ""
    if (state === "begin") {
      state = "start"
      if (letter === "\uFEFF") {
        lineStart = 1
        return at + 1
      }
    }
    if (afterReturn) {
      afterReturn = false
      if (letter === "\n") {
        lineStart = before + at + 1
        if (state === "quoted") text += letter
        return at + 1
      }
    }
    if (state === "start") {
      openCell(before + at, letter === '"')
      if (wasQuoted) return at + 1
    }
    if (state === "quoted") {
      const to = until(piece, at, quote)
      const stop = piece[to]
      text += piece.slice(at, stop === "\r" || stop === "\n" ? to + 1 : to)
      if (stop === undefined) return to
      if (stop === '"') state = "closing"
      else nextLine(stop, before + to + 1)
      return to + 1
    }
    if (state === "closing" && letter === '"') {
      text += letter
      state = "quoted"
      return at + 1
    }
    let to = at
    if (state === "plain") {
      to = until(piece, at, comma)
      text = text === "" ? piece.slice(at, to) : text + piece.slice(at, to)
      if (to === piece.length) return to
    }
    const end = piece[to] ?? ""
    if (end !== separator && end !== "\r" && end !== "\n") {
      fail({ line, column: before + to - lineStart + 1 }, 'text after a closing quote; a quote inside quotes is written ""')
      return piece.length
    }
    closeCell()
    if (end !== separator) {
      closeRow()
      nextLine(end, before + to + 1)
    }
    return to + 1
  }

  return {
    push: (piece) => {
      for (let at = 0; at < piece.length;) at = step(piece, at)
      before += piece.length
      return taken()
    },
    end: () => {
      if (state === "quoted") fail(open, "the quote that opens here is never closed")
      if (state === "failed") return taken()
      // A separator at the very end opens one more cell.
      if (state === "start" && cells.length > 0) openCell(before, false)
      if (state === "plain") text = withoutEnd(text)
      if (state === "plain" || state === "closing") closeCell()
      closeRow()
      return taken()
    }
  }
}

/** The rows of a whole text, in order. */
export function* rows(text: string, separator = ","): Generator<Row, void, undefined> {
  const { push, end } = reader(separator)
  yield* push(text)
  yield* end()
}
