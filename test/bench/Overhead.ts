/** What a write costs the built command's own processor time, beside the bare call. */
import type { Account, Ask } from "./AccountServer.ts"
import * as Child from "./Child.ts"
import * as Clients from "./Clients.ts"
import { type Figure, type Size, thousands } from "./Figure.ts"
import type { Setup, Tally } from "./RateServer.ts"

const micros = (seconds: number) => `${(seconds * 1e6).toFixed(0)} us`

/** Processor time of this process for one bare call of undici. */
const bareCall = async (calls: number): Promise<number> => {
  const server = Child.serve<Setup | "tally", Tally>("RateServer.ts")
  const { url } = await server.ask({ kind: "none", calls: 1, perMillis: 1, latency: [0, 0], foreign: 0, announces: false })
  await Clients.bare({ url, total: 500, limit: null })
  const before = process.cpuUsage()
  await Clients.bare({ url, total: calls, limit: null })
  const { system, user } = process.cpuUsage(before)
  server.end()
  return (user + system) / 1e6 / calls
}

/** What a further write costs: a run of a few is taken off one of many, and with it what every run costs and code that runs for the first time. */
export const run = async (size: Size): Promise<ReadonlyArray<Figure>> => {
  const [few, many] = { smoke: [10, 20], small: [500, 2_000], full: [2_000, 10_000] }[size] as [number, number]
  const total = few + many
  const bare = await bareCall(many)
  const server = Child.serve<Ask, Account>("AccountServer.ts")
  const { config } = await server.ask({ customers: total * 2, organizations: total / 10, memberships: total * 2 })
  const sync = () => Child.command(["sync", "--yes", "--json", "--config", config])
  await sync()
  const removing = async (count: number) => {
    await server.ask({ leave: count })
    return (await sync()).cpuSeconds
  }
  const [of, more] = [await removing(few), await removing(many)]
  server.end()
  const perCall = (more - of) / (many - few)
  return [
    {
      name: `processor time of a write (of ${thousands(many)} removals, one call each)`,
      value: `${micros(perCall)}, of which the engine's ${micros(perCall - bare)}`,
      bound: `bare undici: ${micros(bare)}; goal for the engine: 150 us`,
      ratio: (perCall - bare) / 150e-6,
      goal: { sense: "<=", ratio: 1 }
    }
  ]
}
