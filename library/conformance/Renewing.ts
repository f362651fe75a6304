/** What every connector must do that exchanges a credential for tokens that end. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { AnySandbox, RenewingCredential } from "../../src/sandbox/Sandbox.ts"
import { baseUrl, type Connected, conforms, type Subject } from "./Harness.ts"
import * as World from "./World.ts"

const renewingOf = (sandbox: AnySandbox): RenewingCredential => {
  if (sandbox.renewing === undefined) throw new Error("the connector declares that it renews credentials, and its sandbox has no `renewing`")
  return sandbox.renewing
}

/** Everything that a run reads, each list after the one before. */
const reading = ({ source, target }: Connected, isSource: boolean): Effect.Effect<ReadonlyArray<unknown>, ConnectorError> =>
  isSource
    ? Effect.forEach(source.streams, ({ pages }) => Effect.map(Stream.runCollect(pages), (all) => [...all].flatMap(({ records }) => records)))
    : Effect.map(Stream.runCollect(target.groups), (all) => [...all].flatMap(({ items }) => items))

const refusals = ({ faulty }: Connected): number => faulty.log.filter(({ status }) => status === 401).length

export const suite = (subject: Subject): void => {
  const isSource = subject.connector.source !== undefined
  const renewing = { subject, options: (sandbox: AnySandbox) => renewingOf(sandbox).options(baseUrl) }
  const filled = (connected: Connected) =>
    Effect.sync(() => {
      connected.sandbox.source?.load(World.ofSize(2 * connected.sandbox.pageSize + 1))
      return renewingOf(connected.sandbox).tokens
    })

  describe("renews its credential", () => {
    conforms("one token serves all calls while it is good", {
      ...renewing,
      body: (connected) =>
        Effect.gen(function* () {
          const tokens = yield* filled(connected)
          yield* connected.reported(reading(connected, isSource))
          assert.strictEqual(tokens.all.length, 1)
          assert.strictEqual(refusals(connected), 0)
        })
    })

    conforms("before it ends, so that no call is refused", {
      ...renewing,
      body: (connected) =>
        Effect.gen(function* () {
          const tokens = yield* filled(connected)
          const { lifetimeMillis } = renewingOf(connected.sandbox)
          for (let turn = 1; turn <= 3; turn++) {
            yield* connected.reported(reading(connected, isSource))
            assert.strictEqual(tokens.all.length, turn)
            yield* TestClock.adjust(lifetimeMillis - 1)
          }
          assert.strictEqual(refusals(connected), 0)
        })
    })

    conforms("where tokens end after two calls, in the middle of everything, and nothing is missed or read twice", {
      ...renewing,
      body: (connected) =>
        Effect.gen(function* () {
          const tokens = yield* filled(connected)
          const whole = yield* connected.reported(reading(connected, isSource))
          tokens.endAfter(2)
          tokens.revoke()
          assert.deepStrictEqual(yield* connected.reported(reading(connected, isSource)), whole)
          assert.isAbove(refusals(connected), 0)
        })
    })

    conforms("once for all calls that are under way when it ends", {
      ...renewing,
      body: (connected) =>
        Effect.gen(function* () {
          const tokens = yield* filled(connected)
          yield* connected.reported(reading(connected, isSource))
          tokens.revoke()
          const atOnce = Array.from({ length: 6 }, () => reading(connected, isSource))
          yield* connected.reported(Effect.all(atOnce, { concurrency: "unbounded" }))
          assert.strictEqual(tokens.all.length, 2)
        })
    })

    conforms("and stops at a credential that is refused: one attempt, whatever is asked", {
      subject,
      options: (sandbox) => renewingOf(sandbox).refusedOptions(baseUrl),
      body: (connected) =>
        Effect.gen(function* () {
          yield* filled(connected)
          for (const asked of [reading(connected, isSource), reading(connected, isSource)]) {
            const error = Either.match(yield* connected.ask(asked), { onLeft: (error) => error, onRight: () => null })
            assert.deepStrictEqual([error?.reason, error?.effect], ["Unauthorized", "none"])
          }
          assert.strictEqual(connected.faulty.log.length, 1)
        })
    })

    conforms("not without end: a new token that is refused at once fails the call", {
      ...renewing,
      body: (connected) =>
        Effect.gen(function* () {
          const tokens = yield* filled(connected)
          yield* connected.reported(reading(connected, isSource))
          tokens.endAfter(0)
          const asked = connected.faulty.log.length
          const error = Either.match(yield* connected.ask(reading(connected, isSource)), { onLeft: (error) => error, onRight: () => null })
          assert.strictEqual(error?.reason, "Unauthorized")
          assert.isAtMost(connected.faulty.log.length - asked, 3)
        })
    })
  })
}
