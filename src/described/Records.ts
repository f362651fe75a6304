/** What a row of a described list says. A pointer that finds nothing has told nothing, and the row is in doubt; null has told that there is none. */
import type { Part, SourceRecord, Unknown } from "../contract/Source.ts"
import type { SourceCustomer } from "../model/Customer.ts"
import type { Fields, GroupKey, GroupKind } from "../model/Group.ts"
import type * as Manifest from "./Manifest.ts"
import * as Template from "./Template.ts"

type Equal = NonNullable<Manifest.List["only"]>

/** Whether all of it holds; `otherwise` where nothing is asked. Null: the row does not say. */
export const holds = (equal: Equal | undefined, row: unknown, otherwise: boolean): boolean | null => {
  if (equal === undefined) return otherwise
  const all = Object.entries(equal).map(([pointer, wanted]) => {
    const value = Template.at(row, pointer)
    return value === undefined ? null : [wanted].flat().some((one) => one === value)
  })
  return all.includes(null) ? null : all.every((one) => one === true)
}

const isScalar = (value: unknown): value is Fields[string] =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"

const fieldsOf = (fields: Manifest.Group["fields"], row: unknown): Fields => {
  const found = typeof fields === "string" ? Object.entries(Object(Template.at(row, fields)) as object) : undefined
  const named = found ?? Object.entries(fields ?? {}).map(([name, pointer]) => [name, Template.at(row, String(pointer))] as const)
  return Object.fromEntries(named.filter((entry): entry is [string, Fields[string]] => isScalar(entry[1])))
}

const filled = (template: string | undefined, row: unknown): string | null => (template === undefined ? null : Template.fill(template, row))

const addressOf = (email: Manifest.Customer["email"], row: unknown): string | null => {
  if (typeof email !== "object") return filled(email, row)
  const items = Template.at(row, email.each)
  const found = Array.isArray(items) ? items.find((item: unknown) => holds(email.where, item, true) === true) : undefined
  return found === undefined ? null : Template.textOf(Template.at(found, email.take))
}

export const groupKey = (kind: GroupKind, id: string): GroupKey => ({ kind, carrier: "customer", id })

/** Null: whether they are staff or suspended cannot be told, or they have no id. */
export const customerOf = (shape: Manifest.Customer, row: unknown): SourceCustomer | null => {
  const [staff, suspended] = [holds(shape.staff, row, false), holds(shape.suspended, row, false)]
  const id = Template.idOf(Template.at(row, shape.id))
  if (id === null || staff === null || suspended === null) return null
  return {
    id,
    email: addressOf(shape.email, row),
    externalId: filled(shape.externalId, row),
    name: filled(shape.name, row),
    role: staff ? "staff" : "customer",
    suspended,
    verified: true,
    excluded: null,
    fields: fieldsOf(shape.fields, row)
  }
}

export interface Reported {
  readonly records: ReadonlyArray<SourceRecord>
  readonly unknown: ReadonlyArray<Unknown>
}

export interface Reading {
  readonly list: Manifest.List
  /** Its name, for people. */
  readonly name: string
  readonly parts: ReadonlyArray<Part>
  /** Kinds of groups that no list shows: memberships tell them. */
  readonly unlisted: ReadonlySet<GroupKind>
}

/** The memberships of a row; null where it does not tell them; a text where an item has no id. */
const membershipsOf = (shape: Manifest.Membership, row: unknown, customer: string, { unlisted }: Reading): ReadonlyArray<SourceRecord> | null | string => {
  const value = Template.at(row, shape.each ?? shape.group ?? "")
  if (value === undefined || holds(shape.whole, row, true) !== true) return null
  if (value === null || (shape.each === undefined && value === "")) return []
  if (shape.each !== undefined && !Array.isArray(value)) return `${shape.each} holds no list`
  const items: ReadonlyArray<unknown> = shape.each === undefined ? [row] : (value as ReadonlyArray<unknown>)
  const records: Array<SourceRecord> = []
  for (const item of items) {
    const id = Template.idOf(Template.at(item, shape.group ?? ""))
    if (id === null) return `a ${shape.kind} has no id`
    const key = groupKey(shape.kind, id)
    if (unlisted.has(shape.kind)) records.push({ _tag: "Group", group: { ...key, name: filled(shape.name, item) ?? id, externalId: null, fields: {} } })
    records.push({ _tag: "Membership", group: key, customer })
  }
  return records
}

const inDoubt = ({ parts, name }: Reading, row: string | null, what: string): ReadonlyArray<Unknown> =>
  row === null
    ? parts.map((part) => ({ part, reason: `${name}: a row does not tell ${what}` }))
    : parts
        .filter((part) => part === "customers" || !("groups" in part))
        .map((part) => ({ part, row, reason: `${name}: the row of ${row} does not tell ${what}` }))

/** What a row says. A text: why it cannot be read, which fails the read. */
export const reported = (reading: Reading, row: unknown): Reported | string => {
  const { list } = reading
  const id = list.customer === undefined ? null : Template.idOf(Template.at(row, list.customer.id))
  if (list.customer !== undefined && id === null) return `a row has no id at ${list.customer.id}`
  const counts = holds(list.only, row, true)
  if (counts === null) return { records: [], unknown: inDoubt(reading, id, "whether it counts") }
  if (!counts) return { records: [], unknown: [] }
  const records: Array<SourceRecord> = []
  const unknown: Array<Unknown> = []
  if (list.customer !== undefined) {
    const customer = customerOf(list.customer, row)
    if (customer === null) return { records: [], unknown: inDoubt(reading, id, "whether they are staff or suspended") }
    records.push({ _tag: "Customer", customer })
  }
  if (list.group !== undefined) {
    const { externalId, fields, id: at, kind, name } = list.group
    const group = Template.idOf(Template.at(row, at))
    if (group === null) return `a row has no id at ${at}`
    const key = groupKey(kind, group)
    records.push({
      _tag: "Group",
      group: { ...key, name: Template.fill(name, row) ?? group, externalId: filled(externalId, row), fields: fieldsOf(fields, row) }
    })
  }
  for (const shape of list.memberships ?? []) {
    const customer = shape.customer === undefined ? id : Template.idOf(Template.at(row, shape.customer))
    if (customer === null) return `a row has no customer's id at ${shape.customer ?? "its customer"}`
    const found = membershipsOf(shape, row, customer, reading)
    if (typeof found === "string") return found
    if (found === null) {
      const part: Part = { memberships: shape.kind, carrier: "customer" }
      unknown.push({ part, row: customer, reason: `${reading.name}: the row of ${customer} does not tell ${shape.kind}s` })
    } else records.push(...found)
  }
  return { records, unknown }
}
