/** What a source holds, as lines that a person can compare: once from the plain description of a world, once from what was read. */
import type { Part, SourceDeclaration, SourceRecord } from "../../src/contract/Source.ts"
import { type GroupKey, keyText } from "../../src/model/Group.ts"
import type { SourceWorld } from "../../src/sandbox/Sandbox.ts"

/** Sorted, and with every repetition, so that what is told twice shows. */
export interface Facts {
  readonly customers: ReadonlyArray<string>
  readonly groups: ReadonlyArray<string>
  readonly memberships: ReadonlyArray<string>
  readonly inclusions: ReadonlyArray<string>
}

type Customer = SourceWorld["customers"][number]

const same = (left: Part, right: Part): boolean => JSON.stringify(left) === JSON.stringify(right)
export const declares = (declaration: SourceDeclaration, part: Part): boolean =>
  declaration.streams.some(({ parts }) => parts.some((other) => same(other, part)))

export const organizations: Part = { groups: "organization", carrier: "customer" }
export const memberships: Part = { memberships: "organization", carrier: "customer" }
export const tags: Part = { memberships: "tag", carrier: "customer" }
export const segments: Part = { memberships: "segment", carrier: "customer" }
export const organizationTags: Part = { inclusions: "tag", carrier: "organization" }

const customerLine = ({ email, name, staff, suspended }: Pick<Customer, "email" | "name" | "staff" | "suspended">) =>
  `${name} <${email ?? ""}>${staff === true ? " staff" : ""}${suspended === true ? " suspended" : ""}`

/** What a read of the world must show, of the parts that the source declares. Staff are in no group. */
export const expected = (world: SourceWorld, declaration: SourceDeclaration): Facts => {
  const has = (part: Part) => declares(declaration, part)
  const customers = world.customers.filter(({ staff }) => staff !== true)
  const suspensions = declaration.suspensionsSeen ?? true
  const nameOf = (rows: ReadonlyArray<{ readonly id: string; readonly name: string }>, id: string) =>
    rows.filter((row) => row.id === id).map(({ name }) => name)
  const of = <A extends { readonly name: string; readonly tags?: ReadonlyArray<string> }>(rows: ReadonlyArray<A>) =>
    rows.flatMap(({ name, tags = [] }) => tags.map((tag) => ({ name, tag })))
  const tagged = has(tags) ? of(customers) : []
  const segmented = has(segments) ? customers.flatMap(({ name, segments = [] }) => segments.map((segment) => ({ name, segment }))) : []
  const organizationsTagged = has(organizationTags) ? of(world.organizations) : []
  return {
    customers: world.customers.map((row) => customerLine({ ...row, suspended: suspensions && row.suspended === true })).toSorted(),
    groups: [
      ...(has(organizations) ? world.organizations.map(({ name }) => `organization ${name}`) : []),
      ...new Set(tagged.map(({ tag }) => `tag ${tag}`)),
      ...new Set(segmented.map(({ segment }) => `segment ${segment}`)),
      ...new Set(organizationsTagged.map(({ tag }) => `organization-tag ${tag}`))
    ].toSorted(),
    memberships: [
      ...(has(memberships)
        ? world.memberships.flatMap((row) =>
            nameOf(customers, row.customer).flatMap((who) => nameOf(world.organizations, row.organization).map((name) => `${name}: ${who}`))
          )
        : []),
      ...tagged.map(({ name, tag }) => `${tag}: ${name}`),
      ...segmented.map(({ name, segment }) => `${segment}: ${name}`)
    ].toSorted(),
    inclusions: organizationsTagged.map(({ name, tag }) => `${tag}: ${name}`).toSorted()
  }
}

/**
 * What was read. Groups that are no organizations count once, and only while somebody is in them: whether empty ones are told is the vendor's
 * affair. Staff and records told to be gone are left out as the engine leaves them out.
 */
export const found = (records: ReadonlyArray<SourceRecord>): Facts => {
  const gone = new Set(records.flatMap((record) => (record._tag === "Gone" && record.record === "customer" ? [record.id] : [])))
  const goneGroups = new Set(records.flatMap((record) => (record._tag === "Gone" && record.record === "group" ? [keyText(record.key)] : [])))
  const customers = records.flatMap((record) => (record._tag === "Customer" && !gone.has(record.customer.id) ? [record.customer] : []))
  const groups = records.flatMap((record) => (record._tag === "Group" && !goneGroups.has(keyText(record.group)) ? [record.group] : []))
  const names = new Map(groups.map((group) => [keyText(group), group.name]))
  const people = new Map(customers.map((customer) => [customer.id, customer]))
  const groupName = (key: GroupKey) => names.get(keyText(key)) ?? `(a group that was not told: ${keyText(key)})`
  const used = new Set(records.flatMap((record) => (record._tag === "Membership" || record._tag === "Inclusion" ? [keyText(record.group)] : [])))
  const word = (key: GroupKey) => keyText({ ...key, id: "" }).slice(0, -1)
  return {
    customers: customers.map(({ email, name, role, suspended }) => customerLine({ email, name: name ?? "", staff: role === "staff", suspended })).toSorted(),
    groups: [
      ...groups.filter(({ kind }) => kind === "organization").map((group) => `organization ${group.name}`),
      ...new Set(groups.filter((group) => group.kind !== "organization" && used.has(keyText(group))).map((group) => `${word(group)} ${group.name}`))
    ].toSorted(),
    memberships: records
      .flatMap((record) => {
        if (record._tag !== "Membership") return []
        const customer = people.get(record.customer)
        return customer?.role === "staff" ? [] : [`${groupName(record.group)}: ${customer?.name ?? `(a customer that was not told: ${record.customer})`}`]
      })
      .toSorted(),
    inclusions: records.flatMap((record) => (record._tag === "Inclusion" ? [`${groupName(record.group)}: ${groupName(record.organization)}`] : [])).toSorted()
  }
}

/** `size` customers, as many organizations, and each customer in the organization of the same number; every tenth tagged and in a segment, as every tenth organization. */
export const ofSize = (size: number): SourceWorld => {
  const numbers = Array.from({ length: size }, (_, index) => index + 1)
  const tags = (number: number) => (number % 10 === 1 ? { tags: ["vip", `tag_${number}`] } : {})
  const segments = (number: number) => (number % 10 === 1 ? { segments: ["Active"] } : {})
  return {
    customers: numbers.map((number) => ({
      id: String(number),
      email: `c${number}@x.example`,
      name: `Customer ${number}`,
      ...tags(number),
      ...segments(number)
    })),
    organizations: numbers.map((number) => ({ id: String(10_000 + number), name: `Organization ${number}`, ...tags(number) })),
    memberships: numbers.map((number) => ({ customer: String(number), organization: String(10_000 + number) }))
  }
}
