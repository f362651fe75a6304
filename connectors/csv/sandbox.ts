/** Three files in a folder of their own, written anew after every edit, as a nightly export would. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { AnySandbox, SourceEdits, SourceWorld } from "../../src/sandbox/Sandbox.ts"
import type { FileName } from "./CsvColumns.ts"
import { pageSize } from "./CsvSource.ts"

export interface CsvSandbox extends AnySandbox {
  readonly source: SourceEdits
  readonly path: (file: FileName) => string
}

type Customer = SourceWorld["customers"][number]
type Organization = SourceWorld["organizations"][number]

const quoted = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
const text = (rows: ReadonlyArray<ReadonlyArray<string | null | undefined>>) =>
  rows.map((row) => `${row.map((value) => quoted(value ?? "")).join(",")}\n`).join("")
const yes = (value: boolean | undefined) => (value === true ? "yes" : "no")

const known = <A>(row: A | undefined, id: string): A => {
  if (row === undefined) throw new Error(`the files hold no ${id}`)
  return row
}
const noOrganizationTags = (): never => {
  throw new Error("organizations carry no tags in the files")
}

const folders = new Set<string>()
process.once("exit", () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

export const make = (): CsvSandbox => {
  const customers = new Map<string, Customer>()
  const organizations = new Map<string, Organization>()
  /** Customer and group, the group a tag or an organization. */
  const memberships = new Set<string>()
  const pair = (customer: string, organization: string) => JSON.stringify([customer, organization])
  let folder: string | null = null

  /** Made when first asked for: a sandbox that is only looked at leaves nothing behind. */
  const place = (): string => {
    if (folder !== null) return folder
    folder = realpathSync(mkdtempSync(join(tmpdir(), "groupbridge-csv-")))
    folders.add(folder)
    write()
    return folder
  }
  const path = (file: FileName) => join(place(), `${file}.csv`)

  const write = () => {
    const everybody = [...customers.values()]
    const tags = [...new Set(everybody.flatMap(({ tags = [] }) => tags))]
    const contents: Readonly<Record<FileName, ReadonlyArray<ReadonlyArray<string | null | undefined>>>> = {
      customers: [
        ["id", "email", "name", "externalId", "role", "suspended"],
        ...everybody.map(({ id, email, name, externalId, staff, suspended }) => [id, email, name, externalId, staff === true ? "staff" : "", yes(suspended)])
      ],
      groups: [
        ["id", "name", "kind", "externalId"],
        ...[...organizations.values()].map(({ id, name, externalId }) => [id, name, "organization", externalId]),
        ...tags.map((tag) => [`tag ${tag}`, tag, "tag", ""])
      ],
      memberships: [
        ["customer", "group"],
        ...[...memberships].map((row): ReadonlyArray<string> => JSON.parse(row)),
        ...everybody.flatMap(({ id, tags = [] }) => tags.map((tag) => [id, `tag ${tag}`]))
      ]
    }
    for (const [file, rows] of Object.entries(contents)) writeFileSync(join(place(), `${file}.csv`), text(rows))
  }

  const edit = (id: string, change: (customer: Customer) => Partial<Customer>) => {
    const before = known(customers.get(id), `customer ${id}`)
    customers.set(id, { ...before, ...change(before) })
  }
  const leaveAll = (gone: (row: readonly [string, string]) => boolean) => {
    for (const row of memberships) if (gone(JSON.parse(row))) memberships.delete(row)
  }
  /** An edit, and then the files as they are after it. */
  const writing =
    <A extends ReadonlyArray<unknown>>(change: (...values: A) => void) =>
    (...values: A): void => {
      change(...values)
      write()
    }

  return {
    options: () => ({ customers: path("customers"), groups: path("groups"), memberships: path("memberships") }),
    secrets: [],
    pageSize,
    path,
    source: {
      load: writing((world: SourceWorld) => {
        for (const customer of world.customers) customers.set(customer.id, customer)
        for (const organization of world.organizations) organizations.set(organization.id, organization)
        for (const { customer, organization } of world.memberships) memberships.add(pair(customer, organization))
      }),
      join: writing((customer, organization) => memberships.add(pair(customer, organization))),
      leave: writing((customer, organization) => memberships.delete(pair(customer, organization))),
      tag: writing((id, tag) => edit(id, ({ tags = [] }) => ({ tags: [...new Set([...tags, tag])] }))),
      untag: writing((id, tag) => edit(id, ({ tags = [] }) => ({ tags: tags.filter((other) => other !== tag) }))),
      tagOrganization: noOrganizationTags,
      untagOrganization: noOrganizationTags,
      renameOrganization: writing((id, name) => organizations.set(id, { ...known(organizations.get(id), `organization ${id}`), name })),
      deleteCustomer: writing((id) => {
        customers.delete(id)
        leaveAll(([customer]) => customer === id)
      }),
      deleteOrganization: writing((id) => {
        organizations.delete(id)
        leaveAll(([, organization]) => organization === id)
      }),
      changeEmail: writing((id, email) => edit(id, () => ({ email }))),
      suspend: writing((id, suspended) => edit(id, () => ({ suspended }))),
      makeStaff: writing((id) => edit(id, () => ({ staff: true })))
    }
  }
}
