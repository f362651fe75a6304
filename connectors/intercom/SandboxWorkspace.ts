/** What the sandbox's Intercom workspace holds, and the edits that people make there. */
import type { AgentEdits, SourceEdits } from "../../src/sandbox/Sandbox.ts"

/** What was there before the first call is from then, in Unix seconds. */
export const stamp = 1_704_164_645

export interface Contact {
  /** Intercom's are 24 hexadecimal digits; here they stay as they were given. */
  readonly id: string
  /** In the order of creation. */
  readonly place: number
  readonly role: "user" | "lead"
  readonly name: string
  readonly email: string | null
  readonly externalId: string | null
  /** Ids, in the order in which they were given. */
  readonly tags: ReadonlyArray<string>
  readonly companies: ReadonlyArray<string>
  readonly segments: ReadonlyArray<string>
  /** When it changed last, as it shows: in Unix seconds. */
  readonly updated: number
  /** When it really did, and what it was until then: the search may not know yet. Null where it was not there. */
  readonly editedAt: number
  readonly before: Contact | null
}

export interface Company {
  readonly id: string
  readonly companyId: string
  readonly name: string
  readonly tags: ReadonlyArray<string>
  readonly attributes: Readonly<Record<string, string | number | boolean | null>>
}

export interface Named {
  readonly id: string
  readonly name: string
}

export interface Admin extends Named {
  readonly email: string | null
}

export interface Workspace {
  /** In the order of their creation, as their lists show them. */
  readonly contacts: ReadonlyMap<string, Contact>
  readonly companies: ReadonlyMap<string, Company>
  readonly admins: ReadonlyMap<string, Admin>
  /** By lower-cased name: "MyTag" and "mytag" are one. */
  readonly tags: ReadonlyMap<string, Named>
  readonly segments: ReadonlyMap<string, Named>
  /** Lists and the scroll leave companies out that no user is in. */
  readonly listed: () => ReadonlyArray<Company>
  readonly people: (company: string) => ReadonlyArray<Contact>
  readonly edits: SourceEdits
  readonly teammates: AgentEdits
  /** What only Intercom's people do. */
  readonly own: OwnEdits
}

export interface OwnEdits {
  readonly addLead: (lead: { readonly id: string; readonly name: string; readonly email?: string; readonly organizations?: ReadonlyArray<string> }) => void
  /** A contact comes to fulfil the rules of a segment. */
  readonly fallInto: (customer: string, segment: string) => void
  /** The first contact becomes part of the second and is gone. */
  readonly merge: (from: string, into: string) => void
  /** An archived contact is in no list and not found, until it is unarchived. */
  readonly archive: (customer: string) => void
  readonly unarchive: (customer: string) => void
}

const known = <A>(row: A | undefined, what: string): A => {
  if (row === undefined) throw new Error(`the Intercom sandbox holds no ${what}`)
  return row
}

const firstNumber = 814_860

/** Tags and segments come to be with their first use. */
const namedRows = (idOf: (number: number) => string) => {
  const rows = new Map<string, Named>()
  return {
    rows,
    id: (name: string): string => {
      const row = rows.get(name.toLowerCase()) ?? { id: idOf(rows.size + 1), name }
      rows.set(name.toLowerCase(), row)
      return row.id
    }
  }
}

const withEntry = (ids: ReadonlyArray<string>, id: string) => (ids.includes(id) ? ids : [...ids, id])
const without = (ids: ReadonlyArray<string>, id: string) => ids.filter((other) => other !== id)

export interface Edits {
  /** The time of an edit, in milliseconds; null before the first call. */
  readonly at: () => number | null
  /** Whether tags and companies count as changes of the contact that gets or loses them. Nobody documents it. */
  readonly belongingsCount: () => boolean
}

