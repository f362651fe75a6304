/** Programs run beside a benchmark: what they cost, and servers that keep their work out of the measured process. */
import { buildSync } from "esbuild"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export interface Measured {
  readonly seconds: number
  /** User and system time. */
  readonly cpuSeconds: number
  readonly peakMiB: number
  readonly code: number | null
}

/** Of Linux's clock ticks in /proc, which are a hundredth of a second on every common build. */
const tick = 0.01

/** Runs a Node program to its end, on that Node. Its peak (VmHWM) and its time are the kernel's own, read while it lives. */
export const measure = (args: ReadonlyArray<string>, node: string = process.execPath): Promise<Measured> =>
  new Promise((resolve) => {
    const started = performance.now()
    let peak = 0
    let ticks = 0
    const child = spawn(node, args, { stdio: ["ignore", "ignore", "inherit"] })
    const look = () => {
      try {
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0))
        const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? []
        ticks = Math.max(ticks, Number(fields[11] ?? 0) + Number(fields[12] ?? 0))
      } catch {
        // The process ended between two looks.
      }
    }
    const watch = setInterval(look, 10)
    child.on("close", (code) => {
      clearInterval(watch)
      resolve({ seconds: (performance.now() - started) / 1000, cpuSeconds: ticks * tick, peakMiB: peak / 1024, code })
    })
  })

export const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url))

const hour = 3_600_000

/** Has a program live so many hours later than its machine: what a run does depends on how long ago the last one was. */
const later = (hours: number) => ["--import", `data:text/javascript,const now = Date.now; Date.now = () => now() + ${hours * hour}`]

/** Runs the built command, which must end well, so many hours from now. */
export const command = async (args: ReadonlyArray<string>, hours = 0): Promise<Measured> => {
  const one = await measure([...(hours === 0 ? [] : later(hours)), program, ...args])
  if (one.code !== 0) throw new Error(`groupbridge ${args.join(" ")} ended with ${one.code}`)
  return one
}

/** What bash reports of its children: user and system time, by the kernel's own account, to a thousandth of a second. */
const times = /^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/

/** Seconds of processor time that a Node program takes from its start to its end. Processes that share the machine hardly move that, other than the time on the clock. Fails where the program does. */
export const processorTime = (args: ReadonlyArray<string>, node: string = process.execPath): number => {
  const script = '"$@" > /dev/null || exit; times'
  const ended = spawnSync("bash", ["-c", script, "bash", node, ...args], { encoding: "utf8" })
  if (ended.status !== 0) throw new Error(`${args.join(" ")} ended with ${ended.status}: ${ended.stderr}`)
  const [, userMinutes, user, systemMinutes, system] = times.exec(ended.stdout.trim().split("\n").at(-1) ?? "") ?? []
  return 60 * (Number(userMinutes) + Number(systemMinutes)) + Number(user) + Number(system)
}

export interface Server<Ask, Tell> {
  /** Sends one message and waits for the one that answers it. */
  readonly ask: (message: Ask) => Promise<Tell>
  readonly end: () => void
}

/** In one piece: to load all its modules one by one takes longer than some benchmarks. */
const bundled = (file: string): string => {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    write: false
  })
  return outputFiles[0]?.text ?? ""
}

/** Starts a program of this folder as a server in a process of its own, which ends with ours. */
export const serve = <Ask, Tell>(file: string): Server<Ask, Tell> => {
  const child: ChildProcess = spawn(process.execPath, ["--input-type=module", "-"], { stdio: ["pipe", "inherit", "inherit", "ipc"] })
  child.stdin?.end(bundled(file))
  return {
    ask: (message) =>
      new Promise((resolve, reject) => {
        const failed = () => reject(new Error(`${file} ended before it answered`))
        child.once("exit", failed)
        child.once("message", (answer) => {
          child.off("exit", failed)
          resolve(answer as Tell)
        })
        child.send(message as object)
      }),
    end: () => void child.disconnect()
  }
}
