/**
 * What is true: the helpdesk, the target and the config as people left them, and what follows from that. Plain data and sets; nothing of
 * the engine is known here.
 */

export interface Person {
  email: string | null
  staff: boolean
  suspended: boolean
  readonly tags: Set<string>
}

export interface Organization {
  name: string
  readonly members: Set<string>
}

/** How a source group reaches the target: not at all, as a group of its own, or into the group `shared`. */
export type Way = "none" | "own" | "shared"

export interface Config {
  organizations: Way
  tags: Record<string, Way>
  /** The name of a tag's own group, before the tag. */
  prefix: string
  removals: "never" | "ours" | "all"
  drift: "ask" | "restore" | "accept"
  grace: { readonly reads: number; readonly hours: number }
  guards: Readonly<Record<string, number>>
  ruleChange: "hold" | "apply"
  /** Whether a group of the same name may be taken over unasked. */
  adoptNames: boolean
  suspended: "include" | "exclude"
  exceptions: ReadonlyArray<Exception>
  /** Lines that exceptions.csv has lost with all others: they stand until a person has seen what they keep from happening. */
  lost: ReadonlyArray<Exception>
  /** Whether exceptions.csv has its header. */
  header: boolean
}

export interface Exception {
  readonly email: string
  readonly tag: string
  readonly what: "always" | "never"
}

/** A target group by what it is for: `501` (an organization), `tag:vip`, `into:Everyone`. It is also the external id that the target shows of it. */
export type Purpose = string

export const shared = "Everyone"
export const sharedPurpose: Purpose = `into:${shared}`

/** One membership at the target: a customer there, and a purpose. */
export type Row = string
export const row = (customer: string, purpose: Purpose): Row => `${customer} ${purpose}`
export const customerOf = (of: Row): string => of.slice(0, of.indexOf(" "))
export const purposeOf = (of: Row): Purpose => of.slice(of.indexOf(" ") + 1)

export interface World {
  readonly people: Map<string, Person>
  readonly organizations: Map<string, Organization>
  /** Customers of the target by id, with their addresses. */
  readonly customers: Map<string, string>
  /** Organizations that were made again, by id: the one that each of them was before. */
  readonly remade: Map<string, string>
  /** Those of them that go on with a group that was another one's, by id: what that group is for. */
  readonly heirs: Map<string, Purpose>
}

/** A copy that later edits leave as it is. */
export const copy = ({ customers, heirs, organizations, people, remade }: World): World => ({
  remade,
  heirs,
  people: new Map([...people].map(([id, person]) => [id, { ...person, tags: new Set(person.tags) }])),
  organizations: new Map([...organizations].map(([id, one]) => [id, { ...one, members: new Set(one.members) }])),
  customers: new Map(customers)
})

/** What the group of an organization, or of an external id, is for. */
export const purposeOfId = ({ heirs }: World, id: string): Purpose => heirs.get(id) ?? id

const folded = (email: string): string => email.trim().toLowerCase()

export const sameAddress = (left: string | null | undefined, right: string | null | undefined): boolean =>
  left !== null && left !== undefined && right !== null && right !== undefined && folded(left) === folded(right)

export const isActive = (person: Person | undefined, config: Config): person is Person =>
  person !== undefined && !person.staff && !(person.suspended && config.suspended === "exclude")

/** Everybody of the source who may be matched. */
export const active = (world: World, config: Config): ReadonlyArray<readonly [id: string, person: Person]> =>
  [...world.people].filter(([, person]) => isActive(person, config))

/** Purposes that the config has for something that is there. A tag is there while somebody carries it who is not of the staff. */
export const mapped = (world: World, config: Config): ReadonlyMap<Purpose, string> => {
  const names = new Map<Purpose, string>()
  const add = (way: Way, purpose: Purpose, name: string) => {
    if (way === "own") names.set(purpose, name)
    if (way === "shared") names.set(sharedPurpose, shared)
  }
  for (const [id, { name }] of world.organizations) add(config.organizations, purposeOfId(world, id), name)
  for (const [tag, way] of Object.entries(config.tags))
    if ([...world.people.values()].some(({ staff, tags }) => !staff && tags.has(tag))) add(way, `tag:${tag}`, `${config.prefix} ${tag}`)
  return names
}

/** The purposes that the source has for a person, by the rules alone. */
export const wishes = (world: World, config: Config, id: string): ReadonlySet<Purpose> => {
  const found = new Set<Purpose>()
  const add = (way: Way, purpose: Purpose) => {
    if (way !== "none") found.add(way === "own" ? purpose : sharedPurpose)
  }
  const person = world.people.get(id)
  if (!isActive(person, config)) return found
  for (const [organization, { members }] of world.organizations) if (members.has(id)) add(config.organizations, purposeOfId(world, organization))
  for (const tag of person.tags) add(config.tags[tag] ?? "none", `tag:${tag}`)
  return found
}

/** Who is who at the target, person by person: several where that is not sure. */
export type Matches = ReadonlyMap<string, ReadonlySet<string>>

/** The rows that the source wishes for, if people are who `matches` says, with what the exceptions say. */
export const wanted = (world: World, config: Config, matches: Matches): ReadonlySet<Row> => {
  const rows = new Set<Row>()
  for (const [id, customers] of matches)
    for (const purpose of wishes(world, config, id)) for (const customer of customers) if (world.customers.has(customer)) rows.add(row(customer, purpose))
  return rows
}

/** Exceptions that exceptions.csv has a line for. */
export const linesOf = ({ exceptions, tags }: Config): ReadonlyArray<Exception> => exceptions.filter(({ tag }) => tags[tag] === "own")

/** Rows that an exception names, by the target's addresses and by those of whoever is matched. */
export const excepted = (world: World, config: Config, matches: Matches, what: Exception["what"]): ReadonlySet<Row> => {
  const rows = new Set<Row>()
  for (const exception of linesOf(config)) {
    if (exception.what !== what) continue
    const purpose = `tag:${exception.tag}`
    for (const [customer, email] of world.customers) if (sameAddress(email, exception.email)) rows.add(row(customer, purpose))
    for (const [id, customers] of matches)
      if (sameAddress(world.people.get(id)?.email, exception.email)) for (const customer of customers) rows.add(row(customer, purpose))
  }
  return rows
}
