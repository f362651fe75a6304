/** What the sandbox's Freshdesk account holds, and the edits that a person at the helpdesk makes. */
import * as NumberedIds from "../../src/sandbox/NumberedIds.ts"
import type { SourceEdits } from "../../src/sandbox/Sandbox.ts"

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
}

export interface Desk {
  readonly contact: (id: number) => DeskContact | undefined
  readonly agent: (id: number) => DeskAgent | undefined
  /** In the order in which Freshdesk lists them: by name. */
  readonly contacts: (state: DeskContact["state"]) => ReadonlyArray<DeskContact>
  readonly companies: () => ReadonlyArray<DeskCompany>
  readonly agents: () => ReadonlyArray<DeskAgent>
  readonly edits: SourceEdits
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

const sameTag = (tag: string) => (other: string) => other.toLowerCase() === tag.toLowerCase()
const noCompanyTags = (): never => {
  throw new Error("companies of Freshdesk carry no tags")
}

export const make = (): Desk => {
  const contacts = rowsByName<DeskContact>()
  const companies = rowsByName<DeskCompany>()
  const agents = rowsByName<DeskAgent>()
  const byState = new Map<DeskContact["state"], ReadonlyArray<DeskContact>>()
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
    put({ ...before, ...change(before) })
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
        if (staff === true) agents.put({ id: number, name, email })
        else {
          const state = suspended === true ? "blocked" : "usual"
          put({ id: number, name, email, externalId: externalId ?? null, state, verified: true, visitor: false, tags: tags ?? [], companies: [] })
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
      for (const row of contacts.list()) {
        if (row.companies.includes(gone.id)) put({ ...row, companies: row.companies.filter((other) => other !== gone.id) })
      }
    },
    changeEmail: (id, email) => edit(id, () => ({ email })),
    suspend: (id, suspended) => edit(id, () => ({ state: suspended ? "blocked" : "usual" })),
    makeStaff: (id) => {
      const { id: number, name, email } = contact(id)
      remove(number)
      agents.put({ id: number, name, email })
    }
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
    edits,
    change: (id, values) => edit(id, () => values),
    deleteForGood: (id) => remove(contact(id).id)
  }
}
