/** Random small accounts at their first run and right after it: the calls that it took, beside the fewest that the APIs permit. */
import { deepStrictEqual } from "node:assert"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import type { LoggedCall } from "../../src/sandbox/Sandbox.ts"
import * as Bridge from "./Bridge.ts"
import * as Crowd from "./Crowd.ts"
import * as Minimum from "./Minimum.ts"

export const unguarded = `
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
export const reads = ({ target }: Crowd.Running, from = 0): Readonly<Record<string, number>> => {
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

export interface World {
  /** Customers of the target whom no source knows, listed before and after the others. */
  readonly before: number
  readonly after: number
  /** Mapped people of the source: those the target knows, and those it does not. */
  readonly found: number
  readonly strangers: number
  /** Members of a group that the target has already. */
  readonly there: number
}

export const worlds: fc.Arbitrary<World> = fc.record({
  before: fc.constantFrom(0, 3, 99, 120, 210),
  after: fc.constantFrom(0, 2, 100),
  found: fc.integer({ min: 0, max: 4 }),
  strangers: fc.integer({ min: 0, max: 3 }),
  there: fc.constantFrom(0, 1, 101)
})

export const account = ({ after, before, found, strangers, there }: World) =>
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

/** The target's groups once everybody who is known there is in theirs. */
const wished = (was: Minimum.Holdings, { found, there }: World): Minimum.Holdings =>
  found === 0 && there === 0 ? was : { ...was, vip: [...(was["vip"] ?? []), ...Crowd.people(found).map((id) => `c${id}@x.io`)].sort() }

/** The fewest reads of a first run. */
const fewestReads = ({ after, before, found, strangers }: World, members: number) => ({
  identity: 1,
  groups: 1,
  lookups: lookups({ known: 0, sought: found + strangers, total: before + found + after }),
  // Members of a group that is there are read after the look-up of customers, so nothing is known of them then. The first write ever is read back.
  members: (members === 0 || found + strangers === 0 ? 0 : Minimum.pages(members)) + (found === 0 ? 0 : Minimum.pages(members + found))
})

/** Runs twice. Dies if the target is not then as it should be. */
export const measure = (world: World) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { bridge, members } = yield* account(world)
      const desired = wished(bridge.held(), world)
      const { additions, removals } = Minimum.writes(bridge.held(), desired)
      yield* bridge.sync()
      const { customers = 0, groups = 0, identity = 0, members: read = 0, search = 0 } = reads(bridge)
      const first = {
        target: { identity, groups, lookups: customers + search, members: read },
        writes: Minimum.accepted(bridge.target.log).writes,
        source: Minimum.accepted(bridge.source.log).reads
      }
      const [source, seen] = [bridge.source.log.length, bridge.target.log.length]
      const { status } = yield* bridge.sync()
      deepStrictEqual(bridge.held(), desired)
      return {
        first,
        fewest: { target: fewestReads(world, members), writes: additions + removals, source: sourceReads },
        again: {
          status,
          target: reads(bridge, seen),
          writes: Minimum.accepted(bridge.target.log.slice(seen)).writes,
          source: Minimum.accepted(bridge.source.log.slice(source)).reads
        },
        // A second run asks the target only who we are.
        fewestAgain: { status: "none" as const, target: { identity: 1 }, writes: 0, source: sourceReads }
      }
    })
  )

/** Who we are, then users, organizations and memberships, a page each. */
const sourceReads = 4
