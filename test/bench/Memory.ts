/** Peak memory and time of the built command at growing sizes of account: memory must be flat in the number of customers. */
import { type Account, type AccountSize, type Ask } from "./AccountServer.ts"
import * as Child from "./Child.ts"
import { type Figure, type Size, thousands } from "./Figure.ts"

const sizeOf = (memberships: number): AccountSize => ({
  customers: Math.ceil(memberships / 3),
  organizations: Math.ceil(memberships / 150),
  memberships
})

const commands = [
  ["plan, first", "plan"],
  ["sync, first", "sync"],
  ["plan, nothing to do", "plan"],
  ["sync, nothing to do", "sync"]
] as const

const measured = async (memberships: number): Promise<ReadonlyArray<Child.Measured>> => {
  const server = Child.serve<Ask, Account>("AccountServer.ts")
  const { config } = await server.ask(sizeOf(memberships))
  const all: Array<Child.Measured> = []
  for (const [name, command] of commands) {
    const one = await Child.measure(["dist/main.js", command, "--yes", "--json", "--config", config].filter((arg) => command === "sync" || arg !== "--yes"))
    if (one.code !== 0) throw new Error(`${name} ended with ${one.code}`)
    all.push(one)
  }
  server.end()
  return all
}

export const run = async (size: Size): Promise<ReadonlyArray<Figure>> => {
  const steps = size === "full" ? [10_000, 100_000, 1_000_000] : [3_000, 30_000]
  const results: Array<ReadonlyArray<Child.Measured>> = []
  for (const memberships of steps) results.push(await measured(memberships))
  return commands.flatMap(([name], index) =>
    steps.slice(1).map((memberships, step) => {
      const [before, after] = [results[step]?.[index], results[step + 1]?.[index]]
      if (before === undefined || after === undefined) throw new Error("each size was measured")
      const perRow = ((after.peakMiB - before.peakMiB) * 1024 * 1024) / (memberships - (steps[step] ?? 0))
      return {
        name: `memory: ${name}, ${thousands(memberships)} assignments`,
        value: `${after.peakMiB.toFixed(0)} MiB in ${after.seconds.toFixed(1)} s, ${perRow.toFixed(0)} bytes an assignment more`,
        bound: `${before.peakMiB.toFixed(0)} MiB at ${thousands(steps[step] ?? 0)}`,
        ratio: after.peakMiB / before.peakMiB,
        goal: { sense: "<=", ratio: 1.2 }
      } satisfies Figure
    })
  )
}
