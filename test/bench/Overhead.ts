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

export const run = async (size: Size): Promise<ReadonlyArray<Figure>> => {
  const removals = { smoke: 10, small: 1_000, full: 6_000 }[size]
  const bare = await bareCall(removals * 2)
  const server = Child.serve<Ask, Account>("AccountServer.ts")
  const { config } = await server.ask({ customers: removals * 2, organizations: removals / 10, memberships: removals * 2 })
  const sync = () => Child.command(["sync", "--yes", "--json", "--config", config])
  await sync()
  const idle = await sync()
  await server.ask({ leave: removals })
  const busy = await sync()
  server.end()
  const perCall = (busy.cpuSeconds - idle.cpuSeconds) / removals
  return [
    {
      name: `processor time of a write (${thousands(removals)} removals, one call each)`,
      value: `${micros(perCall)}, of which the engine's ${micros(perCall - bare)}`,
      bound: `bare undici: ${micros(bare)}; goal for the engine: 150 us`,
      ratio: (perCall - bare) / 150e-6,
      goal: { sense: "<=", ratio: 1 }
    }
  ]
}