export const make = ({ at, belongingsCount }: Edits): Workspace => {
  const contacts = new Map<string, Contact>()
  const archived = new Map<string, Contact>()
  const companies = new Map<string, Company>()
  const admins = new Map<string, Admin>()
  const tags = namedRows((number) => String(100 + number))
  const segments = namedRows((number) => `6762f2${number.toString(16).padStart(18, "0")}`)

  const company = (id: string) => known(companies.get(id), `company ${id}`)
  const changeCompany = (id: string, change: (company: Company) => Partial<Company>) => {
    const before = company(id)
    companies.set(before.id, { ...before, ...change(before) })
  }
  const now = () => Math.floor((at() ?? stamp * 1000) / 1000)
  /** A teammate who is no contact is in no company and has no tag: such edits change nothing. `counts`: the edit shows in `updated_at`. */
  const changeContact = (id: string, change: (contact: Contact) => Partial<Contact>, counts = true) => {
    const before = contacts.get(id)
    if (before === undefined) return void known(admins.get(id), `contact ${id}`)
    contacts.set(before.id, { ...before, ...change(before), updated: counts ? now() : before.updated, editedAt: now(), before })
  }
  let made = 0
  let hired = 0
  const nextAdmin = () => String(firstNumber + hired++)
  const put = (contact: Pick<Contact, "id" | "role" | "name" | "email" | "externalId" | "tags" | "segments">) =>
    contacts.set(contact.id, { ...contact, companies: [], place: made++, updated: now(), editedAt: now(), before: null })
  const join = (customer: string, group: string) => {
    const { id } = company(group)
    changeContact(customer, (contact) => ({ companies: withEntry(contact.companies, id) }), belongingsCount())
  }
  const setTag = (change: (ids: ReadonlyArray<string>, id: string) => ReadonlyArray<string>) => ({
    customer: (id: string, tag: string) => changeContact(id, (contact) => ({ tags: change(contact.tags, tags.id(tag)) }), belongingsCount()),
    company: (id: string, tag: string) => changeCompany(id, (row) => ({ tags: change(row.tags, tags.id(tag)) }))
  })
  const [tagging, untagging] = [setTag(withEntry), setTag(without)]
  const remove = (customer: string) => {
    const gone = known(contacts.get(customer), `contact ${customer}`)
    contacts.delete(gone.id)
    return gone
  }

  const edits: SourceEdits = {
    load: (world) => {
      for (const { id, name, email, externalId, tags: names = [], segments: parts = [], staff } of world.customers) {
        if (staff === true) admins.set(id, { id: nextAdmin(), name, email })
        else put({ id, role: "user", name, email, externalId: externalId ?? null, tags: names.map(tags.id), segments: parts.map(segments.id) })
      }
      for (const { id, name, externalId, tags: names = [], fields = {} } of world.organizations) {
        companies.set(id, { id, companyId: externalId ?? `key-${id}`, name, tags: names.map(tags.id), attributes: fields })
      }
      for (const membership of world.memberships) join(membership.customer, membership.organization)
    },
    join,
    leave: (customer, group) => changeContact(customer, (contact) => ({ companies: without(contact.companies, group) }), belongingsCount()),
    tag: tagging.customer,
    untag: untagging.customer,
    tagOrganization: tagging.company,
    untagOrganization: untagging.company,
    renameOrganization: (id, name) => changeCompany(id, () => ({ name })),
    deleteCustomer: (id) => {
      if (!admins.delete(id)) remove(id)
    },
    deleteOrganization: (id) => {
      const gone = company(id)
      companies.delete(gone.id)
      for (const contact of contacts.values()) {
        if (contact.companies.includes(gone.id)) contacts.set(contact.id, { ...contact, companies: without(contact.companies, gone.id) })
      }
    },
    changeEmail: (id, email) => {
      const admin = admins.get(id)
      if (admin === undefined) changeContact(id, () => ({ email }))
      else admins.set(id, { ...admin, email })
    },
    // Blocking somebody is as near as Intercom comes, and no answer shows it.
    suspend: (id) => changeContact(id, () => ({}), false),
    // A contact who becomes a teammate stays a contact.
    makeStaff: (id) => {
      const { email, name } = known(contacts.get(id), `contact ${id}`)
      admins.set(id, { id: nextAdmin(), name, email })
    }
  }

  const teammates: AgentEdits = {
    add: ({ email, name }) => {
      const id = nextAdmin()
      admins.set(id, { id, name, email })
      return id
    },
    // All are admins to version 2.14, whatever they may do.
    changeRoles: () => undefined,
    changeEmail: edits.changeEmail,
    // A teammate removed from the workspace is not listed any more.
    deactivate: (id) => void admins.delete(id)
  }

  const own: OwnEdits = {
    addLead: ({ id, name, email = null, organizations = [] }) => {
      put({ id, role: "lead", name, email, externalId: null, tags: [], segments: [] })
      for (const organization of organizations) join(id, organization)
    },
    fallInto: (customer, segment) => changeContact(customer, (contact) => ({ segments: withEntry(contact.segments, segments.id(segment)) }), false),
    merge: (from, into) => {
      const gone = remove(from)
      for (const id of gone.companies) changeContact(into, (contact) => ({ companies: withEntry(contact.companies, id) }))
      for (const id of gone.tags) changeContact(into, (contact) => ({ tags: withEntry(contact.tags, id) }))
    },
    archive: (customer) => {
      const gone = remove(customer)
      archived.set(gone.id, gone)
    },
    unarchive: (customer) => {
      const back = known(archived.get(customer), `archived contact ${customer}`)
      archived.delete(back.id)
      contacts.set(back.id, back)
      changeContact(back.id, () => ({}))
    }
  }

  const people = (id: string) => [...contacts.values()].filter((contact) => contact.companies.includes(id))
  const listed = () => {
    const withUser = new Set([...contacts.values()].flatMap(({ companies: ids, role }) => (role === "user" ? ids : [])))
    return [...companies.values()].filter(({ id }) => withUser.has(id))
  }
  return { contacts, companies, admins, tags: tags.rows, segments: segments.rows, listed, people, edits, teammates, own }
}
