/** Ids that people see and type, made from row numbers of the state: a run, a part held for a decision, a removal to be done by hand, a migration. */
export type RunId = `r-${number}`
export type PartId = `H-${number}`
export type TaskId = `T-${number}`
export type MigrationId = `M-${number}`

const letters = { run: "r", part: "H", task: "T", migration: "M" } as const

/** A column's value; what is no number of a row becomes an id that nothing has. */
type RowNumber = number | string | null | undefined

export const run = (number: RowNumber): RunId => `${letters.run}-${Number(number)}`
export const part = (number: RowNumber): PartId => `${letters.part}-${Number(number)}`
export const task = (number: RowNumber): TaskId => `${letters.task}-${Number(number)}`
export const migration = (number: RowNumber): MigrationId => `${letters.migration}-${Number(number)}`

/** The row number in an id, also where it was typed without the letter; NaN where there is none. */
export const numberOf = (id: string): number => Number(id.replace(/^[A-Za-z]-?/, ""))
