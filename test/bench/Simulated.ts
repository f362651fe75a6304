/** Accounts whose changes are carried out against a target's hourly allowance, under a clock that jumps over every wait. */
import * as Effect from "effect/Effect"
import type { Estimate } from "../../src/model/Result.ts"
import * as Bridge from "../kit/Bridge.ts"
import type { Running } from "../kit/Crowd.ts"
import * as Minimum from "../kit/Minimum.ts"
import { jumping } from "../kit/Time.ts"

const hour = 3_600_000

export const unguarded = `
    guards: { removals: 999999, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 9999, sourceShrink: 100, additions: 9999999, groupGrowthPercent: 999999, newGroups: 99999 }`

/** What a run took. Calls are those that the target accepted. */
export interface Taken {
  readonly estimate: Estimate
  readonly writes: number
  /** The fewest writes that the target's API permits for what was changed. */
  readonly fewest: number
  readonly reads: number
  readonly refused: number
  /** From the first write to the last, and the least that the allowance permits for so many calls, in simulated seconds. */
  readonly seconds: number
  readonly bound: number
  /** Memberships added, with the seconds after the first write in which a half of them stood. */
  readonly added: number
  readonly half: number
}

const size = (body: string): number => (JSON.parse(body === "" ? "{}" : body) as { readonly customerIds?: ReadonlyArray<string> }).customerIds?.length ?? 0

/** Plans and then syncs. `limit`: calls an hour. */
export const measure = (bridge: Running, limit: number): Effect.Effect<Taken> =>
  Effect.gen(function* () {
    const before = bridge.held()
    const begun = bridge.target.log.length
    const { result } = yield* bridge.plan()
    yield* bridge.sync()
    const log = bridge.target.log.slice(begun)
    const accepted = log.filter(({ status }) => status !== null && status < 300)
    const writes = accepted.filter(({ method }) => method !== "GET")
    const startedAt = writes[0]?.at ?? 0
    const adds = writes.filter(({ method, path }) => method === "POST" && path.endsWith("/members")).map(({ at, body }) => ({ at, rows: size(body) }))
    const added = adds.reduce((sum, { rows }) => sum + rows, 0)
    let sum = 0
    const half = adds.find(({ rows }) => (sum += rows) * 2 >= added)
    const { additions, removals } = Minimum.writes(before, bridge.held())
    return {
      estimate: result.estimate,
      writes: writes.length,
      fewest: additions + removals,
      reads: accepted.length - writes.length,
      refused: log.length - accepted.length,
      seconds: ((writes.at(-1)?.at ?? startedAt) - startedAt) / 1000,
      bound: ((Math.ceil(accepted.length / limit) - 1) * hour) / 1000,
      added,
      half: ((half?.at ?? startedAt) - startedAt) / 1000
    }
  })

export const people = (first: number, count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => String(first + index))

export const load = (
  bridge: Running,
  ids: ReadonlyArray<string>,
  organizations: ReadonlyArray<{ readonly id: string; readonly members: ReadonlyArray<string> }>,
  tags: (id: string) => ReadonlyArray<string> = () => []
): void =>
  bridge.zendesk.source.load({
    customers: ids.map((id) => ({ id, email: `c${id}@x.io`, name: id, tags: tags(id) })),
    organizations: organizations.map(({ id }) => ({ id, name: `Organization ${id}` })),
    memberships: organizations.flatMap(({ id, members }) => members.map((customer) => ({ customer, organization: id })))
  })

/** Starts at the beginning of an hour, as the target counts it. */
export const start = (limit: number, rules: string) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.cstar.limit(limit, hour)
    bridge.configure(`${rules}${unguarded}`)
    return bridge
  })

export const known = (bridge: Running, ids: ReadonlyArray<string>): void =>
  void bridge.cstar.target.addCustomers(ids.map((id) => ({ email: `c${id}@x.io`, name: id })))

/** `groups` new groups of 20, and `removals` from groups that are there, at `limit` calls an hour. */
export const changes = (given: { readonly groups: number; readonly removals: number; readonly limit: number }) =>
  jumping(
    Effect.gen(function* () {
      const { groups, limit, removals } = given
      const bridge = yield* start(limit, "\n    rules: [{ kind: organization }]")
      const leavers = people(1_000_000, removals)
      const joiners = people(2_000_000, groups * 20)
      known(bridge, [...leavers, ...joiners])
      load(bridge, leavers, [{ id: "100001", members: leavers }])
      yield* bridge.sync()
      for (const id of leavers) bridge.zendesk.source.leave(id, "100001")
      load(
        bridge,
        joiners,
        people(200_000, groups).map((id, index) => ({ id, members: joiners.slice(index * 20, (index + 1) * 20) }))
      )
      // The next hour after what the first run used is free again.
      yield* Effect.sleep("2 hours")
      return yield* measure(bridge, limit)
    })
  )
