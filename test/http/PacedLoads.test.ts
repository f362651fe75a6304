import { assert, describe, it } from "@effect/vitest"
import * as SimulatedLoad from "./SimulatedLoad.ts"

type Load = SimulatedLoad.Load

const limit = { calls: 100, perMillis: 2_000, endpoint: null }
const usual: Omit<Load, "server" | "seed"> = {
  ...limit,
  declared: limit,
  foreign: 0,
  tells: "nothing",
  latency: [20, 80],
  atOnce: 20,
  total: 600
}

const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length

/** The same load in many phases: what was refused in the worst window, on the average and at the most; the share of the allowance that was left by others. */
const measured = (load: Omit<Load, "seed">) => {
  const outcomes = Array.from({ length: 20 }, (_, index) => SimulatedLoad.run({ ...load, seed: index + 1 }))
  const { calls, foreign, perMillis, total } = load
  // The first window's allowance is there at once.
  const ideal = ((total / calls - 1) * perMillis) / (1 - foreign)
  return {
    refused: mean(outcomes.map(({ refused }) => refused)),
    worst: mean(outcomes.map(({ mostRefused }) => mostRefused)),
    most: Math.max(...outcomes.map(({ mostRefused }) => mostRefused)),
    used: mean(outcomes.map(({ took }) => ideal / took))
  }
}

interface Bounds {
  /** In all. */
  readonly refused: number
  /** In the worst window, on the average over all phases. */
  readonly worst: number
  readonly used: number
}

const keeps = (what: string, load: Partial<Load> & Pick<Load, "server">, bounds: Bounds) =>
  it(`${what}`, () => {
    const { refused, used, worst } = measured({ ...usual, ...load })
    assert.isAtMost(worst, bounds.worst, "refused in the worst window")
    assert.isAtMost(refused, bounds.refused, "refused in all")
    assert.isAtLeast(used, bounds.used, "share that was used")
  })

const servers = ["fixed", "sliding", "bucket"] as const

describe("a load under a limit that is known, and nobody else's", () => {
  for (const server of servers)
    for (const tells of ["nothing", "remaining"] as const)
      keeps(`is never refused by a ${server} server whose answers tell ${tells}`, { server, tells }, { refused: 0, worst: 0, used: 0.93 })
  for (const server of servers)
    keeps(`is never refused by a ${server} server whose answers tell all`, { server, tells: "remaining and reset" }, { refused: 0, worst: 0, used: 0.8 })
})

describe("a load under a limit that is half of what is documented", () => {
  const declared = { ...limit, calls: 200 }
  for (const server of servers)
    it(`is refused together once by a ${server} server, and hardly again`, () => {
      const later = Array.from({ length: 20 }, (_, index) => {
        const { mostRefused, refused } = SimulatedLoad.run({ ...usual, server, declared, seed: index + 1 })
        return refused - mostRefused
      })
      assert.isAtMost(mean(later), 1)
      assert.isAtLeast(measured({ ...usual, server, declared }).used, 0.84)
    })
  it("is refused no more at a time than calls are under way", () => {
    for (const server of servers) assert.isAtMost(measured({ ...usual, server, declared, atOnce: 4 }).most, 4)
  })
})

/** cStar's documented hour, and a minute beside it that no document names. */
const minuteInHour: Partial<Load> = {
  calls: 120,
  perMillis: 60_000,
  declared: { calls: 1_000, perMillis: 3_600_000, endpoint: null },
  latency: [50, 300],
  atOnce: 8,
  total: 700
}

describe("a load under a minute's limit that no document names beside an hour's", () => {
  keeps("is done within minutes where a fixed server says when to go on", { ...minuteInHour, server: "fixed" }, { refused: 11, worst: 5, used: 0.75 })
  keeps("is done within minutes where a sliding server says when to go on", { ...minuteInHour, server: "sliding" }, { refused: 6, worst: 4, used: 0.7 })
  keeps("is done within minutes where a bucket says when to go on", { ...minuteInHour, server: "bucket" }, { refused: 18, worst: 13, used: 0.95 })
  for (const server of servers)
    keeps(`is done within minutes where a ${server} server says nothing`, { ...minuteInHour, server, asks: "nothing" }, { refused: 8, worst: 4, used: 0.7 })
  for (const server of ["fixed", "sliding"] as const)
    keeps(`is done where a ${server} server always says a second`, { ...minuteInHour, server, asks: "a second" }, { refused: 20, worst: 11, used: 0.4 })

  it("is hardly refused in the next run, which knows what the last one inferred", () => {
    const outcomes = Array.from({ length: 20 }, (_, index) => {
      const load = { ...usual, ...minuteInHour, server: "fixed", asks: "nothing" } as const
      const { inferred } = SimulatedLoad.run({ ...load, seed: index + 1 })
      return SimulatedLoad.run({ ...load, inferred, seed: index + 101 })
    })
    assert.isAtMost(mean(outcomes.map(({ refused }) => refused)), 2)
  })

  it("gives the hour itself up where it is the hour that is wrong", () => {
    const declared = { calls: 1_000, perMillis: 3_600_000, endpoint: null }
    const { inferred, refused } = SimulatedLoad.run({
      ...usual,
      server: "fixed",
      calls: 500,
      perMillis: declared.perMillis,
      declared,
      latency: [50, 300],
      atOnce: 8,
      total: 900,
      // The window had just begun, so that the wait is nearly an hour.
      seed: 3
    })
    assert.deepStrictEqual(inferred, [])
    assert.isAtMost(refused, 8)
  })
})

