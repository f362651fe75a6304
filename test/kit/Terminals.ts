/** The built command at a pseudo-terminal, made by `script` of util-linux. */
import * as Effect from "effect/Effect"
import { spawn, spawnSync } from "node:child_process"
import { program } from "./Installed.ts"

/** `script` is on this machine; tests that need it are skipped without. */
export const available = spawnSync("script", ["--version"]).status === 0
if (!available) process.stderr.write("skipped: tests at a terminal need script (util-linux)\n")

/** Text that is typed once `after` has been shown; at the start without it. */
export interface Typing {
  readonly after?: string
  readonly typed: string
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Runs a command in the folder and types; answers all that the terminal showed. The terminal is closed when the command ends, after 60 s at the latest. */
export const at =
  (dir: string, env: Readonly<Record<string, string>>) =>
  (args: ReadonlyArray<string>, typing: ReadonlyArray<Typing>): Effect.Effect<{ readonly shown: string }> =>
    Effect.async((resume) => {
      const command = [process.execPath, program, ...args].map(quoted).join(" ")
      const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: dir, env: { ...process.env, ...env, TERM: "xterm" }, timeout: 60_000 })
      const left = [...typing]
      let shown = ""
      const type = (): void => {
        for (let next = left[0]; next !== undefined && (next.after === undefined || shown.includes(next.after)); next = left[0]) {
          child.stdin.write(next.typed)
          left.shift()
        }
      }
      child.stdout.on("data", (chunk: Buffer) => {
        shown += chunk.toString()
        type()
      })
      child.on("close", () => resume(Effect.succeed({ shown })))
      type()
    })
