/** What a lost call did is told from what the target shows, and only once the call can no longer be under way. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { declaration } from "../../connectors/cstar/CstarTarget.ts"
import * as Evidence from "../../src/apply/Evidence.ts"
import { Journal, type OpenCall, type RowOutcome } from "../../src/apply/Journal.ts"
import { WriterStore } from "../../src/apply/WriterStore.ts"
import * as ReadLag from "../../src/read/ReadLag.ts"
import type { Target } from "../../src/contract/Target.ts"

const group = {
  id: "g1",
  name: "VIP",
  slug: undefined,
  description: undefined,
  externalId: undefined,
  mark: undefined,
  marksShown: false,
  count: undefined,
  createdAt: 0
}

/** A target that carries out an add of c1 to VIP so many milliseconds after the start. */
const slow = (millis: number): Target => {
  const never = Effect.dieMessage("not asked for")
  const members = Stream.fromEffect(
    Effect.map(Clock.currentTimeMillis, (now) => ({
      items: now < millis ? [] : [{ customer: { id: "c1", email: null, externalId: null, name: null }, joinedAt: millis }],
      total: null,
      end: true
    }))
  )
  return {
    identify: never,
    groups: Stream.die("not asked for"),
    group: () => Effect.succeedSome(group),
    createGroup: () => never,
    updateGroup: () => never,
    deleteGroup: () => never,
    members: () => members,
    groupsOf: () => never,
    add: () => never,
    remove: () => never,
    customers: Stream.die("not asked for"),
    customersByAddress: () => never
  }
}

const call: OpenCall = {
  call: 1,
  connection: "cstar",
  op: "assignment.add",
  group: { number: 1, id: "g1", name: "VIP", handle: null },
  by: "group",
  rows: [{ group: { number: 1, id: "g1", name: "VIP", handle: null }, number: 7, id: "c1", email: null, absent: false, lostSince: null }],
  intentAt: 0,
  clockOffset: 0,
  madeNow: false,
  key: null,
  retry: false
}

/** Settles the call from `startAt` on; answers what was stored and when. */
const settled = (target: Target, startAt: number) =>
  Effect.gen(function* () {
    const stored: Array<{ readonly outcome: RowOutcome | undefined; readonly at: number }> = []
    const journal = Layer.mock(Journal, {
      settleRows: (_, outcome) => Effect.map(Clock.currentTimeMillis, (at) => void stored.push({ outcome: outcome.get(call.rows[0]!), at }))
    })
    yield* TestClock.adjust(startAt)
    const fiber = yield* Effect.fork(
      Effect.provide(
        Evidence.settle({ target, declaration, lag: ReadLag.of(declaration, null), state: "state" }, call),
        Layer.merge(journal, Layer.mock(WriterStore, {}))
      )
    )
    yield* TestClock.adjust("1 minutes")
    yield* Fiber.join(fiber)
    return Option.getOrThrow(Option.fromNullable(stored[0]))
  })

describe("a call whose sender is gone", () => {
  it.effect("may still be on its way: its absence counts five seconds after it was meant", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* settled(slow(3_000), 1_000), { outcome: "applied", at: 5_000 })
    })
  )

  it.effect("is settled at once where its effect shows", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* settled(slow(500), 1_000), { outcome: "applied", at: 1_000 })
    })
  )

  it.effect("is settled at once where it is old", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* settled(slow(Infinity), 60_000), { outcome: "lost", at: 60_000 })
    })
  )
})
