/** What runs read, against the fewest calls that the APIs permit, counted at the sandboxes. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import type { LoggedCall } from "../../src/sandbox/Faulty.ts"
import * as Bridge from "../support/Bridge.ts"
import * as Crowd from "../support/Crowd.ts"
import * as Minimum from "../support/Minimum.ts"
import { jumping } from "../support/Time.ts"

const unguarded = `
    rules: [{ kind: tag, include: ["vip", "gold"] }]
    adopt: { groups: [externalId, name] }
    guards: { removals: 9999, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 99, sourceShrink: 100, additions: 9999, groupGrowthPercent: 9999, newGroups: 99 }`

/** What a call reads. */
const kind = ({ path, query }: LoggedCall): string => {
  if (path.endsWith("/customers")) return query.has("search") ? "search" : "customers"
  if (path.endsWith("/members")) return "members"
  return query.get("pageSize") === "1" ? "identity" : "groups"
}

/** Accepted reads of the target since `from`, by kind. */
const reads = ({ target }: Crowd.Running, from = 0): Readonly<Record<string, number>> => {
  const found: Record<string, number> = {}
  for (const call of target.log.slice(from)) {
    if (call.method !== "GET" || call.status !== 200) continue
    found[kind(call)] = (found[kind(call)] ?? 0) + 1
  }
  return found
}

/**
 * The fewest calls that tell of so many addresses whose they are, for whoever knows of the target's list only that it has `known` customers: it
 * tells its length on its first page, and whom that shows may not be the only one with the address.
 */
const lookups = ({ known, sought, total }: { readonly known: number; readonly sought: number; readonly total: number }) => {
  if (sought === 0) return 0
  const searched = sought
  const looked = 1 + Math.min(Minimum.pages(total) - 1, sought)
  return searched <= Minimum.pages(known) ? searched : looked
}

interface World {
  /** Customers of the target whom no source knows, listed before and after the others. */
  readonly before: number
  readonly after: number
  /** Mapped people of the source: those the target knows, and those it does not. */
  readonly found: number
  readonly strangers: number
  /** Members of a group that the target has already. */
  readonly there: number
}

const worlds: fc.Arbitrary<World> = fc.record({
  before: fc.constantFrom(0, 3, 99, 120, 210),
  after: fc.constantFrom(0, 2, 100),
  found: fc.integer({ min: 0, max: 4 }),
  strangers: fc.integer({ min: 0, max: 3 }),
  there: fc.constantFrom(0, 1, 101)
})

const account = ({ after, before, found, strangers, there }: World) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.configure(unguarded)
    const person = (id: string, ...tags: ReadonlyArray<string>) => ({ id, email: `c${id}@x.io`, name: id, tags })
    const mapped = Crowd.people(found + strangers)
    bridge.zendesk.source.load({ customers: mapped.map((id) => person(id, "vip")), organizations: [], memberships: [] })
    const fill = (count: number, letter: string) =>
      bridge.cstar.target.addCustomers(Array.from({ length: count }, (_, index) => ({ email: `${letter}${index}@y.io`, name: "Other" })))
    const first = fill(before, "a")
    Crowd.known(bridge, mapped.slice(0, found))
    const last = fill(after, "b")
    const members = [...first, ...last].slice(0, there).map(({ id }) => id)
    if (there > 0) bridge.cstar.target.addGroup({ name: "vip", members })
    return {
      bridge,
      members: members.length,
      tag: (id: string) => bridge.zendesk.source.load({ customers: [person(id, "gold")], organizations: [], memberships: [] })
    }
  })

const holds = (world: World) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { bridge, members } = yield* account(world)
      const { after, before, found, strangers } = world
      yield* bridge.sync()
      const total = before + found + after
      // The members of a group that is there are read after the look-up of customers, so nothing is known of them then.
      const fewest = {
        lookups: lookups({ known: 0, sought: found + strangers, total }),
        members: members === 0 || found + strangers === 0 ? 0 : Minimum.pages(members)
      }
      const { customers = 0, groups = 0, identity = 0, members: read = 0, search = 0 } = reads(bridge)
      // The first write ever is read back.
      const canary = found === 0 ? 0 : Minimum.pages(members + found)
      assert.deepStrictEqual(
        { identity, groups, lookups: customers + search, members: read },
        { identity: 1, groups: 1, lookups: fewest.lookups, members: fewest.members + canary },
        JSON.stringify([world, reads(bridge), fewest])
      )
      const source = bridge.source.log.length
      const seen = bridge.target.log.length
      const writes = bridge.target.writes()
      assert.strictEqual((yield* bridge.sync()).status, "none")
      assert.deepStrictEqual([reads(bridge, seen), bridge.target.writes()], [{ identity: 1 }, writes], "a second run asks only who we are")
      // Who we are, then users, organizations and memberships, a page each.
      assert.strictEqual(bridge.source.log.length - source, 4)
    })
  )

describe("reads", () => {
  it.live("take the fewest calls: random small accounts, and the run right after", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(worlds, (given) => Effect.runPromise(holds(given))),
        { numRuns: 4, endOnFailure: true }
      )
    )
  )

  it.scoped("look at members only where the count is not what our own writes make of it", () =>
    jumping(
      Effect.gen(function* () {
        const bridge = yield* Crowd.make(40, unguarded.replace(`{ kind: tag, include: ["vip", "gold"] }`, "{ kind: organization }, { kind: tag }"))
        yield* bridge.sync()
        Crowd.untag(bridge, ["1", "2"])
        yield* bridge.sync()
        const later = (hours: number) =>
          Effect.zipRight(
            Effect.sleep(`${hours} hours`),
            Effect.suspend(() => {
              const seen = bridge.target.log.length
              return Effect.map(bridge.sync(), () => reads(bridge, seen))
            })
          )
        assert.deepStrictEqual(yield* later(1), { identity: 1 })
        assert.deepStrictEqual(yield* later(6), { identity: 1, groups: 1 }, "counts alone, and they agree")
        const globex = Crowd.groupOf(bridge, "Globex").id
        bridge.cstar.target.removeMember(globex, Crowd.idOf(bridge, "c9@x.io"))
        // The row that is missing asks whether its customer is still there.
        assert.deepStrictEqual(yield* later(6), { identity: 1, groups: 1, members: 1, search: 1 })
        assert.deepStrictEqual(yield* later(6), { identity: 1, groups: 1 })
        assert.deepStrictEqual(yield* later(24 * 30), { identity: 1, groups: 1, members: 2 }, "the full look, once a month")
      })
    )
  )

  it.scoped("ask again for whom the target does not know after an hour, six, a day and then weekly", () =>
    jumping(
      Effect.gen(function* () {
        const { bridge, tag } = yield* account({ before: 300, after: 0, found: 0, strangers: 1, there: 0 })
        const asked: Array<number> = []
        let at = 0
        for (const hour of [0, 0.9, 1, 6.9, 7, 30.9, 31, 198, 199]) {
          yield* Effect.sleep(`${(hour - at) * 60} minutes`)
          at = hour
          const seen = bridge.target.log.length
          yield* bridge.sync()
          if ((reads(bridge, seen)["search"] ?? 0) > 0) asked.push(hour)
        }
        assert.deepStrictEqual(asked, [0, 1, 7, 31, 199])
        const seen = bridge.target.log.length
        tag("99")
        yield* bridge.sync()
        assert.strictEqual(reads(bridge, seen)["search"], 1, "who is new is asked for at once, and nobody else")
      })
    )
  )
})
