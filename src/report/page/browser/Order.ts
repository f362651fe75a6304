/** The orders in which rows can be shown. Each is worked out when it is first asked for, and kept. */
import type { PageData } from "../PageData.ts"
import type { ColumnKey } from "../RowCells.ts"
import type { Rows } from "./Rows.ts"

/** Rows in the order of a small number each has; those of one number stay as they are. */
const counted = (count: number, numbers: number, numberOf: (row: number) => number): Uint32Array => {
  const starts = new Uint32Array(numbers + 1)
  for (let row = 0; row < count; row += 1) starts[numberOf(row) + 1] = (starts[numberOf(row) + 1] ?? 0) + 1
  for (let number = 1; number <= numbers; number += 1) starts[number] = (starts[number] ?? 0) + (starts[number - 1] ?? 0)
  const order = new Uint32Array(count)
  for (let row = 0; row < count; row += 1) {
    const number = numberOf(row)
    const place = starts[number] ?? 0
    order[place] = row
    starts[number] = place + 1
  }
  return order
}

/** The place of each text among all, without regard to case; equal texts share one. The text of place 0 is none. */
const places = (texts: ReadonlyArray<string>): Uint32Array => {
  const folded = ["", ...texts].map((text) => text.toLowerCase())
  const sorted = [...new Set(folded)].sort()
  const known = new Map(sorted.map((text, index) => [text, index]))
  return Uint32Array.from(folded, (text) => known.get(text) ?? 0)
}

const byText = (count: number, of: (row: number) => string): Uint32Array => {
  const folded = Array.from({ length: count }, (_, row) => of(row).toLowerCase())
  return Uint32Array.from({ length: count }, (_, row) => row).sort((a, b) => {
    const [left = "", right = ""] = [folded[a], folded[b]]
    return left < right ? -1 : left > right ? 1 : a - b
  })
}

export const make = (rows: Rows, data: PageData): ((key: ColumnKey) => Uint32Array) => {
  const { count } = rows
  const byPlace = (column: Uint8Array | Uint16Array | Uint32Array, place: Uint32Array): Uint32Array =>
    counted(count, place.length + 1, (row) => place[column[row] ?? 0] ?? 0)
  const orders: { readonly [key in ColumnKey]: () => Uint32Array } = {
    // What would be done stands before what is held, within removals, groups, additions and roles.
    what: () => counted(count, 12, (row) => (data.operations[(rows.operation[row] ?? 0) - 1]?.rank ?? 3) * 2 + ((rows.held[row] ?? 0) > 0 ? 1 : 0)),
    who: () => byText(count, (row) => rows.who[row] ?? ""),
    group: () => byPlace(rows.group, places(data.groups)),
    why: () => byPlace(rows.cause, places(data.causes)),
    source: () => byText(count, (row) => `${data.sources[(rows.source[row] ?? 0) - 1]?.connection ?? ""} ${rows.id[row] ?? ""}`),
    rule: () => counted(count, data.rules.length + 2, (row) => rows.rule[row] ?? 0)
  }
  const kept = new Map<ColumnKey, Uint32Array>()
  return (key) => {
    const known = kept.get(key) ?? orders[key]()
    kept.set(key, known)
    return known
  }
}
