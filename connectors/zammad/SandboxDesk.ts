/** What the sandbox's Zammad holds, and the edits that a person at the helpdesk makes. */
import type { AgentEdits, SourceEdits } from "../../src/sandbox/Sandbox.ts"

type Attributes = Readonly<Record<string, unknown>>

export interface DeskUser {
  readonly id: number
  readonly firstname: string
  readonly lastname: string
  readonly email: string
  readonly active: boolean
  readonly roles: ReadonlyArray<number>
  /** The primary organization; Zammad makes no secondary one primary when it goes. */
  readonly organization: number | null
  readonly secondary: ReadonlyArray<number>
  readonly attributes: Attributes
}

export interface DeskOrganization {
  readonly id: number
  readonly name: string
  readonly attributes: Attributes
}

export interface DeskRole {
  readonly id: number
  readonly name: string
  readonly permissions: ReadonlyArray<string>
}

export interface Desk {
  /** By id, as all lists. */
  readonly users: Map<number, DeskUser>
  readonly organizations: Map<number, DeskOrganization>
  readonly roles: Map<number, DeskRole>
  readonly edits: SourceEdits
  readonly agents: AgentEdits
  /** Zammad's id of a user of the loaded world. */
  readonly userId: (id: string) => number
  readonly change: (id: string, values: Partial<DeskUser>) => void
}

export const system = 1
export const agentRole = 2
export const customerRole = 3

/** Ids are Zammad's to give, in the order in which records come: 1 is the system's own user, so ids of the world cannot be kept. */
const numbers = (first: number) => {
  const given = new Map<string, number>()
  return (id: string): number => {
    const number = given.get(id) ?? first + given.size
    given.set(id, number)
    return number
  }
}

const noTags = (): never => {
  throw new Error("Zammad tags tickets only, neither users nor organizations")
}

export const make = (): Desk => {
  const users = new Map<number, DeskUser>()
  const organizations = new Map<number, DeskOrganization>()
  const roles = new Map<number, DeskRole>()
  roles.set(1, { id: 1, name: "Admin", permissions: ["admin", "user_preferences"] })
  roles.set(agentRole, { id: agentRole, name: "Agent", permissions: ["ticket.agent", "user_preferences"] })
  // Renamed, as in the vendor's own sample.
  roles.set(customerRole, { id: customerRole, name: "Service", permissions: ["ticket.customer", "user_preferences"] })
  const nobody = { active: true, attributes: {}, email: "", organization: null, roles: [], secondary: [] }
  users.set(system, { ...nobody, id: system, firstname: "-", lastname: "", active: false })

  const userId = numbers(101)
  const organizationId = numbers(11)
  const edit = (id: string, change: (user: DeskUser) => Partial<DeskUser>) => {
    const user = users.get(userId(id))
    if (user === undefined) throw new Error(`the Zammad sandbox holds no user ${id}`)
    users.set(user.id, { ...user, ...change(user) })
  }
  const organizationOf = (id: string): DeskOrganization => {
    const organization = organizations.get(organizationId(id))
    if (organization === undefined) throw new Error(`the Zammad sandbox holds no organization ${id}`)
    return organization
  }
  const without =
    (gone: number) =>
    ({ organization, secondary }: DeskUser): Partial<DeskUser> => ({
      organization: organization === gone ? null : organization,
      secondary: secondary.filter((other) => other !== gone)
    })
  const join = (customer: string, group: string) => {
    const { id } = organizationOf(group)
    edit(customer, ({ organization, secondary }) => (organization === null ? { organization: id } : { secondary: [...new Set([...secondary, id])] }))
  }

  const edits: SourceEdits = {
    load: (world) => {
      for (const { id, name, email, staff, suspended } of world.customers) {
        const [firstname = "", ...rest] = name.split(" ")
        const number = userId(id)
        const role = staff === true ? agentRole : customerRole
        users.set(number, { ...nobody, id: number, firstname, lastname: rest.join(" "), email: email ?? "", active: suspended !== true, roles: [role] })
      }
      for (const { id, name, fields } of world.organizations) {
        const number = organizationId(id)
        organizations.set(number, { id: number, name, attributes: fields ?? {} })
      }
      for (const { customer, organization } of world.memberships) join(customer, organization)
    },
    join,
    leave: (customer, group) => edit(customer, without(organizationOf(group).id)),
    tag: noTags,
    untag: noTags,
    tagOrganization: noTags,
    untagOrganization: noTags,
    renameOrganization: (id, name) => {
      const before = organizationOf(id)
      organizations.set(before.id, { ...before, name })
    },
    deleteCustomer: (id) => {
      users.delete(userId(id))
    },
    deleteOrganization: (id) => {
      const { id: gone } = organizationOf(id)
      organizations.delete(gone)
      for (const user of users.values()) users.set(user.id, { ...user, ...without(gone)(user) })
    },
    changeEmail: (id, email) => edit(id, () => ({ email: email ?? "" })),
    suspend: (id, suspended) => edit(id, () => ({ active: !suspended })),
    makeStaff: (id) => edit(id, ({ roles }) => ({ roles: [...roles, agentRole] }))
  }
  /** A role of that name, made as an agent's where there is none. */
  const roleId = (name: string): number => {
    const known = [...roles.values()].find((role) => role.name === name)?.id ?? roles.size + 1
    if (!roles.has(known)) roles.set(known, { id: known, name, permissions: ["ticket.agent", "user_preferences"] })
    return known
  }
  const editAgent = (id: string, values: Partial<DeskUser>) => {
    const user = users.get(Number(id))
    if (user === undefined) throw new Error(`the Zammad sandbox holds no user with the id ${id}`)
    users.set(user.id, { ...user, ...values })
  }
  let hired = 0
  const agents: AgentEdits = {
    add: ({ email, name, roles: names = ["Agent"] }) => {
      const id = userId(`agent ${++hired}`)
      const [firstname = "", ...rest] = name.split(" ")
      users.set(id, { ...nobody, id, firstname, lastname: rest.join(" "), email: email ?? "", roles: names.map(roleId) })
      return String(id)
    },
    changeRoles: (id, names) => editAgent(id, { roles: names.map(roleId) }),
    changeEmail: (id, email) => editAgent(id, { email: email ?? "" }),
    // An inactive user is still listed.
    deactivate: (id) => editAgent(id, { active: false })
  }
  return { users, organizations, roles, edits, agents, userId, change: (id, values) => edit(id, () => values) }
}
