/** Small accounts whose organizations are edited at random after a first sync, and the calls that this takes at the least. */
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Bridge from "./Bridge.ts"
import * as Crowd from "./Crowd.ts"
import * as Minimum from "./Minimum.ts"

export const unguarded = `${Bridge.usualRules}
    guards: { removals: 9999, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 99, sourceShrink: 100, additions: 9999, groupGrowthPercent: 9999, newGroups: 99 }`

export const organizations = ["101", "102", "103"]
const people = Crowd.people(132)
const few = people.slice(0, 8)

export interface Edits {
  /** Members of the three organizations before and after. */
  readonly before: ReadonlyArray<ReadonlyArray<string>>
  readonly after: ReadonlyArray<ReadonlyArray<string>>
  /** How many of a crowd join and leave the first one besides. */
  readonly join: number
}

const members = fc.array(fc.uniqueArray(fc.constantFrom(...few)), { minLength: 3, maxLength: 3 })

/** What the arbitrary edits are made of. */
export const parts = { before: members, after: members, join: fc.constantFrom(0, 90, 101, 120) }

/** Nobody is in an organization. */
export const account = Effect.gen(function* () {
  const bridge = yield* Bridge.make
  bridge.configure(unguarded)
  bridge.zendesk.source.load({
    customers: people.map((id) => ({ id, email: `c${id}@x.io`, name: id })),
    organizations: organizations.map((id) => ({ id, name: `Org ${id}` })),
    memberships: []
  })
  Crowd.known(bridge, people)
  return bridge
})

const set = (bridge: Crowd.Running, was: ReadonlyArray<ReadonlyArray<string>>, is: ReadonlyArray<ReadonlyArray<string>>) =>
  organizations.forEach((organization, index) => {
    for (const id of few) {
      const [before, after] = [was[index]?.includes(id) === true, is[index]?.includes(id) === true]
      if (after && !before) bridge.zendesk.source.join(id, organization)
      if (before && !after) bridge.zendesk.source.leave(id, organization)
    }
  })

/** Edited after a first sync, and not yet synced again. */
export const edited = ({ after, before, join }: Edits) =>
  Effect.gen(function* () {
    const bridge = yield* account
    set(bridge, [], before)
    yield* bridge.sync()
    set(bridge, before, after)
    const crowd = people.slice(few.length, few.length + join)
    for (const id of crowd) bridge.zendesk.source.join(id, "101")
    const was = bridge.held()
    const wished: Minimum.Holdings = {
      ...was,
      ...Object.fromEntries(
        organizations.flatMap((id, index) => {
          const inIt = [...(after[index] ?? []), ...(index === 0 ? crowd : [])].map((person) => `c${person}@x.io`).sort()
          return inIt.length > 0 || was[`Org ${id}`] !== undefined ? [[`Org ${id}`, inIt] as const] : []
        })
      )
    }
    return {
      bridge,
      wished,
      /** What it takes to read all of the source: who we are there, then its lists. */
      sourceReads: 1 + [people.length, organizations.length, after.flat().length + crowd.length].reduce((sum, rows) => sum + Minimum.pages(rows), 0),
      /** The fewest writes from what the target holds now to what is wished. */
      left: () => {
        const { additions, removals } = Minimum.writes(bridge.held(), wished)
        return { removals, calls: additions + removals }
      }
    }
  })
