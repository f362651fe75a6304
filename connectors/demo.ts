/** The demo's world: a Zendesk account and a cStar team on this machine, sixty customers in eight organizations, and a day in their lives. */
import * as Effect from "effect/Effect"
import type { OpenDemo } from "../src/sandbox/DemoWorld.ts"
import type { SourceWorld } from "../src/sandbox/Sandbox.ts"
import * as Serve from "../src/sandbox/Serve.ts"
import * as Cstar from "./cstar/sandbox.ts"
import * as Zendesk from "./zendesk/sandbox.ts"

const organizations = [
  { id: "501", name: "Globex", people: 12 },
  { id: "502", name: "Initech", people: 10 },
  { id: "503", name: "Hooli", people: 9 },
  { id: "504", name: "Vandelay", people: 8 },
  { id: "505", name: "Wonka", people: 7 },
  { id: "506", name: "Foo", people: 6 },
  { id: "507", name: "Soylent", people: 5 },
  { id: "508", name: "Cyberdyne", people: 3 }
] as const

const firstNames = ["Jan", "Anna", "Bob", "Eve", "Petr", "Mia", "Tom", "Lea", "Max", "Ida", "Jon", "Zoe"] as const

interface Person {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly organization: string
}

const peopleOf = ({ id, name, people }: { readonly id: string; readonly name: string; readonly people: number }, first: number): ReadonlyArray<Person> =>
  firstNames.slice(0, people).map((firstName, index) => ({
    id: String(first + index),
    email: `${firstName}@${name}.example`.toLowerCase(),
    name: `${firstName} of ${name}`,
    organization: id
  }))

const people = organizations.flatMap((organization, index) => peopleOf(organization, 3000 + 100 * index))
const gold = people.filter((_, index) => index % 3 === 0).slice(0, 18)
const silver = new Set(people.filter((_, index) => index % 3 === 1))
const umbrella = { id: "509", name: "Umbrella", people: 4 } as const
const newcomers = peopleOf(umbrella, 3900)

const worldOf = (people: ReadonlyArray<Person>, organizations: SourceWorld["organizations"], tags: (person: Person) => ReadonlyArray<string>): SourceWorld => ({
  customers: people.map((person) => ({ id: person.id, email: person.email, name: person.name, tags: tags(person) })),
  organizations: organizations.map(({ id, name }) => ({ id, name })),
  memberships: people.map((person) => ({ customer: person.id, organization: person.organization }))
})

const tagsOf = (person: Person): ReadonlyArray<string> => [
  ...(gold.includes(person) ? ["plan_gold"] : []),
  ...(silver.has(person) ? ["plan_silver"] : []),
  ...(person.name.startsWith("Anna") ? ["vip"] : [])
]

/** Zoe of Globex and Lea of Hooli have no account in the shop. */
const strangers = new Set(["zoe@globex.example", "lea@hooli.example"])

type Options = Readonly<Record<string, unknown>>

/** Secrets stand in `.env`, as they should. The names are nobody else's, for what the environment holds goes before the file. */
const secrets: Readonly<Record<string, string>> = { clientSecret: "DEMO_ZENDESK_CLIENT_SECRET", apiKey: "DEMO_CSTAR_API_KEY" }

const options = (given: Options): string =>
  Object.entries(given)
    .map(([key, value]) => `    ${key}: ${secrets[key] === undefined ? String(value) : `\${${secrets[key]}}`}\n`)
    .join("")

const environment = (...all: ReadonlyArray<Options>): string =>
  all
    .flatMap((given) => Object.entries(given))
    .flatMap(([key, value]) => (secrets[key] === undefined ? [] : [`${secrets[key]}=${String(value)}\n`]))
    .join("")

const config = (zendesk: Options, cstar: Options): string => `connections:
  zendesk:
    connector: zendesk
${options(zendesk)}  cstar:
    connector: cstar
${options(cstar)}syncs:
  customers:
    from: zendesk
    to: cstar
    rules:
      - kind: organization
      - { kind: tag, include: [plan_gold], name: Plan Gold }
      - { kind: tag, include: [plan_silver], name: Plan Silver }
      - { kind: tag, include: [vip], name: VIP }
    match: [email]
`

export const open: OpenDemo = Effect.gen(function* () {
  const zendesk = Zendesk.make()
  const cstar = Cstar.make()
  zendesk.source.load(worldOf(people, organizations, tagsOf))
  cstar.target.addCustomers([...people, ...newcomers].filter(({ email }) => !strangers.has(email)).map(({ email, name }) => ({ email, name })))
  const source = yield* Serve.serve(zendesk.app)
  const target = yield* Serve.serve(cstar.app)
  const jan = people[0]?.id ?? ""
  const tom = people.find(({ email }) => email === "tom@wonka.example")?.id ?? ""
  const losers = gold.slice(0, 15)
  return {
    notes: [
      "Zendesk (a sandbox on this machine): 60 customers in 8 organizations, tags plan_gold, plan_silver, vip",
      "cStar   (a sandbox on this machine): the same people as shop customers, and no customer groups yet"
    ],
    config: config(zendesk.renewing.options(source.url), cstar.options(target.url)),
    environment: environment(zendesk.renewing.options(source.url), cstar.options(target.url)),
    sync: "customers",
    day: {
      notes: ["Jan leaves Globex", "Umbrella becomes a customer, with four people", "Foo is renamed to Foo GmbH", "Tom of Wonka is deleted"],
      happen: () => {
        zendesk.source.leave(jan, "501")
        zendesk.source.load(worldOf(newcomers, [umbrella], () => []))
        zendesk.source.renameOrganization("506", "Foo GmbH")
        zendesk.source.deleteCustomer(tom)
      }
    },
    mistake: {
      notes: ["A script at the helpdesk takes the tag plan_gold from 15 of its 18 customers"],
      happen: () => losers.forEach(({ id }) => zendesk.source.untag(id, "plan_gold")),
      reason: "Gold ended, ticket 4711",
      customer: losers[0]?.email ?? "",
      group: "Plan Gold"
    }
  }
})
