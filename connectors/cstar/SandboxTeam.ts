/** The data of one cStar team, for the sandbox: customers, customer groups and who is in them. */

export interface Customer {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly createdAt: number
}

export interface Group {
  readonly id: string
  name: string
  slug: string
  description: string | undefined
  readonly externalId: string | undefined
  customFields: Record<string, unknown>
  readonly createdAt: number
  readonly members: Rows<Membership>
  /** Memberships that ended, the last of each customer; `leftAt` in epoch milliseconds. */
  readonly left: Map<string, Membership & { readonly leftAt: number }>
}

export interface Membership {
  readonly id: string
  readonly joinedAt: number
}

/** Rows by id, listed in the order of their ids: stable, but a new row lands anywhere, as on a vendor that documents no order. */
export interface Rows<A> {
  readonly get: (id: string) => A | undefined
  readonly set: (id: string, row: A) => void
  readonly delete: (id: string) => boolean
  readonly sorted: () => ReadonlyArray<A>
  readonly unsorted: () => Iterable<A>
  readonly size: () => number
}

const rows = <A extends { readonly id: string }>(): Rows<A> => {
  const byId = new Map<string, A>()
  let sorted: ReadonlyArray<A> | null = null
  return {
    get: (id) => byId.get(id),
    set: (id, row) => {
      byId.set(id, row)
      sorted = null
    },
    delete: (id) => {
      sorted = null
      return byId.delete(id)
    },
    sorted: () => (sorted ??= [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))),
    unsorted: () => byId.values(),
    size: () => byId.size
  }
}

// Multiplying by an odd number is one-to-one on 32 bits: the ids differ, are the same in every run, and are not in the order of making.
const scramble = (n: number): string => (Math.imul(n, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0")

export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "")

export interface NewGroup {
  readonly name: string
  readonly slug?: string | undefined
  readonly description?: string | undefined
  readonly externalId?: string | undefined
  readonly customFields?: Record<string, unknown> | undefined
}

export type Team = ReturnType<typeof make>

export const make = () => {
  const customers = rows<Customer>()
  const groups = rows<Group>()
  const search = searcher(customers)
  let made = 0

  const addCustomer = (email: string, name: string, at: number): Customer => {
    const customer = { id: `cus_${scramble(++made)}`, name, email, createdAt: at }
    customers.set(customer.id, customer)
    return customer
  }
  const deleteCustomer = (id: string): void => {
    customers.delete(id)
    for (const group of groups.unsorted()) group.members.delete(id)
  }
  const addGroup = (group: NewGroup, at: number): Group => {
    const head = scramble(++made)
    const stored: Group = {
      id: `${head}-0000-4000-8000-${made.toString(16).padStart(12, "0")}`,
      name: group.name,
      slug: group.slug ?? slugOf(group.name),
      description: group.description,
      externalId: group.externalId,
      customFields: group.customFields ?? {},
      createdAt: at,
      members: rows(),
      left: new Map()
    }
    groups.set(stored.id, stored)
    return stored
  }
  /** Whether the customer was not in yet. */
  const addMember = (group: Group, customer: string, at: number): boolean => {
    if (group.members.get(customer) !== undefined) return false
    group.members.set(customer, { id: customer, joinedAt: at })
    return true
  }
  /** Whether the customer was in. */
  const removeMember = (group: Group, customer: string, at: number): boolean => {
    const member = group.members.get(customer)
    if (member !== undefined) group.left.set(customer, { ...member, leftAt: at })
    return group.members.delete(customer)
  }
  /** Members as they were at that time, of customers who still exist. */
  const membersAt = (group: Group, at: number): ReadonlyArray<Membership> => {
    const then = new Map<string, Membership>()
    for (const member of group.left.values()) if (member.joinedAt <= at && member.leftAt > at) then.set(member.id, member)
    for (const member of group.members.unsorted()) if (member.joinedAt <= at) then.set(member.id, member)
    return [...then.values()].filter(({ id }) => customers.get(id) !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1))
  }
  const slugTaken = (slug: string): boolean => {
    for (const group of groups.unsorted()) if (group.slug === slug) return true
    return false
  }
  return { customers, groups, search, slugTaken, addCustomer, deleteCustomer, addGroup, addMember, removeMember, membersAt }
}

/**
 * Finds customers whose name or e-mail contains the text, without regard to case, in the order of the list. One text of all rows is
 * searched, so a team of 100,000 customers takes milliseconds.
 */
const searcher = (customers: Rows<Customer>) => {
  let of: ReadonlyArray<Customer> | null = null
  let text = ""
  let starts: Array<number> = []
  const index = (list: ReadonlyArray<Customer>) => {
    of = list
    starts = []
    let length = 0
    const lines = list.map((customer) => {
      const line = `${customer.email}\t${customer.name}`.toLowerCase().replaceAll("\n", " ")
      starts.push(length)
      length += line.length + 1
      return line
    })
    text = lines.join("\n")
  }
  return (wanted: string): ReadonlyArray<Customer> => {
    const list = customers.sorted()
    if (of !== list) index(list)
    const needle = wanted.toLowerCase()
    const found: Array<Customer> = []
    let row = 0
    for (let at = text.indexOf(needle); at >= 0;) {
      row = rowAt(starts, at, row)
      const customer = list[row]
      if (customer !== undefined) found.push(customer)
      const next = starts[row + 1]
      if (next === undefined) break
      at = text.indexOf(needle, next)
    }
    return found
  }
}

/** The last row that starts at or before the place, looked for from row `low` on. */
const rowAt = (starts: ReadonlyArray<number>, place: number, low: number): number => {
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= place) low = middle
    else high = middle - 1
  }
  return low
}
