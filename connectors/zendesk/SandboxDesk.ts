/** What the sandbox's Zendesk account holds, and the edits that a person at the helpdesk makes. */
import * as NumberedIds from "../../src/sandbox/NumberedIds.ts"
import type { AgentEdits, SourceEdits } from "../../src/sandbox/Sandbox.ts"
import * as SandboxExports from "./SandboxExports.ts"
import * as SandboxRows from "./SandboxRows.ts"

export interface DeskUser {
  readonly id: number
  readonly name: string
  readonly email: string | null
  readonly externalId: string | null
  readonly role: "end-user" | "agent" | "admin"
  /** Kinds of agents: 1 light agent, 2 chat agent, 3 contributor, 5 billing admin. */
  readonly roleType: number | null
  readonly suspended: boolean
  /** Addresses beside the primary one. */
  readonly others?: ReadonlyArray<{ readonly value: string; readonly verified: boolean }>
  readonly tags: ReadonlyArray<string>
}

export interface DeskOrganization {
  readonly id: number
  readonly name: string
  readonly externalId: string | null
  readonly tags: ReadonlyArray<string>
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

export interface DeskMembership {
  readonly id: number
  readonly user: number
  readonly organization: number
}

export interface Desk {
  readonly users: SandboxRows.Rows<DeskUser>
  readonly organizations: SandboxRows.Rows<DeskOrganization>
  readonly memberships: SandboxRows.Rows<DeskMembership>
  /** Deleted users are in no list, but can still be looked up. */
  readonly deleted: ReadonlyMap<number, DeskUser>
  readonly deletedOrganizations: ReadonlyMap<number, DeskOrganization>
  readonly changes: { readonly users: SandboxExports.Changes; readonly organizations: SandboxExports.Changes }
  /** The organization that `organization_id` of the user shows: the first one joined. */
  readonly defaultOrganization: (user: number) => number | null
  readonly edits: SourceEdits
  readonly agents: AgentEdits
  readonly addAddress: (user: string, value: string, verified: boolean) => void
  readonly removeAddress: (user: string, value: string) => void
}

/** Where numbers for ids that are no numbers begin: as long as Zendesk's own, out of the way of those given. */
const firstNumber = 8_000_000_000_000

const known = <A>(row: A | undefined, id: string): A => {
  if (row === undefined) throw new Error(`the Zendesk sandbox holds no ${id}`)
  return row
}

const agentKinds = ["light agent", "chat agent", "contributor"]

/** An admin, or an agent of some kind. */
const roleNamed = (roles: ReadonlyArray<string> = []): Pick<DeskUser, "role" | "roleType"> => {
  const kind = agentKinds.findIndex((name) => roles.includes(name))
  if (roles.includes("billing admin")) return { role: "agent", roleType: 5 }
  return { role: roles.includes("admin") ? "admin" : "agent", roleType: kind < 0 ? null : kind + 1 }
}

const sameTag = (tag: string) => (other: string) => other.toLowerCase() === tag.toLowerCase()
const withTag = (tags: ReadonlyArray<string>, tag: string) => (tags.some(sameTag(tag)) ? tags : [...tags, tag])
const withoutTag = (tags: ReadonlyArray<string>, tag: string) => tags.filter((other) => !sameTag(tag)(other))

/** Memberships with an index from both ends, so that deleting one of 100,000 users costs no walk. */
const membershipsOf = (rows: SandboxRows.Rows<DeskMembership>) => {
  const byUser = new Map<number, Map<number, number>>()
  const byOrganization = new Map<number, Map<number, number>>()
  const end = (index: Map<number, Map<number, number>>, id: number) => {
    const found = index.get(id) ?? new Map<number, number>()
    index.set(id, found)
    return found
  }
  let next = 1
  const leave = (user: number, organization: number) => {
    const id = byUser.get(user)?.get(organization)
    if (id === undefined) return
    rows.remove(id)
    byUser.get(user)?.delete(organization)
    byOrganization.get(organization)?.delete(user)
  }
  return {
    leave,
    join: (user: number, organization: number) => {
      if (byUser.get(user)?.has(organization) === true) return
      rows.put({ id: next, user, organization })
      end(byUser, user).set(organization, next)
      end(byOrganization, organization).set(user, next)
      next += 1
    },
    dropUser: (user: number) => [...(byUser.get(user)?.keys() ?? [])].forEach((organization) => leave(user, organization)),
    dropOrganization: (organization: number) => [...(byOrganization.get(organization)?.keys() ?? [])].forEach((user) => leave(user, organization)),
    first: (user: number): number | null => byUser.get(user)?.keys().next().value ?? null
  }
}

/** A list that notes what changes in it. */
const noting = <A extends SandboxRows.Row>(rows: SandboxRows.Rows<A>, changes: SandboxExports.Changes): SandboxRows.Rows<A> => ({
  ...rows,
  put: (row) => {
    changes.touch(row.id)
    rows.put(row)
  },
  remove: (id) => {
    changes.touch(id)
    rows.remove(id)
  }
})

/** `clock`: the time that an edit is made at, in milliseconds; null before the first call. */
export const make = (clock: () => number | null): Desk => {
  const changes = { users: SandboxExports.changes(clock), organizations: SandboxExports.changes(clock) }
  const users = noting(SandboxRows.make<DeskUser>(), changes.users)
  const organizations = noting(SandboxRows.make<DeskOrganization>(), changes.organizations)
  const rows = SandboxRows.make<DeskMembership>()
  const memberships = membershipsOf(rows)
  const deleted = new Map<number, DeskUser>()
  const deletedOrganizations = new Map<number, DeskOrganization>()
  const userNumber = NumberedIds.make(firstNumber)
  const organizationNumber = NumberedIds.make(firstNumber)
  let taken = 0
  const user = (id: string) => known(users.get(userNumber(id)), `user ${id}`)
  const organization = (id: string) => known(organizations.get(organizationNumber(id)), `organization ${id}`)
  const changeUser = (id: string, change: (user: DeskUser) => Partial<DeskUser>) => {
    const before = user(id)
    users.put({ ...before, ...change(before) })
  }
  const changeOrganization = (id: string, change: (organization: DeskOrganization) => Partial<DeskOrganization>) => {
    const before = organization(id)
    organizations.put({ ...before, ...change(before) })
  }
  const join = (customer: string, group: string) => memberships.join(user(customer).id, organization(group).id)

  const edits: SourceEdits = {
    load: (world) => {
      for (const { id, name, email, externalId, tags, staff, suspended } of world.customers) {
        const role = staff === true ? "agent" : "end-user"
        users.put({ id: userNumber(id), name, email, externalId: externalId ?? null, role, roleType: null, suspended: suspended ?? false, tags: tags ?? [] })
      }
      for (const { id, name, externalId, tags, fields } of world.organizations) {
        organizations.put({ id: organizationNumber(id), name, externalId: externalId ?? null, tags: tags ?? [], fields: fields ?? {} })
      }
      for (const membership of world.memberships) join(membership.customer, membership.organization)
    },
    join,
    leave: (customer, group) => memberships.leave(user(customer).id, organization(group).id),
    tag: (customer, tag) => changeUser(customer, ({ tags }) => ({ tags: withTag(tags, tag) })),
    untag: (customer, tag) => changeUser(customer, ({ tags }) => ({ tags: withoutTag(tags, tag) })),
    tagOrganization: (id, tag) => changeOrganization(id, ({ tags }) => ({ tags: withTag(tags, tag) })),
    untagOrganization: (id, tag) => changeOrganization(id, ({ tags }) => ({ tags: withoutTag(tags, tag) })),
    renameOrganization: (id, name) => changeOrganization(id, () => ({ name })),
    deleteCustomer: (id) => {
      const gone = user(id)
      memberships.dropUser(gone.id)
      users.remove(gone.id)
      deleted.set(gone.id, { ...gone, email: null })
    },
    deleteOrganization: (id) => {
      const gone = organization(id)
      memberships.dropOrganization(gone.id)
      organizations.remove(gone.id)
      deletedOrganizations.set(gone.id, gone)
    },
    changeEmail: (id, email) => changeUser(id, () => ({ email })),
    suspend: (id, suspended) => changeUser(id, () => ({ suspended })),
    makeStaff: (id) => changeUser(id, () => ({ role: "agent" }))
  }
  const agents: AgentEdits = {
    add: ({ email, name, roles }) => {
      const id = userNumber(`agent ${++taken}`)
      users.put({ id, name, email, externalId: null, ...roleNamed(roles), suspended: false, tags: [] })
      return String(id)
    },
    changeRoles: (id, roles) => changeUser(id, () => roleNamed(roles)),
    changeEmail: edits.changeEmail,
    // A suspended agent is still listed.
    deactivate: (id) => edits.suspend(id, true)
  }
  const addAddress: Desk["addAddress"] = (id, value, verified) => changeUser(id, ({ others = [] }) => ({ others: [...others, { value, verified }] }))
  const removeAddress: Desk["removeAddress"] = (id, value) => changeUser(id, ({ others = [] }) => ({ others: others.filter((other) => other.value !== value) }))
  return {
    users,
    organizations,
    memberships: rows,
    deleted,
    deletedOrganizations,
    changes,
    defaultOrganization: memberships.first,
    edits,
    agents,
    addAddress,
    removeAddress
  }
}
