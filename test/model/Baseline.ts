/** A source that shows too little: what the sizes of its lists must be compared with, seen from outside. */
import type { SyncResult } from "../../src/model/Result.ts"
import { type Oracle, type Sizes, sizes } from "./Oracle.ts"
import type { Fault } from "./Weather.ts"
import type { Config, World } from "./World.ts"

const lists = ["/users", "/organizations", "/organization_memberships"]

/** What every reader of the guard's description would call shrunk, with the limit in percent. */
const shrunk = (before: number, now: number, limit: number): boolean => {
  const share = before === 0 ? 0 : Math.floor(((before - now) * 1000) / before) / 10
  return share > limit && (share >= 50 || (before >= 20 && before - now >= 5))
}

/** The sizes at the last run in which nothing was held; several where it is not known from outside whether a run counts. Null: nothing is known. */
export interface Baseline {
  readonly possible: () => ReadonlyArray<Sizes>
  /** Nobody may have been removed unasked while the source shows too little. */
  readonly judge: (oracle: Oracle, removals: number) => void
  /** The state goes on without what a run on another machine knew: it may have come from there, or not. */
  readonly either: (before: ReadonlyArray<Sizes>) => void
  readonly after: (world: World, config: Config, result: SyncResult | null, gap: boolean) => void
}

export const make = (): Baseline => {
  let possible: ReadonlyArray<Sizes> = []
  return {
    possible: () => possible,
    judge: (oracle, removals) => {
      const now = sizes(oracle.world)
      const limit = oracle.config().guards["sourceShrink"] ?? 5
      if (possible.length > 0 && possible.every((before) => before.some((size, index) => shrunk(size, now[index] ?? 0, limit))))
        oracle.say("removed unasked from a source that has shrunk", `${removals} removals, ${JSON.stringify(possible)} -> ${JSON.stringify(now)}`)
    },
    either: (before) => {
      possible = [...before, ...possible]
    },
    after: (world, config, result, gap) => {
      if (result?.status === "held" || (result !== null && result.plan === null)) return
      const plain = config.grace.reads === 1 && config.grace.hours === 0
      const well = result?.status === "done" || result?.status === "none"
      if (gap && well) possible = []
      else if (well && plain) possible = [sizes(world)]
      else if (possible.length > 0 || well) possible = [...possible, sizes(world)]
    }
  }
}

/** Whether a guard can tell that the list lies: what it shows is half or less of what it showed, and it showed something. */
export const tells = (baseline: Baseline, world: World, fault: Fault): boolean => {
  if (fault.kind !== "gap" || !fault.what.endsWith("lying")) return true
  const index = lists.indexOf(fault.path)
  const now = sizes(world)[index] ?? 0
  const shows = fault.what === "half, and lying" ? Math.floor(now / 2) : 0
  return baseline.possible().length > 0 && baseline.possible().every((before) => (before[index] ?? 0) > 0 && shows * 2 <= (before[index] ?? 0))
}
