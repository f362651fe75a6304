/** Small accounts that live at random: people join, leave, are tagged, deleted, become staff; organizations come, go and change names. */
import * as Effect from "effect/Effect"
import type { Chance } from "../crash/Chance.ts"
import * as Bridge from "./Bridge.ts"
import * as Crowd from "./Crowd.ts"

export const people = Crowd.people(24)
export const organizations = ["101", "102", "103"]
export const tags = ["vip", "plan_gold"]

export const rules = `
    rules:
      - kind: organization
      - { kind: tag, include: ["vip", "plan_*"], name: "Plan {name}" }`

/** Out of the way: a random life changes as much as it likes. */
export const unlimited =
  "guards: { removals: 9999, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 99, sourceShrink: 100, additions: 9999, groupGrowthPercent: 9999, newGroups: 99, ruleChange: apply }"

export const make = (chance: Chance) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.zendesk.source.load({
      customers: people.map((id) => ({ id, email: `c${id}@x.io`, name: `Customer ${id}`, tags: tags.filter(() => chance.happens(0.5)) })),
      organizations: organizations.map((id) => ({ id, name: `Org ${id}` })),
      memberships: people.map((customer) => ({ customer, organization: chance.pick(organizations) }))
    })
    Crowd.known(bridge, people)
    return { ...bridge, gone: new Set<string>() }
  })
export type World = Effect.Effect.Success<ReturnType<typeof make>>

/** So many random edits at the helpdesk. */
export const live = ({ gone, zendesk: { source } }: World, chance: Chance, edits: number): void => {
  for (let edit = 0; edit < edits; edit++) {
    const [person, organization, tag] = [chance.pick(people.filter((id) => !gone.has(id))), chance.pick(organizations), chance.pick(tags)]
    const dice = chance.whole(20)
    if (dice < 5) source.tag(person, tag)
    else if (dice < 10) source.untag(person, tag)
    else if (dice < 15) source.leave(person, organization)
    else if (dice < 17) source.renameOrganization(organization, `Org ${organization} ${chance.whole(100)}`)
    else if (dice === 17) {
      source.deleteCustomer(person)
      gone.add(person)
    } else if (dice === 18) source.makeStaff(person)
    else source.suspend(person, chance.happens(0.5))
  }
}

/** Nobody has a tag or an organization any more. */
export const letGo = ({ gone, zendesk: { source } }: World): void => {
  for (const person of people.filter((id) => !gone.has(id))) {
    for (const tag of tags) source.untag(person, tag)
    for (const organization of organizations) source.leave(person, organization)
  }
}
