/** Rows of the page's table as compressed blocks of columns, for its script. One block is held at a time. */
import { gzipSync } from "node:zlib"
import type { Change } from "../../model/Change.ts"
import type * as Sink from "../Sink.ts"
import type { Dictionaries } from "./Dictionaries.ts"
import { type Block, BLOCK_TYPE, type Runs } from "./PageData.ts"
import type { Row } from "./RowCells.ts"

/** Rows of a block: enough to pack well, few enough to unpack without a pause. */
const ROWS = 20_000

const runs = (rows: ReadonlyArray<Row>, of: (row: Row) => number): Runs => {
  const out: Array<number> = []
  for (const row of rows) {
    const value = of(row)
    if (out.length > 0 && out.at(-2) === value) out[out.length - 1] = (out.at(-1) ?? 0) + 1
    else out.push(value, 1)
  }
  return out
}

const texts = (rows: ReadonlyArray<Row>, of: (row: Row) => string): string => rows.map(of).join("\n")

/** By person within a group: what people look for, and what compresses. */
const inOrder = (a: Row, b: Row): number => a.operation - b.operation || a.group - b.group || (a.who < b.who ? -1 : a.who > b.who ? 1 : 0)

const block = (unsorted: ReadonlyArray<Row>): Block => {
  const rows = unsorted.toSorted(inOrder)
  return {
    rows: rows.length,
    operation: runs(rows, (row) => row.operation),
    cause: runs(rows, (row) => row.cause),
    group: runs(rows, (row) => row.group),
    rule: runs(rows, (row) => row.rule),
    held: runs(rows, (row) => row.held),
    source: runs(rows, (row) => row.source),
    who: texts(rows, (row) => row.who),
    name: texts(rows, (row) => row.name),
    id: texts(rows, (row) => row.id)
  }
}

/** Writes all changes as blocks of the table `of`. `redact` cleans what is packed, for nothing can see into it afterwards. */
export const write = async (
  changes: Sink.Rows<Change>,
  dictionaries: Dictionaries,
  redact: (text: string) => string,
  of: string,
  out: Sink.Writer
): Promise<void> => {
  let rows: Array<Row> = []
  const flush = async (): Promise<void> => {
    const packed = gzipSync(redact(JSON.stringify(block(rows))), { level: 9 }).toString("base64")
    rows = []
    await out.write(`<script type="${BLOCK_TYPE}" data-of="${of}">${packed}</script>\n`)
  }
  for await (const change of changes) {
    rows.push(dictionaries.row(change))
    if (rows.length >= ROWS) await flush()
  }
  if (rows.length > 0) await flush()
}
