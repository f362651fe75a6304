/** `npm run test:model -- --histories 1000 --seed 1`: plays random histories and judges them by a model. Exits with 1 on any finding. */
import * as Effect from "effect/Effect"
import { parseArgs } from "node:util"
import * as Campaign from "./Campaign.ts"
import * as Generate from "./Generate.ts"
import type { History } from "./History.ts"
import * as Share from "./Share.ts"

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "60" },
    failures: { type: "string", default: "1" },
    // The histories of Model.test.ts.
    share: { type: "boolean", default: false },
    // What fails is told in one line.
    brief: { type: "boolean", default: false }
  }
})
const print = (line: string) => void process.stdout.write(`${line}\n`)
function* random(seed: number, count: number): Generator<readonly [string, History]> {
  for (let next = seed; next < seed + count; next++) yield [`seed ${next}`, Generate.history(next)]
}

const started = process.cpuUsage()
const { failed, histories, others, runs } = await Effect.runPromise(
  Campaign.run({
    histories: values.share ? Object.entries(Share.histories) : random(Number(values.seed), Number(values.histories)),
    millis: Number(values.minutes) * 60_000,
    failures: Number(values.failures),
    explain: !values.brief,
    tell: print
  })
)
const { system, user } = process.cpuUsage(started)
print(`seed ${values.seed}: ${histories} histories, ${runs} runs, ${Math.round((user + system) / 1_000_000)} s of one core; ${failed.length} failed`)
print("wrongful removals, over the same reads:")
for (const [name, removals] of Object.entries(others)) print(`  ${name.padEnd(24)} ${String(removals).padStart(8)}`)
print(`  ${"Groupbridge".padEnd(24)} ${String(failed.flatMap(({ violations }) => violations).filter((one) => one.startsWith("removed")).length).padStart(8)}`)
if (failed.length > 0) process.exitCode = 1
