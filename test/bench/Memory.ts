/**
 * Peak memory and time of the built command at growing sizes of account: memory must be flat in the number of customers.
 * A run in which nothing changed stands beside a bare reading of the same pages.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Account, AccountSize, Ask } from "./AccountServer.ts"
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

interface Bare {
  readonly read: number
  readonly insert: number
}

/** Seconds. */
const bare = async (account: Account, size: AccountSize): Promise<Bare> => {
  const dir = mkdtempSync(join(tmpdir(), "groupbridge-bench-"))
  try {
    return { read: (await Raw.read(account)) / 1000, insert: Raw.insert(join(dir, "raw.db"), size.customers, size.memberships) / 1000 }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Run {
  readonly memberships: number
  readonly measured: Child.Measured
}

export async function* run(size: Size): AsyncGenerator<Figure> {
  const steps = { smoke: [300, 600], small: [3_000, 30_000], full: [10_000, 100_000, 1_000_000] }[size]
  const asked = size === "smoke" ? commands.slice(-1) : commands
  const smaller = new Map<string, Run>()
  for (const memberships of steps) {
    const server = Child.serve<Ask, Account>("AccountServer.ts")
    try {
      const account = await server.ask(sizeOf(memberships))
      for (const [name, command] of asked) {
        const measured = await Child.command([command, ...(command === "sync" ? ["--yes"] : []), "--json", "--config", account.config])
        const before = smaller.get(name)
        if (before !== undefined) yield growth(name, before, { memberships, measured })
        smaller.set(name, { memberships, measured })
        const isLast = memberships === steps.at(-1) && name === asked.at(-1)?.[0]
        if (isLast) yield resync(memberships, measured, await bare(account, sizeOf(memberships)))
      }
    } finally {
      server.end()
    }
  }
}

const growth = (name: string, before: Run, { measured, memberships }: Run): Figure => {
  const perRow = ((measured.peakMiB - before.measured.peakMiB) * 1024 * 1024) / (memberships - before.memberships)
  return {
    name: `memory: ${name}, ${thousands(memberships)} assignments`,
    value: `${measured.peakMiB.toFixed(0)} MiB in ${measured.seconds.toFixed(1)} s, ${perRow.toFixed(0)} bytes an assignment more`,
    bound: `${before.measured.peakMiB.toFixed(0)} MiB at ${thousands(before.memberships)}; goal: ${mostPerRow} bytes`,
    ratio: perRow / mostPerRow,
    // What a process takes anyhow moves by some MiB from run to run: over fewer rows that says nothing.
    goal: memberships >= 100_000 ? { sense: "<=", ratio: 1 } : null
  }
}

const resync = (memberships: number, { cpuSeconds, seconds }: Child.Measured, { insert, read }: Bare): Figure => ({
  name: `a whole sync without changes of ${thousands(memberships)} memberships`,
  value: `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processor time`,
  bound: `raw read ${read.toFixed(1)} s, raw insert ${insert.toFixed(1)} s`,
  ratio: seconds / Math.max(read, insert),
  goal: { sense: "<=", ratio: 2 }
})
