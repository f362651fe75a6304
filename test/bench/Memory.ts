/**
 * Peak memory and time of the built command at growing sizes of account: memory must be flat in the number of customers.
 * A run in which nothing changed stands beside a bare reading of the same pages.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Account, type AccountSize, type Ask } from "./AccountServer.ts"
import * as Child from "./Child.ts"
import { type Figure, type Size, thousands } from "./Figure.ts"
import * as Raw from "./Raw.ts"

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

/** So many bytes more for an assignment count as flat. */
const mostPerRow = 20

interface Sized {
  readonly runs: ReadonlyArray<Child.Measured>
  /** Seconds. */
  readonly raw: { readonly read: number; readonly insert: number }
}

const bare = async (account: Account, size: AccountSize): Promise<Sized["raw"]> => {
  const dir = mkdtempSync(join(tmpdir(), "groupbridge-bench-"))
  try {
    return { read: (await Raw.read(account)) / 1000, insert: Raw.insert(join(dir, "raw.db"), size.customers, size.memberships) / 1000 }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const measured = async (memberships: number): Promise<Sized> => {
  const server = Child.serve<Ask, Account>("AccountServer.ts")
  const account = await server.ask(sizeOf(memberships))
  const { config } = account
  const runs: Array<Child.Measured> = []
  for (const [name, command] of commands) {
    const one = await Child.measure(["dist/main.js", command, "--yes", "--json", "--config", config].filter((arg) => command === "sync" || arg !== "--yes"))
    if (one.code !== 0) throw new Error(`${name} ended with ${one.code}`)
    runs.push(one)
  }
  const raw = await bare(account, sizeOf(memberships))
  server.end()
  return { runs, raw }
}

export const run = async (size: Size): Promise<ReadonlyArray<Figure>> => {
  const steps = size === "full" ? [10_000, 100_000, 1_000_000] : [3_000, 30_000]
  const results: Array<Sized> = []
  for (const memberships of steps) results.push(await measured(memberships))
  const memory = commands.flatMap(([name], index) =>
    steps.slice(1).map((memberships, step) => {
      const [before, after] = [results[step]?.runs[index], results[step + 1]?.runs[index]]
      if (before === undefined || after === undefined) throw new Error("each size was measured")
      const perRow = ((after.peakMiB - before.peakMiB) * 1024 * 1024) / (memberships - (steps[step] ?? 0))
      return {
        name: `memory: ${name}, ${thousands(memberships)} assignments`,
        value: `${after.peakMiB.toFixed(0)} MiB in ${after.seconds.toFixed(1)} s, ${perRow.toFixed(0)} bytes an assignment more`,
        bound: `${before.peakMiB.toFixed(0)} MiB at ${thousands(steps[step] ?? 0)}; goal: ${mostPerRow} bytes`,
        ratio: perRow / mostPerRow,
        // What a process takes anyhow moves by some MiB from run to run: over fewer rows that says nothing.
        goal: memberships >= 100_000 ? { sense: "<=", ratio: 1 } : null
      } satisfies Figure
    })
  )
  return [...memory, resync(steps.at(-1) ?? 0, results.at(-1))]
}

const resync = (memberships: number, sized: Sized | undefined): Figure => {
  const again = sized?.runs.at(-1)
  if (sized === undefined || again === undefined) throw new Error("each size was measured")
  const { insert, read } = sized.raw
  return {
    name: `a whole sync without changes of ${thousands(memberships)} memberships`,
    value: `${again.seconds.toFixed(1)} s, ${again.cpuSeconds.toFixed(1)} s of processor time`,
    bound: `raw read ${read.toFixed(1)} s, raw insert ${insert.toFixed(1)} s`,
    ratio: again.seconds / Math.max(read, insert),
    goal: { sense: "<=", ratio: 2 }
  }
}
