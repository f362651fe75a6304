/** What rows of a list did not tell, as `SourcePage.unknown` says it. */
import type { Part, Unknown } from "./Source.ts"

/** Of these parts all that is known is unknown. */
export const parts = (parts: ReadonlyArray<Part>, reason: string): ReadonlyArray<Unknown> => parts.map((part) => ({ part, reason }))

interface Rows<Row> {
  readonly rows: ReadonlyArray<Row>
  readonly isReported: (row: Row) => boolean
  readonly id: (row: Row) => string
  readonly parts: ReadonlyArray<Part>
  /** Where no row of the page tells the parts: a feature that is switched off, a right that is missing. */
  readonly reason: string
  /** Where only some rows do not: `one("7")` is for people to read. */
  readonly one: (id: string) => string
}

const hasRows = (part: Part): boolean => part === "customers" || !("groups" in part)

/** Where no row of a page tells the parts, nothing is known of the parts; where some rows do, only the others are in doubt. */
export const byRows = <Row>({ id, isReported, one, parts: all, reason, rows }: Rows<Row>): ReadonlyArray<Unknown> => {
  const silent = rows.filter((row) => !isReported(row))
  if (silent.length === 0) return []
  if (silent.length === rows.length) return parts(all, reason)
  return silent.flatMap((row) => all.filter(hasRows).map((part): Unknown => ({ part, row: id(row), reason: one(id(row)) })))
}
