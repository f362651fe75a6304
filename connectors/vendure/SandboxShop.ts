/** What a Vendure shop holds, for the sandbox, and what its server makes of a call (a server of version 3.7.3 on PostgreSQL, 2026-12). */

export interface Customer {
  readonly id: string
  readonly emailAddress: string
  readonly firstName: string
  readonly lastName: string
  deleted: boolean
  /** Saved as a whole by each call that touches the customer. */
  groups: ReadonlySet<string>
}

export interface Group {
  readonly id: string
  name: string
  readonly createdAt: string
  customFields: Record<string, unknown>
  /** Rows without an order come as the database last wrote them. */
  written: number
}

/** Answered with status 200. `code` null: the database's own words. */
export class ShopError extends Error {
  readonly code: string | null
  constructor(code: string | null, message: string) {
    super(message)
    this.code = code
  }
}

const record = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === "object" && value !== null ? { ...value } : {})
const byId = (left: { readonly id: string }, right: { readonly id: string }) => Number(left.id) - Number(right.id)

/** Beyond 32 bits the database complains; what is no number is not found. */
const known = (id: unknown): string => {
  const number = Number(id)
  if (number > 2_147_483_647) throw new ShopError(null, `value "${String(id)}" is out of range for type integer`)
  return String(id)
}

export type Shop = ReturnType<typeof make>

export const make = () => {
  const customers = new Map<string, Customer>()
  const groups = new Map<string, Group>()
  /** Custom fields of groups that the shop declares. */
  const fields = new Set<string>()
  let made = 0
  let wrote = 0

  const addCustomer = (email: string, name: string): Customer => {
    const [firstName = "", ...rest] = name.split(" ")
    const customer = {
      id: String(++made),
      emailAddress: email.trim().toLowerCase(),
      firstName,
      lastName: rest.join(" "),
      deleted: false,
      groups: new Set<string>()
    }
    customers.set(customer.id, customer)
    return customer
  }
  const kept = (given: unknown) => Object.fromEntries(Object.entries(record(given)).filter(([name]) => fields.has(name)))
  const addGroup = (name: string, at: number, customFields: unknown = {}): Group => {
    const group = { id: String(++made), name, createdAt: new Date(at).toISOString(), customFields: kept(customFields), written: ++wrote }
    groups.set(group.id, group)
    return group
  }
  const living = () => [...customers.values()].filter(({ deleted }) => !deleted)
  const membersOf = (group: string) => living().filter((customer) => customer.groups.has(group))
  const groupOf = (id: unknown): Group => {
    const group = groups.get(known(id))
    if (group === undefined) throw new ShopError("ENTITY_NOT_FOUND", `No CustomerGroup with the id "${String(id)}" could be found`)
    return group
  }

  /** The rows that a list asks for: at most 1,000, from `skip` on, of those that the filter takes. */
  const page = <A extends { readonly id: string }>(all: ReadonlyArray<A>, options: unknown, show: (row: A) => unknown) => {
    const { filter, skip = 0, sort, take = 1000 } = record(options)
    if (Number(take) > 1000) throw new ShopError("USER_INPUT_ERROR", "Cannot take more than 1000 results from a list query")
    const rows = all.filter((row) =>
      Object.entries(record(filter)).every(([field, wanted]) => {
        const value = String(record(row)[field])
        const { contains, eq, in: those } = record(wanted)
        if (typeof contains === "string" && !value.toLowerCase().includes(contains.toLowerCase())) return false
        return (eq === undefined || value === eq) && (!Array.isArray(those) || those.includes(value))
      })
    )
    if (record(sort)["id"] === "ASC") rows.sort(byId)
    return { totalItems: rows.length, items: Number(take) < 1 ? [] : rows.slice(Number(skip), Number(skip) + Number(take)).map(show) }
  }
  const showCustomer = ({ emailAddress, firstName, id, lastName }: Customer) => ({ id, emailAddress, firstName, lastName })
  const showGroup = ({ createdAt, customFields, id, name }: Group) => ({
    id,
    name,
    createdAt,
    customFields: fields.size === 0 ? { __entityId__: Number(id) } : customFields,
    customers: ({ options }: Readonly<Record<string, unknown>>) => page(membersOf(id), options, showCustomer)
  })

  const query: Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => unknown>> = {
    customerGroups: ({ options }) =>
      page(
        [...groups.values()].sort((left, right) => left.written - right.written),
        options,
        showGroup
      ),
    customerGroup: ({ id }) => {
      const group = groups.get(known(id))
      return group === undefined ? null : showGroup(group)
    },
    customers: ({ options }) => page(living(), options, showCustomer),
    customer: ({ id }) => {
      const customer = customers.get(known(id))
      return customer === undefined || customer.deleted ? null : showCustomer(customer)
    }
  }

  /** A call's first half reads whole sets of groups, its second saves them: what another call saved in between is lost. Answers the second half. */
  const changing = (args: Readonly<Record<string, unknown>>, adds: boolean): (() => unknown) => {
    const group = groupOf(args["customerGroupId"])
    const ids = Array.isArray(args["customerIds"]) ? args["customerIds"].map(known) : []
    const found = ids.flatMap((id) => customers.get(id) ?? []).filter(({ deleted }) => !deleted)
    if (!adds && found.some((customer) => !customer.groups.has(group.id)))
      throw new ShopError("USER_INPUT_ERROR", "Customer does not belong to this CustomerGroup")
    const saved = found.map((customer) => [customer, new Set([...customer.groups, group.id].filter((id) => adds || id !== group.id))] as const)
    return () => {
      for (const [customer, set] of saved) customer.groups = set
      return showGroup(group)
    }
  }
  const update = (input: Readonly<Record<string, unknown>>) => {
    const group = groupOf(input["id"])
    if (typeof input["name"] === "string") group.name = input["name"]
    group.customFields = { ...group.customFields, ...kept(input["customFields"]) }
    group.written = ++wrote
    return showGroup(group)
  }
  const mutation = (now: number): Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => () => unknown>> => ({
    createCustomerGroup:
      ({ input }) =>
      () =>
        showGroup(addGroup(String(record(input)["name"]), now, record(input)["customFields"])),
    updateCustomerGroup:
      ({ input }) =>
      () =>
        update(record(input)),
    deleteCustomerGroup:
      ({ id }) =>
      () => {
        deleteGroup(groupOf(id).id)
        return { result: "DELETED", message: null }
      },
    addCustomersToGroup: (args) => changing(args, true),
    removeCustomersFromGroup: (args) => changing(args, false)
  })
  const deleteGroup = (id: string): void => {
    groups.delete(id)
    for (const customer of customers.values()) customer.groups = new Set([...customer.groups].filter((group) => group !== id))
  }
  return { customers, groups, fields, query, mutation, addCustomer, addGroup, deleteGroup, membersOf }
}
