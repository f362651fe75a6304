/** The built `serve` and its signals; the built command under a clock that is set while it runs. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as FakeTime from "../kit/FakeTime.ts"
import * as Installed from "../kit/Installed.ts"

const syncs = (schedule: string) => `  customers:
    from: acme
    to: cstar
    rules: [{ kind: tag, include: [vip] }]
    schedule: "${schedule}"
`

const installed = (schedule: string) =>
  Effect.gen(function* () {
    const { acme, cstar } = yield* Installed.tagged(30, "vip")
    return { acme, cstar, ...(yield* Installed.make({ sources: { acme }, targets: { cstar }, syncs: syncs(schedule) })) }
  })

/** Goes through steps in order: each waits for its text on standard error, from where the one before found its own. */
const script = (steps: ReadonlyArray<readonly [text: string, then: () => NodeJS.Signals | null]>) => {
  let [step, from] = [0, 0]
  return (stderr: string): NodeJS.Signals | null => {
    const [text, then] = steps[step] ?? []
    const at = text === undefined ? -1 : stderr.indexOf(text, from)
    if (text === undefined || then === undefined || at === -1) return null
    step += 1
    from = at + text.length
    return then()
  }
}

describe("serve", () => {
  it.scopedLive(
    "loads its config at SIGHUP, keeps the old one where that does not load, ends at SIGTERM, and logs lines of JSON",
    () =>
      Effect.gen(function* () {
        const { dir, run, write } = yield* installed("@yearly")
        const config = readFileSync(join(dir, "groupbridge.yaml"), "utf8")
        const rewrite = (text: string, signal: NodeJS.Signals | null) => () => {
          write("groupbridge.yaml", text)
          return signal
        }
        const { code, stderr, stdout } = yield* run(["serve", "--log-format", "json"], {
          signalOn: script([
            ["runs at @yearly", rewrite(config.replace("@yearly", "0 3 * * *"), "SIGHUP")],
            ["runs at 0 3 * * * (UTC), next", rewrite(config.replace("@yearly", "0 0 3 * * *"), "SIGHUP")],
            ["stays in use", () => "SIGTERM"]
          ])
        })
        assert.deepStrictEqual([code, stdout], [143, ""], stderr)
        const lines = stderr
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line))
        assert.deepStrictEqual(
          lines.filter(({ sync }) => sync !== undefined).map(({ level, message, sync }) => [level, sync, message.replace(/ \(UTC\).*/, "")]),
          [
            ["info", "customers", "runs at @yearly"],
            ["info", "customers", "has another schedule in the config, runs at 0 3 * * *"]
          ]
        )
        assert.strictEqual(lines.filter(({ message }) => message.startsWith("SIGHUP: ")).length, 2)
        const broken = lines.find(({ level }) => level === "error")
        assert.match(broken.message, /groupbridge\.yaml:\d+:15 +"0 0 3 \* \* \*" is not a schedule; write five fields/)
        for (const { time } of lines) assert.isAbove(Date.parse(time), 0)
      }),
    Installed.patience
  )

  it.scopedLive(
    "is wrong usage with a schedule that no one understands",
    () =>
      Effect.gen(function* () {
        const { run } = yield* installed("0 3 L * *")
        const { code, stderr } = yield* run(["serve"])
        assert.strictEqual(code, 64)
        assert.match(stderr.replaceAll(/\s+/g, " "), /groupbridge\.yaml:\d+:15 "0 3 L \* \*" is not a schedule: "L" is not understood as day of month/)
      }),
    Installed.patience
  )
})

describe("SIGHUP", () => {
  it.scopedLive(
    "stops every other command cleanly with 129, and the next run goes on",
    () =>
      Effect.gen(function* () {
        const { cstar, run } = yield* installed("@yearly")
        cstar.slow(300, ({ method }) => method === "POST")
        let sent = false
        const stopped = yield* run(["sync"], {
          signalOn: () => {
            if (sent || cstar.edits.groups().length === 0) return null
            sent = true
            return "SIGHUP"
          }
        })
        assert.strictEqual(stopped.code, 129, stopped.stderr)
        assert.match(stopped.stderr, /Stopped\. What was done is stored; the next run goes on from there\./)
        cstar.slow(0)
        const next = yield* run(["sync"])
        assert.strictEqual(next.code, 0, next.stderr)
        assert.strictEqual(cstar.held()["vip"]?.length, 30)
      }),
    Installed.patience
  )
})

describe.skipIf(FakeTime.absent !== null)(`serve under a clock that is set${FakeTime.absent ?? ""}`, () => {
  it.scopedLive(
    "says so when it was set back, and makes up soon for a turn that it was set past",
    () =>
      Effect.gen(function* () {
        const { cstar, dir, run, write } = yield* installed("@hourly")
        // Twenty minutes past an hour, whatever the real time: no step below comes near a full hour, where a turn would be due.
        const start = (80 - new Date().getUTCMinutes()) % 60
        const offset = (minutes: number) => `${start + minutes < 0 ? "" : "+"}${start + minutes}m`
        write("offset", offset(0))
        /** It has begun to watch the clock by then. */
        const set = (minutes: number) => () => {
          setTimeout(() => write("offset", offset(minutes)), 3000)
          return null
        }
        const { code, stderr } = yield* run(["serve"], {
          env: FakeTime.from(join(dir, "offset")),
          signalOn: script([
            ["runs at @hourly", set(-10)],
            ["the clock was set back by 10 min", set(130)],
            ["was missed; it is made up for now", () => null],
            ["customers r-1: done", () => "SIGTERM"]
          ])
        })
        assert.strictEqual(code, 143, stderr)
        assert.strictEqual(cstar.held()["vip"]?.length, 30)
      }),
    Installed.patience
  )
})
