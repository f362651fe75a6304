/** Edits at a helpdesk, each of which the next read must show. */
import type { Part } from "../../src/contract/Source.ts"
import type { SourceEdits, SourceWorld } from "../../src/sandbox/Sandbox.ts"
import * as World from "./World.ts"

/** A world with everything in it that a source may declare. */
export const small: SourceWorld = {
  customers: [
    { id: "1", email: "ann@x.example", name: "Ann", tags: ["vip"], segments: ["Active"] },
    { id: "2", email: "bob@x.example", name: "Bob", tags: ["vip", "beta"], segments: ["Active", "New"] },
    { id: "3", email: "cy@x.example", name: "Cy" },
    { id: "4", email: "dee@x.example", name: "Dee", suspended: true },
    { id: "5", email: "eve@x.example", name: "Eve", staff: true, tags: ["vip"] },
    { id: "6", email: null, name: "Fay" }
  ],
  organizations: [
    { id: "101", name: "Globex", externalId: "gx-1", tags: ["gold"] },
    { id: "102", name: "Initech", tags: ["gold", "vip"] },
    { id: "103", name: "Hooli" }
  ],
  memberships: [
    { customer: "1", organization: "101" },
    { customer: "2", organization: "101" },
    { customer: "2", organization: "102" },
    { customer: "4", organization: "102" },
    { customer: "5", organization: "102" },
    { customer: "6", organization: "103" }
  ]
}

interface Edit {
  readonly what: string
  /** The part that must show it. */
  readonly part: Part
  readonly suspension?: true
  readonly apply: (edits: SourceEdits) => void
  readonly world: Partial<SourceWorld>
}

const changed = <A extends { readonly id: string }>(rows: ReadonlyArray<A>, id: string, values: Partial<A>) =>
  rows.map((row) => (row.id === id ? { ...row, ...values } : row))
const { customers, memberships, organizations } = small
const without = <A>(rows: ReadonlyArray<A>, gone: (row: A) => boolean) => rows.filter((row) => !gone(row))

export const staffed = "a customer who became staff"

/** What people do at a helpdesk, and the small world after it. */
export const everyEdit: ReadonlyArray<Edit> = [
  {
    what: "somebody who joins an organization",
    part: World.memberships,
    apply: ({ join }) => join("3", "101"),
    world: { memberships: [...memberships, { customer: "3", organization: "101" }] }
  },
  {
    what: "somebody who leaves one of two organizations",
    part: World.memberships,
    apply: ({ leave }) => leave("2", "101"),
    world: { memberships: without(memberships, (row) => row.customer === "2" && row.organization === "101") }
  },
  { what: "a tag", part: World.tags, apply: ({ tag }) => tag("3", "new_tag"), world: { customers: changed(customers, "3", { tags: ["new_tag"] }) } },
  { what: "a tag taken away", part: World.tags, apply: ({ untag }) => untag("2", "vip"), world: { customers: changed(customers, "2", { tags: ["beta"] }) } },
  {
    what: "an organization's tag",
    part: World.organizationTags,
    apply: ({ tagOrganization }) => tagOrganization("103", "gold"),
    world: { organizations: changed(organizations, "103", { tags: ["gold"] }) }
  },
  {
    what: "an organization's tag taken away",
    part: World.organizationTags,
    apply: ({ untagOrganization }) => untagOrganization("102", "gold"),
    world: { organizations: changed(organizations, "102", { tags: ["vip"] }) }
  },
  {
    what: "an organization's new name",
    part: World.organizations,
    apply: ({ renameOrganization }) => renameOrganization("101", "Globex GmbH"),
    world: { organizations: changed(organizations, "101", { name: "Globex GmbH" }) }
  },
  {
    what: "a deleted organization",
    part: World.organizations,
    apply: ({ deleteOrganization }) => deleteOrganization("102"),
    world: { organizations: without(organizations, ({ id }) => id === "102"), memberships: without(memberships, ({ organization }) => organization === "102") }
  },
  {
    what: "a deleted customer",
    part: "customers",
    apply: ({ deleteCustomer }) => deleteCustomer("2"),
    world: { customers: without(customers, ({ id }) => id === "2"), memberships: without(memberships, ({ customer }) => customer === "2") }
  },
  {
    what: "another address",
    part: "customers",
    apply: ({ changeEmail }) => changeEmail("1", "ann@new.example"),
    world: { customers: changed(customers, "1", { email: "ann@new.example" }) }
  },
  {
    what: "an address taken away",
    part: "customers",
    apply: ({ changeEmail }) => changeEmail("1", null),
    world: { customers: changed(customers, "1", { email: null }) }
  },
  {
    what: "a suspension",
    part: "customers",
    suspension: true,
    apply: ({ suspend }) => suspend("1", true),
    world: { customers: changed(customers, "1", { suspended: true }) }
  },
  {
    what: "an end of a suspension",
    part: "customers",
    suspension: true,
    apply: ({ suspend }) => suspend("4", false),
    world: { customers: changed(customers, "4", { suspended: false }) }
  },
  {
    what: staffed,
    part: "customers",
    apply: ({ makeStaff }) => makeStaff("1"),
    world: { customers: changed(customers, "1", { staff: true }) }
  }
]
