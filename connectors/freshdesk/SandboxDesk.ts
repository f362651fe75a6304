/** What the sandbox's Freshdesk account holds, and the edits that a person at the helpdesk makes. */
import * as NumberedIds from "../../src/sandbox/NumberedIds.ts"
import type { AgentEdits, SourceEdits } from "../../src/sandbox/Sandbox.ts"

export interface DeskContact {
  readonly id: number
  readonly name: string
  readonly email: string | null
  readonly externalId: string | null
  readonly state: "usual" | "blocked" | "deleted"
  readonly verified: boolean
  readonly visitor: boolean
  readonly tags: ReadonlyArray<string>
  /** The primary company first. */
  readonly companies: ReadonlyArray<number>
  /** Epoch milliseconds. */
  readonly changedAt: number
}

export interface DeskCompany {
  readonly id: number
  readonly name: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

export interface DeskAgent {
  readonly id: number
  readonly name: string
  readonly email: string | null
  readonly roles: ReadonlyArray<number>
}

export interface DeskRole {
  readonly id: number
  readonly name: string
}

export interface Desk {
  readonly contact: (id: number) => DeskContact | undefined
  readonly agent: (id: number) => DeskAgent | undefined
  /** In the order in which Freshdesk lists them: by name. */
  readonly contacts: (state: DeskContact["state"]) => ReadonlyArray<DeskContact>
  readonly companies: () => ReadonlyArray<DeskCompany>
  readonly agents: () => ReadonlyArray<DeskAgent>
  /** Roles of every account, and those that somebody was given by name. */
  readonly roles: () => ReadonlyArray<DeskRole>
  readonly edits: SourceEdits
  readonly staff: AgentEdits
  readonly change: (id: string, values: Partial<DeskContact>) => void
  /** Removed for good: no list and no view shows the contact any more. */
  readonly deleteForGood: (id: string) => void
}

/** Where numbers for ids that are no numbers begin: as long as Freshdesk's own, out of the way of those given. */
const firstNumber = 158_000_000_000

/** Rows with their list by name, made anew only after a change. */
const rowsByName = <A extends { readonly id: number; readonly name: string }>() => {
  const rows = new Map<number, A>()
  let sorted: ReadonlyArray<A> | null = null
  return {
    get: (id: number) => rows.get(id),
    put: (row: A) => {
      rows.set(row.id, row)
      sorted = null
    },
    remove: (id: number) => {
      rows.delete(id)
      sorted = null
    },
    list: () => {
      sorted ??= [...rows.values()].sort((left, right) => (left.name === right.name ? left.id - right.id : left.name < right.name ? -1 : 1))
      return sorted
    }
  }
}

const known = <A>(row: A | undefined, id: string): A => {
  if (row === undefined) throw new Error(`the Freshdesk sandbox holds no ${id}`)
  return row
}

export const administrator: DeskRole = { id: 71, name: "Account Administrator" }
export const supporter: DeskRole = { id: 72, name: "Support Agent" }

const sameTag = (tag: string) => (other: string) => other.toLowerCase() === tag.toLowerCase()
const noCompanyTags = (): never => {
  throw new Error("companies of Freshdesk carry no tags")
}

/** What was there before the first call is from then. */
const longAgo = Date.UTC(2024, 0, 2, 3, 4, 5)

/** `clock`: the time that an edit is made at, in milliseconds; null before the first call. */
export const make = (clock: () => number | null): Desk => {
  const contacts = rowsByName<DeskContact>()
  const companies = rowsByName<DeskCompany>()
  const agents = rowsByName<DeskAgent>()
  const byState = new Map<DeskContact["state"], ReadonlyArray<DeskContact>>()
  const roles = new Map([administrator, supporter].map((role) => [role.name, role]))
  const roleId = (name: string): number => {
    const role = roles.get(name) ?? { id: 71 + roles.size, name }
    roles.set(name, role)
    return role.id
  }
  const hire = (id: number, name: string, email: string | null, names: ReadonlyArray<string> = [supporter.name]) =>
    agents.put({ id, name, email, roles: names.map(roleId) })
  let hired = 0
  const personNumber = NumberedIds.make(firstNumber)
  const companyNumber = NumberedIds.make(firstNumber)
  const contact = (id: string) => known(contacts.get(personNumber(id)), `contact ${id}`)
  const company = (id: string) => known(companies.get(companyNumber(id)), `company ${id}`)
  const put = (row: DeskContact) => {
    contacts.put(row)
    byState.clear()
  }
  const remove = (id: number) => {
    contacts.remove(id)
    byState.clear()
  }
  const edit = (id: string, change: (contact: DeskContact) => Partial<DeskContact>) => {
    const before = contact(id)
    put({ ...before, ...change(before), changedAt: clock() ?? longAgo })
  }
  const join = (customer: string, group: string) => {
    const { id } = company(group)
    // Agents belong to no company.
    if (agents.get(personNumber(customer)) !== undefined) return
    edit(customer, ({ companies }) => ({ companies: companies.includes(id) ? companies : [...companies, id] }))
  }

  const edits: SourceEdits = {
    load: (world) => {
      for (const { id, name, email, externalId, tags, staff, suspended } of world.customers) {
        const number = personNumber(id)
        if (staff === true) hire(number, name, email)
        else {
          const state = suspended === true ? "blocked" : "usual"
          const changedAt = clock() ?? longAgo
          put({ id: number, name, email, externalId: externalId ?? null, state, verified: true, visitor: false, tags: tags ?? [], companies: [], changedAt })
        }
      }
      for (const { id, name, fields } of world.organizations) companies.put({ id: companyNumber(id), name, fields: fields ?? {} })
      for (const membership of world.memberships) join(membership.customer, membership.organization)
    },
    join,
    leave: (customer, group) => edit(customer, ({ companies }) => ({ companies: companies.filter((id) => id !== company(group).id) })),
    tag: (customer, tag) => edit(customer, ({ tags }) => ({ tags: tags.some(sameTag(tag)) ? tags : [...tags, tag] })),
    untag: (customer, tag) => edit(customer, ({ tags }) => ({ tags: tags.filter((other) => !sameTag(tag)(other)) })),
    tagOrganization: noCompanyTags,
    untagOrganization: noCompanyTags,
    renameOrganization: (id, name) => companies.put({ ...company(id), name }),
    deleteCustomer: (id) => edit(id, () => ({ state: "deleted" })),
    deleteOrganization: (id) => {
      const gone = company(id)
      companies.remove(gone.id)
      // Whether this counts as a change of those who were in it no page says.
      for (const row of contacts.list()) {
        if (row.companies.includes(gone.id)) put({ ...row, companies: row.companies.filter((other) => other !== gone.id) })
      }
    },
    changeEmail: (id, email) => edit(id, () => ({ email })),
    suspend: (id, suspended) => edit(id, () => ({ state: suspended ? "blocked" : "usual" })),
    makeStaff: (id) => {
      const { id: number, name, email } = contact(id)
      remove(number)
      hire(number, name, email)
    }
  }
  const changeAgent = (id: string, values: Partial<DeskAgent>) => agents.put({ ...known(agents.get(personNumber(id)), `agent ${id}`), ...values })
  const staff: AgentEdits = {
    add: ({ email, name, roles: names }) => {
      const id = personNumber(`agent ${++hired}`)
      hire(id, name, email, names)
      return String(id)
    },
    changeRoles: (id, names) => changeAgent(id, { roles: names.map(roleId) }),
    changeEmail: (id, email) => changeAgent(id, { email }),
    // Nothing tells of those who may not work any more: they are not listed.
    deactivate: (id) => agents.remove(personNumber(id))
  }
  return {
    contact: contacts.get,
    agent: agents.get,
    contacts: (state) => {
      const rows = byState.get(state) ?? contacts.list().filter((row) => row.state === state)
      byState.set(state, rows)
      return rows
    },
    companies: companies.list,
    agents: agents.list,
    roles: () => [...roles.values()],
    edits,
    staff,
    change: (id, values) => edit(id, () => values),
    deleteForGood: (id) => remove(contact(id).id)
  }
}
