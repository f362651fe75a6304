/** The columns of the three files, and what a line of each says. */
import type { SourceCustomer } from "../../src/model/Customer.ts"
import type { Cell } from "../../src/model/Csv.ts"
import type { Fields, GroupKey, GroupKind } from "../../src/model/Group.ts"
import { nearest } from "../../src/model/Nearest.ts"

export type FileName = "customers" | "groups" | "memberships"

export interface Problem {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** The cell of a column, without the space around it; empty, at the beginning of the line, where the file has no such column. */
export type Line = (column: string) => Cell

export interface Columns {
  readonly needed: ReadonlyArray<string>
  readonly optional: ReadonlyArray<string>
  /** Whether columns `field:NAME` may stand beside them. */
  readonly fields: boolean
}

export const columns: Readonly<Record<FileName, Columns>> = {
  customers: { needed: ["id"], optional: ["email", "name", "externalId", "role", "suspended", "verified"], fields: true },
  groups: { needed: ["id", "name"], optional: ["kind", "externalId"], fields: true },
  // What `state export --memberships` adds for its readers stands there and is not read.
  memberships: { needed: ["customer", "group"], optional: ["email", "groupName", "origin", "since"], fields: false }
}

const fieldPrefix = "field:"
const known = ({ needed, optional }: Columns) => [...needed, ...optional]
const isField = ({ fields }: Columns, name: string) => fields && name.toLowerCase().startsWith(fieldPrefix) && name.length > fieldPrefix.length

/** The name that a header cell means: a known column whatever its case, or `field:NAME`. */
const meant = (all: Columns, text: string): string | undefined => {
  if (isField(all, text)) return fieldPrefix + text.slice(fieldPrefix.length).trim()
  return known(all).find((name) => name.toLowerCase() === text.toLowerCase())
}

/** How many cells of a header are columns of the file: the right separator finds the most. */
export const recognised = (file: FileName, header: ReadonlyArray<Cell>): number =>
  header.filter(({ text }) => meant(columns[file], text.trim()) !== undefined).length

/** The columns in the order of the header. */
export const ofHeader = (file: FileName, header: ReadonlyArray<Cell>): { readonly names: ReadonlyArray<string>; readonly problems: ReadonlyArray<Problem> } => {
  const all = columns[file]
  const allowed = known(all)
  const names = header.map(({ text }) => meant(all, text.trim()) ?? "")
  const problems = header.flatMap((cell, index): ReadonlyArray<Problem> => {
    const text = cell.text.trim()
    const name = names[index] ?? ""
    if (name !== "" && names.indexOf(name) < index) return [{ ...cell, message: `the column "${name}" stands here a second time` }]
    if (name !== "") return []
    if (text === "") return [{ ...cell, message: "a column has no name" }]
    const near = nearest(text, allowed)
    const advice =
      near === undefined ? `allowed: ${allowed.join(", ")}${all.fields ? `, and ${fieldPrefix}NAME for a field of your own` : ""}` : `did you mean "${near}"?`
    return [{ ...cell, message: `unknown column ${JSON.stringify(text)}; ${advice}` }]
  })
  const missing = all.needed.filter((name) => !names.includes(name))
  const { line, column } = header[0] ?? { line: 1, column: 1 }
  return { names, problems: [...problems, ...missing.map((name) => ({ line, column, message: `the column "${name}" is missing` }))] }
}

/** One of a few words; `otherwise` where the cell is empty. */
const oneOf = <A>(cell: Cell, words: Readonly<Record<string, A>>, otherwise: A, problems: Array<Problem>): A => {
  if (cell.text === "") return otherwise
  const found = Object.entries(words).find(([word]) => word === cell.text.toLowerCase())
  if (found === undefined) problems.push({ ...cell, message: `${JSON.stringify(cell.text)} is not allowed here; allowed: ${Object.keys(words).join(", ")}` })
  return found?.[1] ?? otherwise
}

const truth = { yes: true, no: false, true: true, false: false, "1": true, "0": false }
const roles = { customer: "customer", staff: "staff" } as const
const kinds = { organization: "organization", tag: "tag" } as const

const orNull = ({ text }: Cell) => (text === "" ? null : text)

const needed = (line: Line, column: string, problems: Array<Problem>): string => {
  const cell = line(column)
  if (cell.text === "") problems.push({ ...cell, message: `"${column}" is empty` })
  return cell.text
}

const fieldsOf = (names: ReadonlyArray<string>, line: Line): Fields =>
  Object.fromEntries(names.filter((name) => name.startsWith(fieldPrefix)).map((name) => [name.slice(fieldPrefix.length), orNull(line(name))]))

/** What a line says; problems are added to `problems`. */
export const customerOf = (names: ReadonlyArray<string>, line: Line, problems: Array<Problem>): SourceCustomer => ({
  id: needed(line, "id", problems),
  email: orNull(line("email")),
  externalId: orNull(line("externalId")),
  name: orNull(line("name")),
  role: oneOf(line("role"), roles, "customer", problems),
  suspended: oneOf(line("suspended"), truth, false, problems),
  verified: oneOf(line("verified"), truth, true, problems),
  excluded: null,
  fields: fieldsOf(names, line)
})

export const groupKey = (id: string, kind: GroupKind): GroupKey => ({ kind, carrier: "customer", id })

export const groupOf = (names: ReadonlyArray<string>, line: Line, problems: Array<Problem>) => ({
  ...groupKey(needed(line, "id", problems), oneOf(line("kind"), kinds, "organization", problems)),
  name: needed(line, "name", problems),
  externalId: orNull(line("externalId")),
  fields: fieldsOf(names, line)
})

export const membershipOf = (line: Line, problems: Array<Problem>) => ({
  customer: needed(line, "customer", problems),
  group: needed(line, "group", problems)
})
