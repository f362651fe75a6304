import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Log from "../../src/observe/Log.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"

const canary = "canary-7f3a9c"

const lines = (effect: Effect.Effect<void>, level = LogLevel.Debug, format: "text" | "json" = "text") =>
  Effect.gen(function* () {
    const written: Array<string> = []
    const redactor = SecretRedactor.make()
    redactor.hide(canary)
    yield* Effect.provide(effect, Log.layer(redactor, { level, format, write: (line) => written.push(line) }))
    return written.map((line) => {
      if (format === "json") return line
      assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d /)
      return line.slice(26)
    })
  })

describe("Log", () => {
  it.effect("writes one plain line a message", () =>
    Effect.gen(function* () {
      const written = yield* lines(Effect.annotateLogs(Effect.logInfo("read", { users: 3 }), { connection: "acme", why: "two words", count: 7, empty: "" }))
      assert.deepStrictEqual(written, [`info read {"users":3} connection=acme count=7 empty="" why="two words"`])
    })
  )

  it.effect("drops what is below its level", () =>
    Effect.gen(function* () {
      const written = yield* lines(Effect.zipRight(Effect.logDebug("no"), Effect.logWarning("yes")), LogLevel.Info)
      assert.deepStrictEqual(written, ["warn yes"])
    })
  )

  it.effect("shows control characters instead of letting a terminal act on them", () =>
    Effect.gen(function* () {
      const written = yield* lines(Effect.annotateLogs(Effect.logInfo("a\u001b[2Jb\nc"), { name: "x\u202ey", csi: "\u009b1m" }))
      assert.deepStrictEqual(written, ["info a\\u001b[2Jb\\u000ac csi=\\u009b1m name=x\\u202ey"])
    })
  )

  it.effect("says no secret, wherever it stands", () =>
    Effect.gen(function* () {
      const written = yield* lines(
        Effect.annotateLogs(Effect.logError(`with ${canary}`, { deep: [canary] }, Redacted.make(canary), Cause.fail(new Error(canary))), {
          header: `Bearer ${canary}`,
          [canary]: 1
        })
      )
      assert.strictEqual(written.length, 1)
      assert.notInclude(written.join(), canary)
      assert.include(written.join(), "Bearer [hidden]")
    })
  )

  it.effect("shows the day and the machine's zone", () =>
    Effect.gen(function* () {
      const written: Array<string> = []
      const at = Date.parse("2026-11-30T09:07:00Z")
      yield* TestClock.setTime(at)
      yield* Effect.provide(
        Effect.logInfo("x"),
        Log.layer(SecretRedactor.make(), { level: LogLevel.Info, format: "text", write: (line) => written.push(line) })
      )
      const [time = ""] = written[0]?.split(" ") ?? []
      assert.strictEqual(Date.parse(time), at)
      assert.strictEqual(time.slice(0, 13), DateTime.formatIso(DateTime.unsafeMake(at - new Date(at).getTimezoneOffset() * 60_000)).slice(0, 13))
    })
  )

  it.effect("names sync and run in front, or as fields", () =>
    Effect.gen(function* () {
      const said = Effect.annotateLogs(Effect.logWarning("late", "by far"), { sync: "customers", run: "r-7", calls: 3 })
      assert.deepStrictEqual(yield* lines(said), ["warn customers r-7: late by far calls=3"])
      assert.deepStrictEqual(yield* lines(Effect.annotateLogs(Effect.logInfo("due"), { sync: "customers" })), ["info customers: due"])
      const [line = ""] = yield* lines(said, LogLevel.Info, "json")
      const { time, ...rest } = JSON.parse(line)
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/)
      assert.deepStrictEqual(rest, { level: "warn", message: "late by far", calls: 3, run: "r-7", sync: "customers" })
    })
  )

  it.effect("says no secret in JSON either, keeps its own fields, and stays one line", () =>
    Effect.gen(function* () {
      const [line = "", ...more] = yield* lines(
        Effect.annotateLogs(Effect.logError(`a"${canary}\n\u009b`, Cause.fail(new Error(canary))), { level: "none", [canary]: canary }),
        LogLevel.Info,
        "json"
      )
      assert.deepStrictEqual(more, [])
      assert.notInclude(line, canary)
      const parsed = JSON.parse(line)
      assert.deepStrictEqual([parsed.level, parsed.message, parsed["[hidden]"]], ["error", 'a"[hidden]\n\u009b', "[hidden]"])
      assert.include(parsed.cause, "[hidden]")
    })
  )
})
