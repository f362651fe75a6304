/** A target where a fifth of all calls goes wrong, in simulated time. */
import * as Effect from "effect/Effect"
import * as Chance from "../crash/Chance.ts"
import * as Crowd from "./Crowd.ts"
import { unguarded } from "./SmallEdits.ts"
import { jumping } from "./Time.ts"
import * as Troubled from "./Troubled.ts"

/** What such a run ends in where nothing went wrong for good. */
export const right = (calls: number) => ({ status: "done" as const, error: null, removed: calls, stayed: calls, groups: 2 })

/** One run that takes `calls` customers out (one call each) of a group in which `calls` others stay. `tells`: answers report the allowance. */
export const inTrouble = ({ calls, seed, tells }: { readonly calls: number; readonly seed: number; readonly tells: boolean }) =>
  jumping(
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(4 * calls, unguarded)
      yield* bridge.sync()
      Crowd.people(calls).forEach((id) => bridge.zendesk.source.untag(id, "vip"))
      const chance = Chance.make(seed)
      bridge.cstar.behave({ limitHeaders: tells })
      bridge.behind((app) => (app === bridge.target.app ? Troubled.make(app, chance, 0.2).app : app))
      const { error, status, summary } = yield* bridge.sync()
      const stayed = bridge.held()["Plan vip"]?.length
      return { status, error, removed: summary.assignments.remove, stayed, groups: Object.keys(bridge.held()).length }
    })
  )
