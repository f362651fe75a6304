import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { Clockwork } from "../../src/serve/Clockwork.ts"
import * as NodeCron from "../../src/serve/NodeCron.ts"

describe("node-cron as the clockwork", () => {
  it.scopedLive("tells the time by the machine, in the zone of the turn, until its scope ends", () =>
    Effect.gen(function* () {
      const clockwork = yield* Clockwork
      const scope = yield* Scope.make()
      const due = yield* Deferred.make<void>()
      let times = 0
      const count = () =>
        Effect.zipRight(
          Effect.sync(() => (times += 1)),
          Effect.asVoid(Deferred.succeed(due, undefined))
        )
      yield* Scope.extend(clockwork.start({ sync: "often", schedule: "* * * * * *", timezone: null }, count), scope)
      const next = yield* yield* clockwork.start({ sync: "daily", schedule: "30 7 * * *", timezone: "Asia/Kolkata" }, () => Effect.void)
      assert.strictEqual(new Date(next ?? 0).toISOString().slice(11), "02:00:00.000Z")
      yield* Deferred.await(due)
      yield* Scope.close(scope, Exit.void)
      const before = times
      yield* Effect.sleep("1200 millis")
      assert.strictEqual(times, before)
    }).pipe(Effect.provide(NodeCron.layer))
  )

  it.scopedLive("tells the time that schedules have in common, wherever they are", () =>
    Effect.gen(function* () {
      const clockwork = yield* Clockwork
      const zones = ["UTC", "Asia/Kathmandu", null]
      const common = yield* Deferred.make<number>()
      const told = new Map<number, number>()
      const tell = (at: number) =>
        Effect.suspend(() => {
          told.set(at, (told.get(at) ?? 0) + 1)
          return told.get(at) === zones.length ? Effect.asVoid(Deferred.succeed(common, at)) : Effect.void
        })
      yield* Effect.forEach(zones, (timezone) => clockwork.start({ sync: `in ${timezone}`, schedule: "* * * * * *", timezone }, tell))
      assert.strictEqual((yield* Deferred.await(common)) % 1000, 0)
    }).pipe(Effect.provide(NodeCron.layer))
  )
})
