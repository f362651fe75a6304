/** One account for a history: sandboxes of both vendors, what is true of them for the oracle, and the edits that people make in both. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type { SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import * as Bridge from "../kit/Bridge.ts"
import type { History, Step } from "./History.ts"
import * as Oracle from "./Oracle.ts"
import * as Weather from "./Weather.ts"
import { type Config, linesOf, type Purpose, purposeOfId, shared, type World } from "./World.ts"

const at = <A>(items: ReadonlyArray<A>, number: number): A | undefined => items[number % Math.max(1, items.length)]

const rulesOf = (config: Config): string => {
  const rules: Array<string> = []
  const target = (way: "own" | "shared", name: string) => (way === "shared" ? `into: ${shared}` : name)
  if (config.organizations !== "none") rules.push(`{ kind: organization${config.organizations === "shared" ? `, into: ${shared}` : ""} }`)
  for (const [tag, way] of Object.entries(config.tags))
    if (way !== "none") rules.push(`{ kind: tag, include: ["${tag}"], ${target(way, `name: "${config.prefix} {name}"`)} }`)
  // A config without any rule is none.
  if (rules.length === 0) rules.push(`{ kind: tag, include: ["nothing"] }`)
  return rules.map((rule) => `\n      - ${rule}`).join("")
}

const yamlOf = (config: Config): string => `
    rules:${rulesOf(config)}
    removals: ${config.removals}
    drift: ${config.drift}
    grace: { reads: ${config.grace.reads}, for: ${config.grace.hours}h }
    guards: ${JSON.stringify({ ...config.guards, ruleChange: config.ruleChange })}
    adopt: { groups: [externalId${config.adoptNames ? ", name" : ""}] }
    exceptions: exceptions.csv`

export const make = (history: History) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    const { cstar, dir, zendesk } = bridge
    zendesk.limitPerMinute(1_000_000_000)
    cstar.limit(1_000_000_000, 3_600_000)
    cstar.behave({ pageCap: history.start.targetPage, showsCustomFields: history.start.showsMarks, lag: history.start.lag })
    const { start } = history
    const world: World = {
      people: new Map(start.people.map(({ email, id, suspended, tags }) => [id, { email, staff: false, suspended, tags: new Set(tags) }])),
      organizations: new Map(start.organizations.map(({ id, members, name }) => [id, { name, members: new Set(members) }])),
      customers: new Map(),
      remade: new Map(),
      heirs: new Map()
    }
    zendesk.source.load({
      customers: start.people.map((person) => ({ ...person, name: person.id })),
      organizations: start.organizations,
      memberships: start.organizations.flatMap(({ id, members }) => members.map((customer) => ({ customer, organization: id })))
    })
    const oracle = Oracle.make(world, history.config)
    /** What a group at the target is for; null: nothing that we know. */
    const purposes = new Map<string, Purpose | null>()
    /** Groups that people gave another name, which stays until the source's changes. */
    const namedByHand = new Set<string>()
    const become = (email: string) => {
      for (const { id } of cstar.target.addCustomers([{ email, name: email }])) world.customers.set(id, email)
    }
    for (const email of start.known) become(email)
    const customers = () => [...world.customers.keys()]
    for (const { members, name, purpose } of start.groups) {
      const ids = members.flatMap((number) => customers()[number] ?? [])
      purposes.set(cstar.target.addGroup({ name, members: ids }), purpose)
      if (purpose !== null) for (const id of ids) oracle.putIn(id, purpose)
    }

    const membersOf = (group: string): ReadonlyArray<string> => cstar.target.groups().find(({ id }) => id === group)?.members ?? []
    const parts = (request: SandboxRequest) => /customer-groups\/([^/]+)(\/members)?$/.exec(request.path) ?? []
    const isThere = (group: string | undefined): boolean => cstar.target.groups().some(({ id }) => id === group)
    let before: ReadonlyArray<string> = []
    let there = false
    const nameOf = (group: string | undefined): string | undefined => cstar.target.groups().find(({ id }) => id === group)?.name
    let name: string | undefined
    /** Numbers of runs that groups carry in their marks. */
    const numbers = new Map<string, number>()
    const note = ({ body, path }: SandboxRequest) => {
      const text = body === "" ? undefined : (JSON.parse(body) as { readonly customFields?: { readonly groupbridge?: string } }).customFields?.groupbridge
      const { writer } = text === undefined ? {} : (JSON.parse(text) as { readonly writer?: { readonly run: number } })
      const id = /customer-groups\/([^/]+)$/.exec(path)?.[1] ?? cstar.target.groups().find((one) => !purposes.has(one.id))?.id
      if (writer !== undefined && id !== undefined) numbers.set(id, writer.run)
    }
    /** The last number that a group shows which is there. */
    const lastNumber = (): number => Math.max(0, ...cstar.target.groups().map(({ id }) => numbers.get(id) ?? 0))
    let groupOf: (organization: string) => string | undefined = () => undefined
    /** Whether the engine takes an organization that was made again for the one that it was. */
    const follow = () => {
      for (const id of world.remade.keys()) {
        const group = cstar.target.groups().find((one) => one.id === groupOf(id))
        const purpose = purposes.get(group?.id ?? "")
        if (group === undefined || typeof purpose !== "string" || purpose === purposeOfId(world, id)) continue
        oracle.goesOn(id, purpose, group.externalId === null)
      }
    }
    const weather = Weather.make(
      { source: zendesk.app, target: cstar.app },
      {
        before: (request) => {
          follow()
          before = membersOf(parts(request)[1] ?? "")
          name = nameOf(parts(request)[1])
          there = isThere(parts(request)[1])
        },
        after: (request, now) => {
          const [, group, members] = parts(request)
          note(request)
          if (group === undefined) {
            const made = cstar.target.groups().find(({ id }) => !purposes.has(id))
            if (made === undefined) return
            const purpose = made.externalId === null ? null : purposeOfId(world, made.externalId)
            purposes.set(made.id, purpose)
            return oracle.created(purpose ?? made.name, now)
          }
          const purpose = purposes.get(group)
          if (purpose === undefined) return
          if (purpose === null) return void oracle.say("touched a group that people made", `${request.method} ${request.path}`)
          if (members === undefined && request.method === "DELETE") return there && !isThere(group) ? void oracle.groupTaken(purpose, before, now) : undefined
          if (members === undefined) return nameOf(group) === name ? undefined : void oracle.renamed(purpose)
          if (request.method === "DELETE") return oracle.removed(request.query.get("customerId") ?? "", purpose, now)
          for (const id of membersOf(group)) if (!before.includes(id)) oracle.added(id, purpose, now)
        }
      }
    )
    weather.pages(start.pageSize)

    /** What the config calls its parts. */
    const names = { source: "zendesk", target: "cstar", sync: "customers" }
    const configure = (config: Config) => {
      const lines = linesOf(config).map(({ email, tag, what }) => `${email},${config.prefix} ${tag},${what},,,petra`)
      const header = config.header ? ["email,group,what,until,reason,by"] : []
      writeFileSync(join(dir, "exceptions.csv"), [...header, ...lines].map((line) => `${line}\n`).join(""))
      const options = (given: Readonly<Record<string, unknown>>) =>
        Object.entries(given)
          .map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`)
          .join("")
      const budget = "    budget: 10000000/minute\n"
      writeFileSync(
        join(dir, "groupbridge.yaml"),
        `connections:\n  ${names.source}:\n    connector: zendesk\n    suspended: ${config.suspended}\n${budget}${options(zendesk.options(Bridge.sourceUrl))}  ${names.target}:\n    connector: cstar\n${budget}${options(cstar.options(Bridge.targetUrl))}syncs:\n  ${names.sync}:\n    from: ${names.source}\n    to: ${names.target}${yamlOf(config)}\n`
      )
    }
    configure(history.config)
    const rename = (what: keyof typeof names, name: string) => {
      names[what] = name
      configure(oracle.config())
    }

    const { source } = zendesk
    let fresh = 0
    const address = () => `new${++fresh}@y.io`

    /** What a person does at the helpdesk. Whoever is not there (any more) is left alone. */
    const atSource = (step: Step): boolean => {
      const { organizations, people } = world
      const person = "person" in step ? people.get(step.person) : undefined
      const organization = "organization" in step ? organizations.get(step.organization) : undefined
      const email = (id: string, to: string | null) => {
        const one = people.get(id)
        if (one === undefined) return
        one.email = to
        source.changeEmail(id, to)
      }
      const tag = (id: string, name: string, on: boolean) => {
        people.get(id)?.tags[on ? "add" : "delete"](name)
        if (on) source.tag(id, name)
        else source.untag(id, name)
      }
      const join = (id: string, group: string) => {
        organizations.get(group)?.members.add(id)
        source.join(id, group)
      }
      const remove = (id: string) => {
        people.delete(id)
        for (const { members } of organizations.values()) members.delete(id)
        source.deleteCustomer(id)
      }
      switch (step.do) {
        case "tag":
        case "untag":
          if (person !== undefined) tag(step.person, step.tag, step.do === "tag")
          return true
        case "rename tag":
          if (step.to === step.tag) return true
          for (const [id, { tags }] of people)
            if (tags.has(step.tag)) {
              tag(id, step.tag, false)
              tag(id, step.to, true)
            }
          return true
        case "join":
          if (person !== undefined && organization !== undefined) join(step.person, step.organization)
          return true
        case "leave":
          if (person === undefined || organization === undefined) return true
          organization.members.delete(step.person)
          source.leave(step.person, step.organization)
          return true
        case "delete":
          if (person !== undefined) remove(step.person)
          return true
        case "merge": {
          const other = people.get(step.of)
          if (person === undefined || other === undefined || step.of === step.person) return true
          for (const name of other.tags) tag(step.person, name, true)
          for (const [id, { members }] of organizations) if (members.has(step.of)) join(step.person, id)
          remove(step.of)
          return true
        }
        case "staff":
          if (person === undefined) return true
          person.staff = true
          source.makeStaff(step.person)
          return true
        case "suspend":
        case "unsuspend":
          if (person === undefined) return true
          person.suspended = step.do === "suspend"
          source.suspend(step.person, person.suspended)
          return true
        case "new address":
        case "no address":
          email(step.person, step.do === "no address" ? null : address())
          return true
        case "take address": {
          const other = people.get(step.of)
          if (person === undefined || other === undefined || step.of === step.person || other.email === null) return true
          const taken = other.email
          email(step.of, address())
          email(step.person, taken)
          return true
        }
        case "new person":
          if (person !== undefined) return true
          people.set(step.person, { email: `c${step.person}@x.io`, staff: false, suspended: false, tags: new Set([step.tag]) })
          source.load({
            customers: [{ id: step.person, email: `c${step.person}@x.io`, name: step.person, tags: [step.tag] }],
            organizations: [],
            memberships: []
          })
          if (organization !== undefined) join(step.person, step.organization)
          if (step.known) become(`c${step.person}@x.io`)
          return true
        case "delete organization":
          if (organization === undefined) return true
          organizations.delete(step.organization)
          source.deleteOrganization(step.organization)
          return true
        case "make organization again": {
          if (organization === undefined || organizations.has(step.as)) return true
          organizations.delete(step.organization)
          organizations.set(step.as, organization)
          world.remade.set(step.as, step.organization)
          source.deleteOrganization(step.organization)
          source.load({ customers: [], organizations: [{ id: step.as, name: organization.name }], memberships: [] })
          for (const id of organization.members) source.join(id, step.as)
          return true
        }
        case "rename organization":
          if (organization === undefined) return true
          organization.name = `Organization ${step.organization} v${++fresh}`
          source.renameOrganization(step.organization, organization.name)
          return true
        default:
          return false
      }
    }

    /** What a person does at the target. The sandbox takes the time of its last call for that of an edit. */
    const atTarget = (step: Step): boolean => {
      const group = "group" in step ? at(cstar.target.groups(), step.group) : undefined
      const customer = "customer" in step ? at(customers(), step.customer) : undefined
      const purpose = group === undefined ? null : (purposes.get(group.id) ?? null)
      switch (step.do) {
        case "put in":
          if (group === undefined || customer === undefined) return true
          cstar.target.addMember(group.id, customer)
          if (purpose !== null) oracle.putIn(customer, purpose)
          return true
        case "take out": {
          const member = group === undefined ? undefined : at(group.members, step.customer)
          if (group === undefined || member === undefined) return true
          cstar.target.removeMember(group.id, member)
          if (purpose !== null) oracle.takenOut(member, purpose)
          return true
        }
        case "delete group":
          if (group === undefined) return true
          if (purpose !== null) for (const member of group.members) oracle.takenOut(member, purpose)
          if (purpose !== null) oracle.groupDeleted(purpose, group.externalId !== null)
          cstar.target.deleteGroup(group.id)
          return true
        case "rename group":
          // What people made is found by its name until it is linked.
          if (group === undefined || group.externalId === null) return true
          cstar.target.renameGroup(group.id, `${group.name} by hand`)
          namedByHand.add(group.id)
          return true
        case "delete customer":
          if (customer === undefined) return true
          cstar.target.deleteCustomer(customer)
          if (step.again) become(world.customers.get(customer) ?? "")
          oracle.customerDeleted(customer)
          return true
        default:
          return false
      }
    }
    /** Whoever knows it says which group at the target the engine has for an organization. */
    const seenBy = (linked: typeof groupOf) => {
      groupOf = linked
    }
    return {
      bridge,
      showsMarks: start.showsMarks,
      lastNumber,
      configure,
      follow,
      seenBy,
      namedByHand,
      names,
      rename,
      atSource,
      atTarget,
      oracle,
      purposes,
      weather,
      world
    }
  })

export type Account = Effect.Effect.Success<ReturnType<typeof make>>
