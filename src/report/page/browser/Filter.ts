/** Which rows the filters leave, in a given order. */
import type { PageData } from "../PageData.ts"
import type { Rows } from "./Rows.ts"

/** Places in `PageData`, or null for all. `text` and `group` are compared without regard to case; empty for all. */
export interface Query {
  readonly text: string
  readonly group: string
  readonly operation: number | null
  readonly cause: number | null
  readonly rule: number | null
  readonly held: number | null
}

/** A group is meant by its whole name where one has it, else by a part of it. */
const groupsOf = ({ groups }: PageData, asked: string): Uint8Array => {
  const folded = groups.map((group) => group.toLowerCase())
  const whole = folded.includes(asked)
  return Uint8Array.from(["", ...folded], (group, place) => (place > 0 && (whole ? group === asked : group.includes(asked)) ? 1 : 0))
}

export const make = (rows: Rows, data: PageData): ((order: Uint32Array, descending: boolean, query: Query) => Uint32Array) => {
  // Lower case of all texts is made at the first search: rows are shown before that.
  let folded: { readonly who: ReadonlyArray<string>; readonly name: ReadonlyArray<string> } | null = null
  return (order, descending, query) => {
    const text = query.text.trim().toLowerCase()
    const group = query.group.trim().toLowerCase()
    const within = group === "" ? null : groupsOf(data, group)
    const named = text === "" ? null : groupsOf(data, text)
    if (named !== null) folded ??= { who: rows.who.map((one) => one.toLowerCase()), name: rows.name.map((one) => one.toLowerCase()) }
    const isFound = (row: number): boolean =>
      named === null ||
      (folded?.who[row] ?? "").includes(text) ||
      (folded?.name[row] ?? "").includes(text) ||
      (rows.id[row] ?? "").includes(text) ||
      named[rows.group[row] ?? 0] === 1
    const found = new Uint32Array(order.length)
    let count = 0
    for (let index = 0; index < order.length; index += 1) {
      const row = order[descending ? order.length - 1 - index : index] ?? 0
      if (query.operation !== null && rows.operation[row] !== query.operation) continue
      if (query.cause !== null && rows.cause[row] !== query.cause) continue
      if (query.rule !== null && rows.rule[row] !== query.rule) continue
      if (query.held !== null && rows.held[row] !== query.held) continue
      if (within !== null && within[rows.group[row] ?? 0] !== 1) continue
      if (!isFound(row)) continue
      found[count] = row
      count += 1
    }
    return found.subarray(0, count)
  }
}
