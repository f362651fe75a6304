/** The columns of the three queries, and what a row of each says. */
import type { SourceCustomer } from "../../src/model/Customer.ts"
import type { Fields, GroupKey, GroupKind, SourceGroup } from "../../src/model/Group.ts"
import { nearest } from "../../src/model/Nearest.ts"

export type QueryName = "customers" | "groups" | "memberships"

interface Columns {
  readonly needed: ReadonlyArray<string>
  readonly optional: ReadonlyArray<string>
  /** Whether all other columns are fields of one's own. */
  readonly fields: boolean
}

const columns: Readonly<Record<QueryName, Columns>> = {
  customers: { needed: ["id"], optional: ["email", "name", "externalId", "role", "suspended", "verified"], fields: true },
  groups: { needed: ["id", "name"], optional: ["kind", "externalId"], fields: true },
  memberships: { needed: ["customer", "group"], optional: [], fields: false }
}

/** Databases fold the case of names, and `group` is a word of SQL's own: `external_id`, `customer_id` and `group_id` mean the same. */
const fold = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll("_", "")
    .replace(/^(customer|group)id$/, "$1")
const fieldPrefix = "field:"

/** Where each column stands; `fields` are the columns of one's own. */
export interface Header {
  readonly places: ReadonlyMap<string, number>
  readonly fields: ReadonlyArray<readonly [name: string, place: number]>
}

/** The header, or what is wrong with the columns. */
export const headerOf = (query: QueryName, names: ReadonlyArray<string>): Header | { readonly problems: ReadonlyArray<string> } => {
  const { fields: hasFields, needed, optional } = columns[query]
  const allowed = [...needed, ...optional]
  const places = new Map<string, number>()
  const fields = new Map<string, number>()
  const problems: Array<string> = []
  const others: Array<string> = []
  for (const [place, name] of names.entries()) {
    const known = allowed.find((one) => fold(one) === fold(name))
    const own = hasFields ? (name.toLowerCase().startsWith(fieldPrefix) ? name.slice(fieldPrefix.length).trim() : name) : ""
    const [into, key] = known !== undefined ? [places, known] : [fields, own]
    if (known === undefined && name === own) others.push(name)
    if (known === undefined && !hasFields) problems.push(`unknown column ${JSON.stringify(name)}; allowed: ${allowed.join(", ")}`)
    else if (key === "" || key === "?column?") problems.push(`column ${place + 1} has no name; give it one with AS`)
    else if (into.has(key)) problems.push(`the column ${JSON.stringify(key)} stands there twice`)
    else into.set(key, place)
  }
  for (const name of others) {
    const meant = nearest(
      name,
      allowed.filter((one) => !places.has(one))
    )
    if (meant !== undefined) {
      problems.push(`unknown column ${JSON.stringify(name)}; did you mean "${meant}"? If it is a field of your own, name it with AS "${fieldPrefix}${name}"`)
    }
  }
  for (const name of needed) if (!places.has(name)) problems.push(`the column "${name}" is missing; name one with AS`)
  return problems.length > 0 ? { problems } : { places, fields: [...fields] }
}

type Values = ReadonlyArray<unknown>
type Problems = Array<string>

const shown = (value: unknown): string =>
  value === null ? "NULL" : value instanceof Uint8Array ? "bytes" : typeof value === "object" ? "no plain value" : JSON.stringify(String(value))

/** As text, without the space around it; null for NULL and for what is no text. */
const textOf = (column: string, value: unknown, problems: Problems): string | null => {
  if (value === null || value === undefined) return null
  if (typeof value === "string") return value.trim()
  if (typeof value === "number" || typeof value === "bigint") return String(value)
  problems.push(`"${column}" holds ${typeof value === "boolean" ? `the truth value ${value}` : shown(value)}, and a text or a whole number is needed: CAST it`)
  return null
}

const valueOf = ({ places }: Header, column: string, values: Values): unknown => values[places.get(column) ?? -1]

const optionalText = (header: Header, column: string, values: Values, problems: Problems): string | null =>
  textOf(column, valueOf(header, column, values), problems) || null

const neededText = (header: Header, column: string, values: Values, problems: Problems): string => {
  const before = problems.length
  const text = textOf(column, valueOf(header, column, values), problems) ?? ""
  if (text === "" && problems.length === before) problems.push(`"${column}" is ${shown(valueOf(header, column, values) ?? null)}, and it is needed`)
  return text
}

/** One of a few words. NULL is none: what it means only the query can say. */
const oneOf = <A>(header: Header, column: string, values: Values, words: Readonly<Record<string, A>>, otherwise: A, problems: Problems): A => {
  if (!header.places.has(column)) return otherwise
  const value = valueOf(header, column, values)
  const found = value === null ? undefined : Object.entries(words).find(([word]) => word === String(value).trim().toLowerCase())
  if (found === undefined) {
    const advice = value === null ? `; say what that means, as in COALESCE(..., ${typeof otherwise === "boolean" ? otherwise : `'${otherwise}'`})` : ""
    problems.push(`"${column}" is ${shown(value)}; allowed: ${Object.keys(words).join(", ")}${advice}`)
  }
  return found?.[1] ?? otherwise
}

const truth = { true: true, false: false, yes: true, no: false, t: true, f: false, "1": true, "0": false }
const roles = { customer: "customer", staff: "staff" } as const
const kinds = { organization: "organization", tag: "tag" } as const

const fieldOf = (name: string, value: unknown, problems: Problems): Fields[string] => {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  problems.push(`the field "${name}" holds ${shown(value)}: CAST it, or leave the column out`)
  return null
}

const fieldsOf = ({ fields }: Header, values: Values, problems: Problems): Fields =>
  Object.fromEntries(fields.map(([name, place]) => [name, fieldOf(name, values[place], problems)]))

/** What a row says; problems are added to `problems`. */
export const customerOf = (header: Header, values: Values, problems: Problems): SourceCustomer => ({
  id: neededText(header, "id", values, problems),
  email: optionalText(header, "email", values, problems),
  externalId: optionalText(header, "externalId", values, problems),
  name: optionalText(header, "name", values, problems),
  role: oneOf(header, "role", values, roles, "customer", problems),
  suspended: oneOf(header, "suspended", values, truth, false, problems),
  verified: oneOf(header, "verified", values, truth, true, problems),
  excluded: null,
  fields: fieldsOf(header, values, problems)
})

export const groupKey = (id: string, kind: GroupKind): GroupKey => ({ kind, carrier: "customer", id })

export const groupOf = (header: Header, values: Values, problems: Problems): SourceGroup => ({
  ...groupKey(neededText(header, "id", values, problems), oneOf(header, "kind", values, kinds, "organization", problems)),
  name: neededText(header, "name", values, problems),
  externalId: optionalText(header, "externalId", values, problems),
  fields: fieldsOf(header, values, problems)
})

export const membershipOf = (header: Header, values: Values, problems: Problems) => ({
  customer: neededText(header, "customer", values, problems),
  group: neededText(header, "group", values, problems)
})
