/** `npm run test:crash -- --kills 200 --seed 1`: kills the built command at random moments. Exits with 1 on any finding. */
import * as Effect from "effect/Effect"
import { parseArgs } from "node:util"
import * as Campaign from "./Campaign.ts"

const { values } = parseArgs({ options: { kills: { type: "string", default: "200" }, seed: { type: "string" }, minutes: { type: "string", default: "60" } } })
const print = (line: string) => void process.stdout.write(`${line}\n`)
const seed = Number(values.seed ?? (performance.timeOrigin % 1_000_000) | 0)
print(`seed ${seed}`)

const outcome = await Effect.runPromise(Campaign.run({ seed, kills: Number(values.kills), millis: Number(values.minutes) * 60_000, tell: print }))
const findings = Object.entries({
  lost: outcome.lost,
  wrong: outcome.wrong,
  duplicated: outcome.duplicated,
  "open calls": outcome.openCalls,
  "runs that did not end well": outcome.unwell
})
for (const [name, all] of findings) for (const one of all) print(`${name}: ${one}`)
print(
  `seed ${seed}: ${outcome.kills} kills, ${outcome.runs} runs, ${outcome.rounds} rounds; ${findings.map(([name, all]) => `${all.length} ${name}`).join(", ")}`
)
if (findings.some(([, all]) => all.length > 0)) process.exitCode = 1
