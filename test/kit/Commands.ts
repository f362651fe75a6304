/** Commands in this process over a bridge's sandboxes: the command line as it is typed, without the time that a process takes to start. */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import * as Program from "../../src/cli/Program.ts"
import type { Bridge } from "./Bridge.ts"
import type { Finished, Json } from "./Installed.ts"
import { environment } from "./Served.ts"

/** Collects what is written to a stream of the process. */
const captured = (stream: NodeJS.WriteStream, pieces: Array<string>): (() => void) => {
  const { write } = stream
  stream.write = (chunk: string | Uint8Array): boolean => {
    pieces.push(String(chunk))
    return true
  }
  return () => {
    stream.write = write
  }
}

/** Runs one command to its end. Nothing else may write to the process's output meanwhile. */
export const run = (bridge: Bridge, args: ReadonlyArray<string>): Effect.Effect<Finished> =>
  Effect.promise(async () => {
    const [stdout, stderr]: [Array<string>, Array<string>] = [[], []]
    const restore = [captured(process.stdout, stdout), captured(process.stderr, stderr)]
    const before = process.exitCode
    process.exitCode = undefined
    try {
      const program = Program.make(() => Promise.resolve(environment(bridge)))
      await program.parseAsync(["--config", join(bridge.dir, "groupbridge.yaml"), ...args], { from: "user" })
      return { code: Number(process.exitCode ?? 0), stdout: stdout.join(""), stderr: stderr.join("") }
    } finally {
      process.exitCode = before
      for (const one of restore) one()
    }
  })

/** As `run`, with the document that `--json` prints. */
export const json = (bridge: Bridge, args: ReadonlyArray<string>): Effect.Effect<{ readonly code: number; readonly document: Json }> =>
  Effect.map(run(bridge, [...args, "--json"]), ({ code, stderr, stdout }) => {
    if (stdout === "") throw new Error(`no document: ${stderr}`)
    return { code, document: JSON.parse(stdout) as Json }
  })
