import { assert, describe, it } from "@effect/vitest"
import * as RateHeaders from "../../src/http/pacing/RateHeaders.ts"
import * as RetryAfter from "../../src/http/pacing/RetryAfter.ts"

const now = 1_700_000_000_000
const read = (headers: Readonly<Record<string, string>>, more: Partial<RateHeaders.RatedAnswer> = {}) =>
  RateHeaders.read({ status: 200, headers, body: undefined, now, serverTime: null, endpoint: null, ...more })

describe("RateHeaders", () => {
  const spellings: ReadonlyArray<readonly [Readonly<Record<string, string>>, number | null, number | null, number | null]> = [
    [{ "x-rate-limit": "700", "x-rate-limit-remaining": "699" }, 700, 699, null],
    [{ "rate-limit": "700", "rate-limit-remaining": "699", "rate-limit-reset": "30" }, 700, 699, now + 30_000],
    [{ "ratelimit-limit": "700", "ratelimit-remaining": "0", "ratelimit-reset": "1" }, 700, 0, now + 1_000],
    [{ "x-ratelimit-limit": "1000", "x-ratelimit-remaining": "412", "x-ratelimit-reset": "1700000060" }, 1_000, 412, now + 60_000],
    [{ "x-ratelimit-total": "400.0", "x-ratelimit-remaining": "399.0" }, 400, 399, null],
    [{ "x-ratelimit-reset": "1700000060000" }, null, null, now + 60_000],
    [{ "x-ratelimit-limit": "soon", "x-ratelimit-remaining": "" }, null, null, null]
  ]
  for (const [headers, limit, remaining, resetAt] of spellings) {
    it(`reads ${JSON.stringify(headers)}`, () => {
      assert.deepStrictEqual(read(headers), { limit, remaining, resetAt, pausedUntil: null, endpoint: null })
    })
  }

  it("takes a time by the server's clock for what it is by ours", () => {
    assert.strictEqual(read({ "x-ratelimit-reset": "1700000060" }, { serverTime: now + 50_000 }).resetAt, now + 10_000)
    assert.strictEqual(RetryAfter.read("Tue, 14 Nov 2023 22:14:20 GMT", now, now + 50_000), now + 10_000)
  })

  it("tells a pause on a 429 only, and on a 503 that names one", () => {
    const reported = { "retry-after": "5" }
    assert.deepStrictEqual(
      [200, 429, 500, 503].map((status) => [read(reported, { status }).pausedUntil, read({}, { status }).pausedUntil]),
      [
        [null, null],
        [now + 5_000, "unreported"],
        [null, null],
        [now + 5_000, null]
      ]
    )
    assert.strictEqual(read({ "retry-after": "soon" }, { status: 429, body: { retry_after: "3" } }).pausedUntil, now + 3_000)
  })

  it("reads an endpoint's own header", () => {
    const rated = { status: 200, headers: {}, body: undefined, now, serverTime: null, endpoint: "tags" }
    const report = RateHeaders.readEndpoint("total=100; remaining=99; resets=52", rated)
    assert.deepStrictEqual(report, { limit: 100, remaining: 99, resetAt: now + 52_000, pausedUntil: null, endpoint: "tags" })
    assert.isNull(RateHeaders.readEndpoint("whatever", rated))
  })

  it("reads no wait out of nonsense", () => {
    for (const value of [undefined, "", "-5", "soon", "1e3", "0x10"]) assert.isNull(RetryAfter.read(value, now, null))
    assert.strictEqual(RetryAfter.read(" 1.5 ", now, null), now + 1_500)
    assert.strictEqual(RetryAfter.read("Tue, 14 Nov 2000 22:14:20 GMT", now, null), now)
  })
})
