/** What tools would have done with the same reads that compare a list with what is there and stop at a fixed share or number of removals. */
import type { Fault } from "./Weather.ts"
import { active, type Config, copy, type Row, row, wishes, type World } from "./World.ts"

/** Limits as such tools have them: of `there` rows, may `removals` be done? */
const limits: Readonly<Record<string, (removals: number, there: number) => boolean>> = {
  "no limit": () => true,
  "30 %, from 10 rows on": (removals, there) => there < 10 || removals / there <= 0.3,
  "25 %": (removals, there) => removals / there <= 0.25,
  "50 %": (removals, there) => removals / there <= 0.5,
  "200 rows": (removals) => removals <= 200
}

/** Wrongful removals by limit. */
export type Tally = Readonly<Record<string, number>>

export const none: Tally = Object.fromEntries(Object.keys(limits).map((name) => [name, 0]))

export const sum = (left: Tally, right: Tally): Tally => Object.fromEntries(Object.keys(limits).map((name) => [name, (left[name] ?? 0) + (right[name] ?? 0)]))

const rowsOf = (world: World, config: Config): ReadonlySet<Row> =>
  new Set(active(world, config).flatMap(([id]) => [...wishes(world, config, id)].map((purpose) => row(id, purpose))))

/** The source as its answers show it; null where they are errors, at which all of them stop. */
const shown = (world: World, fault: Fault | null): World | null => {
  if (fault === null) return world
  if (fault.kind === "trouble") return fault.side === "source" && fault.times > 5 ? null : world
  const seen = copy(world)
  const share =
    fault.what === "empty, and lying"
      ? 0
      : fault.what === "half, and lying" || fault.what === "another account, shown half" || fault.what === "no end"
        ? 0.5
        : 1
  if (fault.what === "403" || fault.what === "guest") return null
  if (fault.what === "no tags") for (const { tags } of seen.people.values()) tags.clear()
  const cut = <A>(items: Map<string, A>) => [...items.keys()].slice(Math.floor(items.size * share)).forEach((key) => items.delete(key))
  if (fault.path === "/users") cut(seen.people)
  if (fault.path === "/organizations") cut(seen.organizations)
  if (fault.path === "/organization_memberships") {
    const all = [...seen.organizations].flatMap(([id, { members }]) => [...members].map((member) => [id, member] as const))
    for (const [id, member] of all.slice(Math.floor(all.length * share))) seen.organizations.get(id)?.members.delete(member)
  }
  return seen
}

export const make = () => {
  const there = new Map(Object.keys(limits).map((name) => [name, new Set<Row>()]))
  const wrongful: Record<string, number> = { ...none }
  return {
    tally: wrongful as Tally,
    /** One sync of each of these tools. */
    read: (world: World, config: Config, fault: Fault | null): void => {
      const seen = shown(world, fault)
      if (seen === null) return
      const [wished, truth] = [rowsOf(seen, config), rowsOf(world, config)]
      for (const [name, allows] of Object.entries(limits)) {
        const rows = there.get(name) ?? new Set<Row>()
        const removals = [...rows].filter((one) => !wished.has(one))
        if (allows(removals.length, rows.size)) {
          for (const one of removals) rows.delete(one)
          wrongful[name] = (wrongful[name] ?? 0) + removals.filter((one) => truth.has(one)).length
        }
        for (const one of wished) rows.add(one)
      }
    }
  }
}
