/** Calls that random small accounts take, the same in every run, beside the fewest that the APIs permit for them. */
import { deepStrictEqual } from "node:assert"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Minimum from "../kit/Minimum.ts"
import * as SmallAccounts from "../kit/SmallAccounts.ts"
import * as SmallEdits from "../kit/SmallEdits.ts"
import { type Calls, type Figure, ofCalls, type Size } from "./Figure.ts"

interface Compared {
  readonly taken: Calls
  readonly fewest: Calls
}

const sum = (all: ReadonlyArray<Calls>): Calls => ({
  reads: all.reduce((total, { reads }) => total + reads, 0),
  writes: all.reduce((total, { writes }) => total + writes, 0)
})

const figure = (name: string, all: ReadonlyArray<Compared>): Figure => ofCalls(name, sum(all.map(({ taken }) => taken)), sum(all.map(({ fewest }) => fewest)))

/** A first run, and the one right after it. */
const first = async (world: SmallAccounts.World) => {
  const { again, fewest, fewestAgain, first } = await Effect.runPromise(SmallAccounts.measure(world))
  const calls = ({ source, target, writes }: typeof first | typeof again): Calls => ({
    reads: Object.values(target).reduce((one, other) => one + other, source),
    writes
  })
  return { run: { taken: calls(first), fewest: calls(fewest) }, replay: { taken: calls(again), fewest: calls(fewestAgain) } }
}

/** A run after memberships were edited, of which the writes count, and the one right after it. */
const edited = (edits: SmallEdits.Edits) =>
  Effect.gen(function* () {
    const { bridge, left, sourceReads, wished } = yield* SmallEdits.edited(edits)
    // A run that writes anything first writes its number.
    const changes = left().calls
    const fewest = { reads: 0, writes: changes === 0 ? 0 : changes + 1 }
    const taken = (from: { readonly source: number; readonly target: number }): Calls => {
      const { reads, writes } = Minimum.accepted(bridge.target.log.slice(from.target))
      return { reads: reads + Minimum.accepted(bridge.source.log.slice(from.source)).reads, writes }
    }
    const now = () => ({ source: bridge.source.log.length, target: bridge.target.log.length })
    const before = now()
    yield* bridge.sync()
    deepStrictEqual(bridge.held(), wished)
    const run: Compared = { taken: { reads: 0, writes: taken(before).writes }, fewest }
    const between = now()
    yield* bridge.sync()
    // Who we are at the target, and all of the source: of its newest minute no list of changes tells.
    const replay: Compared = { taken: taken(between), fewest: { reads: 1 + sourceReads, writes: 0 } }
    return { run, replay }
  }).pipe(Effect.scoped, Effect.runPromise)

/** Of the random accounts: the same in every run, so that figures can be compared. */
const seed = 1

export async function* run(size: Size): AsyncGenerator<Figure> {
  const numRuns = { smoke: 2, small: 20, full: 200 }[size]
  const replays: Array<Compared> = []
  const measured = async <A>(worlds: fc.Arbitrary<A>, measure: (world: A) => Promise<{ readonly run: Compared; readonly replay: Compared }>) => {
    const runs: Array<Compared> = []
    for (const world of fc.sample(worlds, { numRuns, seed })) {
      const { replay, run } = await measure(world)
      runs.push(run)
      replays.push(replay)
    }
    return runs
  }
  yield figure(`calls: the first runs of ${numRuns} random small accounts`, await measured(SmallAccounts.worlds, first))
  yield figure(`calls: writes after random edits of ${numRuns} small accounts`, await measured(fc.record(SmallEdits.parts), edited))
  yield figure(`calls: the runs right after these ${replays.length}`, replays)
}
