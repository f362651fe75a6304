import { assert, describe, it } from "@effect/vitest"
import * as InferredLimit from "../../src/http/pacing/InferredLimit.ts"
import * as InferredWindow from "../../src/http/pacing/InferredWindow.ts"

const [second, minute, hour] = [1_000, 60_000, 3_600_000]

describe("the length of an undocumented window", () => {
  it.each([
    ["none beside a documented minute", minute, { at: 12 * second, since: 0, wait: 48 * second, again: false }, null],
    ["none where the wait is the hour's own", hour, { at: 12 * second, since: 0, wait: 20 * minute, again: false }, null],
    ["from the first call until the moment that the refusal names", hour, { at: 12 * second, since: 0, wait: 48 * second, again: false }, minute],
    ["at least a second", hour, { at: 100, since: 0, wait: 200, again: false }, second],
    ["the next usual one above the wait after a long stretch of calls", hour, { at: 40 * minute, since: 0, wait: 20 * second, again: false }, minute],
    ["a minute where the refusal says nothing", hour, { at: 12 * second, since: 0, wait: null, again: false }, minute],
    ["longer where nothing was accepted since", hour, { at: 72 * second, since: 0, wait: null, again: true }, 132 * second],
    ["none once it would be the hour itself", hour, { at: 56 * minute, since: 0, wait: null, again: true }, null]
  ] as const)("is %s", (_, documented, refusal, expected) => {
    assert.strictEqual(InferredWindow.span(documented, refusal), expected)
  })
})

describe("an inferred limit", () => {
  it("is raised by half until a second refusal confirms it, and then seldom", () => {
    const limit = InferredLimit.make(minute, 100, false)
    assert.strictEqual(limit.most(0), 150)
    limit.refused(120, 150, 1, 2)
    assert.strictEqual(limit.safe(), 100)
    assert.isTrue(limit.confirmed())
    assert.strictEqual(limit.most(3 * minute), 100)
    assert.strictEqual(limit.most(7 * minute), 109)
  })

  it("is cut where it was kept and a call was refused all the same", () => {
    const limit = InferredLimit.make(minute, 100, true)
    limit.refused(95, 100, 1, 2)
    assert.strictEqual(limit.safe(), 60)
  })

  it("is not cut by one refusal of far fewer calls, but by a second one", () => {
    const limit = InferredLimit.make(minute, 100, true)
    limit.refused(10, 100, 1, 2)
    assert.strictEqual(limit.safe(), 100)
    limit.refused(10, 100, 3, 4)
    assert.strictEqual(limit.safe(), 60)
  })

  it("counts refusals of calls that were under way together once", () => {
    const limit = InferredLimit.make(minute, 100, true)
    limit.refused(95, 100, 1, 10)
    limit.refused(95, 100, 5, 11)
    assert.strictEqual(limit.safe(), 60)
  })
})
