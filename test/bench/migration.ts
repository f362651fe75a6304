/** A first migration against cStar's 1,000 calls an hour: 120,000 customers, 6,000 organizations of log-normal sizes, 40 tags. */
import * as Effect from "effect/Effect"
import { jumping } from "../kit/Time.ts"
import * as Simulated from "./Simulated.ts"

/** The size of the account may be given as a share: 0.1 is a tenth of it. */
const share = Number(process.argv[2] ?? 1)
const limit = 1000
const ids = Simulated.people(1_000_000, Math.round(120_000 * share))
const tags = Array.from({ length: Math.max(1, Math.round(40 * share)) }, (_, index) => `tag${index}`)

/** The same numbers in every run, from 0 up to 1 (mulberry32). */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

const chance = random(7)
const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())

/** Half of them have up to 6 members, few have hundreds. */
const organizations = Simulated.people(200_000, Math.round(6_000 * share)).map((id) => ({
  id,
  members: [...new Set(Array.from({ length: Math.max(1, Math.round(Math.exp(1.8 + 1.3 * normal()))) }, () => ids[Math.floor(chance() * ids.length)] ?? ""))]
}))

/** A third of all customers carry a tag, the first tags most of them. */
const tagged = new Map(ids.flatMap((id) => (chance() < 1 / 3 ? [[id, [tags[Math.floor(tags.length * chance() ** 2)] ?? ""]] as const] : [])))

const taken = await Effect.runPromise(
  Effect.scoped(
    jumping(
      Effect.gen(function* () {
        const bridge = yield* Simulated.start(limit, "\n    rules: [{ kind: organization }, { kind: tag }]")
        Simulated.known(bridge, ids)
        Simulated.load(bridge, ids, organizations, (id) => tagged.get(id) ?? [])
        return yield* Simulated.measure(bridge, limit)
      })
    )
  )
)

const hours = (seconds: number) => `${(seconds / 3600).toFixed(2)} h`
const line = (label: string, text: string) => process.stdout.write(`${label.padEnd(24)}${text}\n`)
const sizes = organizations.map(({ members }) => members.length)
line("organizations", `${sizes.length}, ${sizes.filter((size) => size < 20).length} of fewer than 20, the largest ${Math.max(...sizes)}`)
line("memberships", `${taken.added}`)
line("writes / fewest", `${taken.writes} / ${taken.fewest} = ${(taken.writes / taken.fewest).toFixed(2)}`)
line("reads, refused", `${taken.reads}, ${taken.refused}`)
line("time / allowance's own", `${hours(taken.seconds)} / ${hours(taken.bound)} = ${(taken.seconds / Math.max(1, taken.bound)).toFixed(3)}`)
line("estimate / time", `${hours(taken.estimate.seconds)} / ${hours(taken.seconds)} = ${(taken.estimate.seconds / Math.max(1, taken.seconds)).toFixed(3)}`)
line("half of it stood after", hours(taken.half))
if (taken.writes !== taken.fewest || taken.refused > 0) process.exitCode = 1
