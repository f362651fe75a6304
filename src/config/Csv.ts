/** Comma-separated values as in RFC 4180, with places: `""` inside quotes is a quote, lines end in LF, CRLF or CR, empty lines are left out. */
import type { Place } from "./Config.ts"

/** `text` is exactly as written, without the quotes around it. */
export interface Cell extends Place {
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

/** Rows in order, read as they are asked for. A byte order mark at the beginning is left out. */
export function* rows(text: string): Generator<Row, void, undefined> {
  const token = /"((?:[^"]|"")*)("?)|[^,\r\n]*/y
  let at = text.startsWith("\uFEFF") ? 1 : 0
  let line = 1
  let lineStart = at
  let cells: Array<Cell> = []
  while (at <= text.length) {
    const place = { line, column: at - lineStart + 1 }
    token.lastIndex = at
    const match = token.exec(text)
    const whole = match?.[0] ?? ""
    const quoted = match?.[1]
    if (quoted !== undefined && match?.[2] === "")
      return yield {
        _tag: "Fault",
        ...place,
        message: "the quote that opens here is never closed"
      }
    for (const end of whole.matchAll(/\r\n|\n|\r/g)) {
      line++
      lineStart = at + end.index + end[0].length
    }
    at += whole.length
    cells.push({ ...place, text: quoted === undefined ? whole : quoted.replaceAll('""', '"') })
    const next = text[at]
    if (next === ",") {
      at++
      continue
    }
    if (next !== undefined && next !== "\r" && next !== "\n") {
      return yield {
        _tag: "Fault",
        line,
        column: at - lineStart + 1,
        message: 'text after a closing quote; a quote inside quotes is written ""'
      }
    }
    if (cells.length > 1 || whole !== "") yield { _tag: "Row", line: cells[0]?.line ?? line, cells }
    cells = []
    at += next === "\r" && text[at + 1] === "\n" ? 2 : 1
    line++
    lineStart = at
  }
}
