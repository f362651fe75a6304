/** One pass over a plan's changes before its page is written: what stands above the table, and the rows that need no script. */
import type { Change } from "../../model/Change.ts"
import type { PlanInput } from "../PlanInput.ts"
import * as PlanRows from "../PlanRows.ts"
import type { View } from "../View.ts"
import * as Dictionaries from "./Dictionaries.ts"
import { STATIC_ROWS } from "./PageData.ts"
import type { Row } from "./RowCells.ts"

/** Changes of a held part shown in its card. */
const SAMPLES = 5

export interface Survey {
  readonly dictionaries: Dictionaries.Dictionaries
  readonly rows: number
  /** The first rows in the order of the page: removals first, and before held ones what would be done. */
  readonly first: ReadonlyArray<Row>
  /** By the id of the held part. */
  readonly samples: ReadonlyMap<string, ReadonlyArray<Row>>
  readonly renames: number
  /** Free changes by operation and cause, most first, for the picture of causes. */
  readonly causes: ReadonlyArray<{ readonly row: Row; readonly changes: number }>
}

/** Free before held, within the sections that all reports have. */
const placeOf = (change: Change): number => PlanRows.section(change) * 2 + (PlanRows.waits(change) ? 1 : 0)

export const make = async ({ plan, changes }: PlanInput, view: View): Promise<Survey> => {
  const dictionaries = Dictionaries.make(plan, view)
  const places: Array<Array<Row>> = []
  const samples = new Map<string, Array<Row>>()
  const causes = new Map<string, { readonly row: Row; changes: number }>()
  let rows = 0
  let renames = 0
  for await (const change of changes) {
    const row = dictionaries.row(change)
    dictionaries.count(row)
    rows += 1
    const place = (places[placeOf(change)] ??= [])
    if (place.length < STATIC_ROWS) place.push(row)
    if (change.held !== undefined) {
      const kept = samples.get(change.held) ?? []
      samples.set(change.held, kept)
      if (kept.length < SAMPLES) kept.push(row)
    }
    if (PlanRows.waits(change)) continue
    if (change.op === "group.update" && change.cause === "renamed") renames += 1
    const key = `${row.operation} ${row.cause}`
    const known = causes.get(key)
    if (known === undefined) causes.set(key, { row, changes: 1 })
    else known.changes += 1
  }
  return {
    dictionaries,
    rows,
    first: places.flat().slice(0, STATIC_ROWS),
    samples,
    renames,
    causes: [...causes.values()].sort((a, b) => b.changes - a.changes)
  }
}
