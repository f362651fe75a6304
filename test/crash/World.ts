/** A small account whose helpdesk and target change as people would change them, and what the target must hold. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Cstar from "../../connectors/cstar/sandbox.ts"
import * as Zendesk from "../../connectors/zendesk/sandbox.ts"
import * as Serve from "../../src/sandbox/Serve.ts"
import type { Chance } from "./Chance.ts"
import * as Shaky from "./Shaky.ts"

const people = Array.from({ length: 40 }, (_, index) => String(1001 + index))
const organizations = ["501", "502", "503", "504", "505"]
const tag = "vip"

/** Out of the way: rounds change as much as they like. */
const limits =
  "removals: 100000, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 1000, sourceShrink: 100, additions: 100000, groupGrowthPercent: 100000, newGroups: 1000"

type Memberships = Map<string, Set<string>>

const place = (of: Memberships, group: string): Set<string> => {
  const known = of.get(group)
  if (known !== undefined) return known
  const made = new Set<string>()
  of.set(group, made)
  return made
}

const email = (person: string): string => `c${person}@x.example`

/** Serves a new account until the scope ends. Not every group has members from the start, so that later rounds make groups too. */
export const make = (chance: Chance) =>
  Effect.gen(function* () {
    const zendesk = Zendesk.make()
    const cstar = Cstar.make()
    // Where the target shows no marks, who made a group must follow from its time.
    cstar.behave({ showsCustomFields: chance.happens(0.5) })
    cstar.limit(1_000_000_000, 3_600_000)
    zendesk.limitPerMinute(1_000_000_000)
    const names = new Map(organizations.map((id) => [id, `Organization ${id}`]))
    const wanted: Memberships = new Map()
    const byHand: Memberships = new Map()
    // One who is not at the target stays in a group, as a source without any membership is held, whatever the limits.
    const [stays, home] = ["1000", "500"]
    zendesk.source?.load({
      customers: [...people.map((id) => ({ id, email: email(id), name: `Customer ${id}` })), { id: stays, email: email(stays), name: "Stays", tags: [tag] }],
      organizations: [...organizations.map((id) => ({ id, name: names.get(id) ?? id })), { id: home, name: "Home" }],
      memberships: [{ customer: stays, organization: home }]
    })
    const ids = new Map(cstar.target.addCustomers(people.map((id) => ({ email: email(id), name: `Customer ${id}` }))).map((one) => [one.email, one.id]))
    const emails = new Map([...ids].map(([address, id]) => [id, address]))

    const put = (person: string, group: string) => {
      const members = place(wanted, group)
      if (group === tag) zendesk.source?.tag(person, tag)
      else if (!members.has(person)) zendesk.source?.join(person, group)
      members.add(person)
    }
    const take = (person: string, group: string) => {
      if (!place(wanted, group).delete(person)) return
      if (group === tag) zendesk.source?.untag(person, tag)
      else zendesk.source?.leave(person, group)
    }
    const groups = [...organizations, tag]
    const titleOf = (group: string): string => names.get(group) ?? group

    for (const group of groups.slice(0, 4)) for (const person of people) if (chance.happens(0.4)) put(person, group)

    const source = Shaky.make(zendesk.app, chance)
    const target = Shaky.make(cstar.app, chance)
    const served = { source: yield* Serve.serve(source.app), target: yield* Serve.serve(target.app) }
    const dir = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "groupbridge-crash-"))),
      (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
    )
    const options = (given: Readonly<Record<string, unknown>>) =>
      Object.entries(given)
        .map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`)
        .join("\n")
    writeFileSync(
      join(dir, "groupbridge.yaml"),
      `connections:
  zendesk:
    connector: zendesk
    budget: 10000000/minute
${options(zendesk.options(served.source.url))}
  cstar:
    connector: cstar
    budget: 10000000/minute
${options(cstar.options(served.target.url))}
syncs:
  customers:
    from: zendesk
    to: cstar
    rules:
      - kind: organization
      - { kind: tag, include: [${tag}] }
    guards: { ${limits} }
`
    )

    return {
      dir,
      /** Calls that wrote to the target, since the start. */
      writes: target.writes,
      /** Told of every call that writes, before the target acts and after; null: nobody is. */
      watch: target.watch,
      setFaults: (on: boolean) => {
        source.setFaults(on)
        target.setFaults(on)
      },
      /** A few people join, leave, are tagged; now and then an organization gets another name, and somebody is put into a group by hand. */
      live: () => {
        const touched = new Set<string>()
        for (let edits = 3 + chance.whole(12); edits > 0; edits--) {
          const [person, group] = [chance.pick(people), chance.pick(groups)]
          touched.add(`${person} ${group}`)
          if (place(wanted, group).has(person)) take(person, group)
          else put(person, group)
        }
        if (chance.happens(0.3)) {
          const organization = chance.pick(organizations)
          names.set(organization, `${titleOf(organization).replace(/ v\d+$/, "")} v${chance.whole(1000)}`)
          zendesk.source?.renameOrganization(organization, titleOf(organization))
        }
        const [person, group] = [chance.pick(people), chance.pick(cstar.target.groups())]
        const ours = groups.find((one) => titleOf(one) === group?.name)
        const known = ids.get(email(person))
        if (group === undefined || ours === undefined || known === undefined) return
        if (place(wanted, ours).has(person) || touched.has(`${person} ${ours}`) || group.members.includes(known)) return
        cstar.target.addMember(group.id, known)
        place(byHand, ours).add(person)
      },
      /** The source lets go of everybody. */
      letGo: () => {
        for (const group of groups) for (const person of place(wanted, group)) take(person, group)
      },
      /** What differs between the target and what it must hold: what the source wants, and what people put there. */
      compare: () => {
        const lost: Array<string> = []
        const wrong: Array<string> = []
        const held = cstar.target.groups()
        for (const group of groups) {
          const expected = new Set([...place(wanted, group), ...place(byHand, group)].map(email))
          const members = new Set(held.filter(({ name }) => name === titleOf(group)).flatMap((one) => one.members.map((id) => emails.get(id) ?? id)))
          lost.push(...[...expected].filter((one) => !members.has(one)).map((one) => `${one} in ${titleOf(group)}`))
          wrong.push(...[...members].filter((one) => !expected.has(one)).map((one) => `${one} in ${titleOf(group)}`))
        }
        const titles = new Set(groups.map(titleOf))
        const duplicated = held
          .filter((group, index) => !titles.has(group.name) || held.findIndex(({ name }) => name === group.name) < index)
          .map(({ name }) => name)
        return { lost, wrong, duplicated }
      }
    }
  })

export type World = Effect.Effect.Success<ReturnType<typeof make>>
