/** 10,000 memberships into 500 new groups and 800 out of one, against cStar's 1,000 calls an hour: calls, time and the plan's word for it. */
import * as Effect from "effect/Effect"
import * as Simulated from "./Simulated.ts"

const minutes = (seconds: number) => `${(seconds / 60).toFixed(1)} min`
const line = (label: string, text: string) => process.stdout.write(`${label.padEnd(24)}${text}\n`)

const taken = await Effect.runPromise(Simulated.changes({ groups: 500, removals: 800, limit: 1000 }).pipe(Effect.scoped))
line("writes / fewest", `${taken.writes} / ${taken.fewest} = ${(taken.writes / taken.fewest).toFixed(2)}`)
line("reads, refused", `${taken.reads}, ${taken.refused}`)
line("time / allowance's own", `${minutes(taken.seconds)} / ${minutes(taken.bound)} = ${(taken.seconds / taken.bound).toFixed(3)}`)
line("estimate / time", `${minutes(taken.estimate.seconds)} / ${minutes(taken.seconds)} = ${(taken.estimate.seconds / taken.seconds).toFixed(3)}`)
const within = (ratio: number) => Math.abs(ratio - 1) <= 0.05
const isWell = taken.writes === taken.fewest && taken.refused === 0 && within(taken.seconds / taken.bound) && within(taken.estimate.seconds / taken.seconds)
if (!isWell) process.exitCode = 1
