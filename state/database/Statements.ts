/** Statements of one open state file, and the rows they return. */

export type Row = Record<string, string | number | null>

/** Statements by their text, prepared once. Values are bound in order, to `?` or to `?1`, `?2`, ...; a statement uses one of the two. */
export interface Statements {
  readonly all: (text: string, ...values: ReadonlyArray<unknown>) => ReadonlyArray<Row>
  readonly get: (text: string, ...values: ReadonlyArray<unknown>) => Row | undefined
  /** Answers the number of rows changed. */
  readonly run: (text: string, ...values: ReadonlyArray<unknown>) => number
  readonly insert: (text: string, ...values: ReadonlyArray<unknown>) => number
}
