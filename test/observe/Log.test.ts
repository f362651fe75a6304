import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Log from "../../src/observe/Log.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"

const canary = "canary-7f3a9c"

const lines = (effect: Effect.Effect<void>, level = LogLevel.Debug) =>
  Effect.gen(function* () {
    const written: Array<string> = []
    const redactor = SecretRedactor.make()
    redactor.hide(canary)
    yield* Effect.provide(effect, Log.layer(redactor, { level, write: (line) => written.push(line) }))
    return written.map((line) => {
      assert.match(line, /^\d\d:\d\d:\d\d /)
      return line.slice(9)
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
})