describe("a load under a limit that nobody tells", () => {
  keeps("is seldom refused by a fixed server", { server: "fixed", declared: null }, { refused: 11, worst: 5, used: 0.67 })
  keeps("is seldom refused by a sliding server", { server: "sliding", declared: null }, { refused: 9, worst: 4, used: 0.58 })
  keeps("is seldom refused by a bucket server", { server: "bucket", declared: null }, { refused: 7, worst: 5, used: 0.9 })

  for (const server of ["fixed", "sliding"] as const)
    keeps(
      `is used nearly whole where a ${server} server's windows last a minute`,
      { server, declared: null, perMillis: 60_000, latency: [200, 800], atOnce: 8 },
      { refused: 18, worst: 6.5, used: 0.89 }
    )

  it("is used by more calls at once as long as none is refused", () => {
    const { took } = SimulatedLoad.run({ ...usual, server: "fixed", calls: 1e6, declared: null, total: 2_000, seed: 1 })
    // Twenty at once from the start on would take 5 seconds.
    assert.isAtMost(took, 12_000)
  })
})

/** The first refusals come together wherever the other has left little; a bucket that is nearly empty refuses again before the right rate is found. */
const afterAMinute = { fixed: { 0.3: 3.5, 0.6: 5 }, sliding: { 0.3: 6.5, 0.6: 7 }, bucket: { 0.3: 7, 0.6: 11.5 } }

describe("a load beside another that uses the same key", () => {
  for (const server of servers)
    for (const foreign of [0.3, 0.6])
      for (const preceded of [false, true])
        keeps(
          `goes little beyond what a ${server} server tells is left, with ${foreign * 100} % used${preceded ? " since long before" : ""}`,
          { server, foreign, preceded, tells: "remaining" },
          { refused: 11.5, worst: server === "bucket" ? 5 : 3.5, used: 0.83 }
        )

  for (const foreign of [0.3, 0.6])
    for (const preceded of [false, true])
      keeps(
        `tries bit by bit where a sliding server tells a reset that brings no whole allowance, with ${foreign * 100} % used${preceded ? " since long before" : ""}`,
        { server: "sliding", foreign, preceded, tells: "remaining and reset" },
        { refused: 3, worst: 1.5, used: 0.82 }
      )

  for (const server of servers)
    keeps(`learns from a ${server} server what the other leaves, with 30 % used`, { server, foreign: 0.3 }, { refused: 15, worst: 5.5, used: 0.84 })

  for (const server of servers)
    for (const foreign of [0.3, 0.6] as const)
      keeps(
        `is seldom refused by a ${server} server whose windows last a minute, with ${foreign * 100} % used`,
        { server, foreign, preceded: true, calls: 100, perMillis: 60_000, declared: { ...limit, perMillis: 60_000 }, latency: [200, 800], atOnce: 8 },
        { refused: 16, worst: afterAMinute[server][foreign], used: 0.8 }
      )

  it("is refused a few at a time once it has learned of the other", () => {
    for (const server of servers)
      for (const foreign of [0.3, 0.6]) {
        const worst = Array.from({ length: 20 }, (_, index) => {
          const { perMillis } = usual
          const { refusals } = SimulatedLoad.run({ ...usual, server, foreign, preceded: true, total: 1_200, seed: index + 1 })
          const later = refusals.filter((at) => at > (refusals[0] ?? 0) + perMillis)
          return SimulatedLoad.mostWithin(perMillis, later)
        })
        assert.isAtMost(mean(worst), 4)
      }
  })
})
