/** All rows of one table, unpacked: numbers in typed arrays, texts as they came. */
import { type Block, BLOCK_TYPE, type PageData, type Runs } from "../PageData.ts"
import type { Row } from "../RowCells.ts"

export interface Rows {
  readonly count: number
  readonly operation: Uint8Array
  readonly cause: Uint16Array
  readonly group: Uint32Array
  readonly rule: Uint16Array
  readonly held: Uint16Array
  readonly source: Uint16Array
  readonly who: Array<string>
  readonly name: Array<string>
  readonly id: Array<string>
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at)
  return bytes
}

const unpacked = async (base64: string): Promise<Block> => {
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("gzip"))
  return JSON.parse(await new Response(stream).text()) as Block
}

const fill = (into: Uint8Array | Uint16Array | Uint32Array, start: number, runs: Runs): void => {
  let at = start
  for (let index = 0; index < runs.length; index += 2) {
    const end = at + (runs[index + 1] ?? 0)
    into.fill(runs[index] ?? 0, at, end)
    at = end
  }
}

/** `push(...many)` would meet the limit of arguments. */
const add = (into: Array<string>, joined: string): void => {
  for (const text of joined.split("\n")) into.push(text)
}

/** Unpacks the blocks of a table and takes them out of the document. Fails where they are not whole. */
export const load = async (document: Document, of: string, { rows: count }: PageData): Promise<Rows> => {
  const rows: Rows = {
    count,
    operation: new Uint8Array(count),
    cause: new Uint16Array(count),
    group: new Uint32Array(count),
    rule: new Uint16Array(count),
    held: new Uint16Array(count),
    source: new Uint16Array(count),
    who: [],
    name: [],
    id: []
  }
  let start = 0
  for (const element of document.querySelectorAll(`script[type="${BLOCK_TYPE}"][data-of="${of}"]`)) {
    const block = await unpacked(element.textContent ?? "")
    for (const column of ["operation", "cause", "group", "rule", "held", "source"] as const) fill(rows[column], start, block[column])
    for (const column of ["who", "name", "id"] as const) add(rows[column], block[column])
    start += block.rows
    element.remove()
  }
  if (start !== count) throw new Error(`${start} of ${count} rows`)
  return rows
}

export const row = (rows: Rows, at: number): Row => ({
  operation: rows.operation[at] ?? 0,
  cause: rows.cause[at] ?? 0,
  group: rows.group[at] ?? 0,
  rule: rows.rule[at] ?? 0,
  held: rows.held[at] ?? 0,
  source: rows.source[at] ?? 0,
  who: rows.who[at] ?? "",
  name: rows.name[at] ?? "",
  id: rows.id[at] ?? ""
})
