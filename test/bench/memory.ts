/** Peak memory and time of the built command at two sizes of account: memory must be flat in the number of customers. */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import * as Account from "./Account.ts"

interface Measured {
  readonly seconds: number
  readonly peakMiB: number
  readonly code: number | null
}

/** Runs the command to its end; its peak is the kernel's own (VmHWM), read while it lives. */
const measure = (args: ReadonlyArray<string>): Effect.Effect<Measured> =>
  Effect.async((resume) => {
    const started = performance.now()
    let peak = 0
    const child = spawn(process.execPath, ["dist/main.js", ...args], { stdio: ["ignore", "ignore", "inherit"] })
    const watch = setInterval(() => {
      try {
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0))
      } catch {
        // The process ended between two looks.
      }
    }, 20)
    child.on("close", (code) => {
      clearInterval(watch)
      resume(Effect.succeed({ seconds: (performance.now() - started) / 1000, peakMiB: peak / 1024, code }))
    })
  })

const sizes: ReadonlyArray<Account.Size> = [
  { customers: 10_000, organizations: 200, memberships: 30_000 },
  { customers: 100_000, organizations: 2_000, memberships: 300_000 }
]

const commands = [
  ["plan, first", ["plan", "--json"]],
  ["sync, first", ["sync", "--yes", "--json"]],
  ["plan, nothing to do", ["plan", "--json"]],
  ["sync, nothing to do", ["sync", "--yes", "--json"]]
] as const

const row = (cells: ReadonlyArray<string>) =>
  process.stdout.write(`${cells.map((cell, index) => (index === 0 ? cell.padEnd(22) : cell.padStart(16))).join("")}\n`)

const main = Effect.gen(function* () {
  const results = yield* Effect.forEach(sizes, (size) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { config, dir } = yield* Account.serve(size)
        const measured = yield* Effect.forEach(commands, ([, args]) => measure([...args, "--config", config]))
        rmSync(dir, { recursive: true, force: true })
        return measured
      })
    )
  )
  row(["command", ...sizes.map((size) => `${size.customers} customers`), "memory ratio"])
  commands.forEach(([name], index) => {
    const [small, large] = results.map((result) => result[index])
    if (small === undefined || large === undefined) return
    row([name, ...[small, large].map((one) => `${one.peakMiB.toFixed(0)} MiB ${one.seconds.toFixed(1)} s`), (large.peakMiB / small.peakMiB).toFixed(2)])
    if (small.code !== 0 || large.code !== 0) process.exitCode = 1
  })
})

await Effect.runPromise(main)
