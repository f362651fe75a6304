/** A kind of objects in an export, and how SQL makes their members. */

export const iso = (column: string): string => `CASE WHEN ${column} IS NULL THEN NULL ELSE strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch') END`
export const flag = (column: string): string => `json(CASE WHEN ${column} THEN 'true' ELSE 'false' END)`
export const run = (column: string): string => `CASE WHEN ${column} IS NULL THEN NULL ELSE 'r-' || ${column} END`
export const part = (column: string): string => `'H-' || ${column}`

export interface Kind {
  readonly kind: string
  /** Members of the object: names with SQL. */
  readonly members: Readonly<Record<string, string>>
  readonly from: string
  /** What the rows are ordered by, unique together. */
  readonly key: ReadonlyArray<string>
}
