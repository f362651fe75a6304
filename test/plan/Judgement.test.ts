import { assert, describe, it } from "@effect/vitest"
import { defaults } from "../../src/model/Guard.ts"
import type { GuardName } from "../../src/model/Guard.ts"
import * as Judgement from "../../src/plan/Judgement.ts"
import type { GroupMeasure } from "../../src/plan/PlanStore.ts"

const limits = { ...defaults, ruleChange: "hold" } as const

const nobody: Judgement.Lifted = new Map()

let next = 0
const group = (more: Partial<GroupMeasure>): GroupMeasure => ({
  group: (next += 1),
  name: "g",
  removals: 0,
  additions: 0,
  size: 100,
  rows: 100,
  removedLately: 0,
  addedLately: 0,
  proved: false,
  ...more
})

const sizes = {
  removals: 0,
  additions: 0,
  creations: 0,
  removedLately: 0,
  addedLately: 0,
  createdLately: 0,
  emptiedLately: 0,
  removable: 1000,
  shrunk: []
}

const held = ({ holds }: Judgement.GroupJudgement) => holds.map(({ trip }) => [trip.guard, trip.value] as const)

type Case<A> = readonly [name: string, given: A, held: ReadonlyArray<readonly [GuardName, number]>]

describe("groups one by one", () => {
  const emptied = (count: number, more: Partial<GroupMeasure> = {}) => Array.from({ length: count }, () => group({ size: 2, rows: 2, removals: 2, ...more }))
  const cases: ReadonlyArray<Case<ReadonlyArray<GroupMeasure>>> = [
    ["half leaves", [group({ removals: 50 })], []],
    ["more than half leaves", [group({ removals: 51 })], [["groupRemovalPercent", 51]]],
    ["more than half left lately and now", [group({ rows: 60, removedLately: 40, removals: 11 })], [["groupRemovalPercent", 51]]],
    ["nobody leaves now, whoever left lately", [group({ rows: 40, removedLately: 60 })], []],
    ["9 members are too few to tell a share of", [group({ size: 9, rows: 9, removals: 8 })], []],
    ["10 members are enough", [group({ size: 10, rows: 10, removals: 9 })], [["groupRemovalPercent", 90]]],
    ["a baseline that is larger than what is left", [group({ size: 100, rows: 20, removals: 11 })], [["groupRemovalPercent", 55]]],
    ["the source says that the group is gone", [group({ removals: 100, proved: true })], []],
    ["3 groups lose their last member", emptied(3), []],
    ["4 groups lose their last member", emptied(4), [["emptiedGroups", 4]]],
    ["4 groups whose end is proved", emptied(4, { proved: true }), []],
    ["who leaves is replaced, so that nobody's group is emptied", emptied(4, { additions: 2 }), []],
    ["it doubles", [group({ additions: 100 })], []],
    ["it more than doubles", [group({ additions: 101 })], [["groupGrowthPercent", 101]]],
    ["it doubled lately, and grows on", [group({ size: 50, rows: 100, addedLately: 50, additions: 1 })], [["groupGrowthPercent", 102]]],
    ["19 members are too few to tell a growth of", [group({ size: 19, rows: 19, additions: 500 })], []],
    [
      "people join and leave: each guard holds its own",
      [group({ removals: 60, additions: 150 })],
      [
        ["groupRemovalPercent", 60],
        ["groupGrowthPercent", 150]
      ]
    ]
  ]
  it.each(cases)("%s", (_name, groups, expected) => assert.deepStrictEqual(held(Judgement.judgeGroups(groups, 0, limits, nobody)), expected))

  it("groups emptied lately count with those emptied now", () =>
    assert.deepStrictEqual(held(Judgement.judgeGroups(emptied(1), 3, limits, nobody)), [["emptiedGroups", 4]]))

  it("a guard lifted up to a number lets through up to it, and no other guard", () => {
    const groups = [group({ removals: 60, additions: 150 })]
    const lift = (to: number) => held(Judgement.judgeGroups(groups, 0, limits, new Map([["groupRemovalPercent", to]])))
    assert.deepStrictEqual(lift(60), [["groupGrowthPercent", 150]])
    assert.deepStrictEqual(lift(59), [
      ["groupRemovalPercent", 60],
      ["groupGrowthPercent", 150]
    ])
  })

  it("each holds the changes that it is about, of its groups alone", () => {
    const [losing, growing, calm] = [group({ removals: 60 }), group({ additions: 150 }), group({ removals: 1, additions: 1 })]
    assert.deepStrictEqual(
      Judgement.judgeGroups([losing, growing, calm], 0, limits, nobody).holds.map(({ selection }) => selection),
      [
        { ops: ["assignment.remove"], groups: [losing.group] },
        { ops: ["assignment.add"], groups: [growing.group] }
      ]
    )
  })
})

describe("removals as a whole", () => {
  const shrunk = (before: number, now: number) => [{ connection: "zendesk", stream: "users", before, now }]
  const cases: ReadonlyArray<Case<Partial<Parameters<typeof Judgement.judgeRemovals>[0]>>> = [
    ["5 % of what it could remove", { removals: 50 }, []],
    ["more than 5 %", { removals: 51 }, [["removalPercent", 5.1]]],
    ["19 rows are too few to tell a share of", { removable: 19, removals: 19 }, []],
    ["20 rows are enough", { removable: 20, removals: 2 }, [["removalPercent", 10]]],
    ["250 of many", { removable: 100_000, removals: 250 }, []],
    ["251 of many", { removable: 100_000, removals: 251 }, [["removals", 251]]],
    ["what was removed lately counts", { removable: 100_000, removals: 51, removedLately: 200 }, [["removals", 251]]],
    ["nothing is to be removed now", { removedLately: 900 }, []],
    ["a stream lost 5 %", { removals: 1, shrunk: shrunk(100, 95) }, []],
    ["a stream lost 6 %", { removals: 1, shrunk: shrunk(100, 94) }, [["sourceShrink", 6]]],
    ["4 rows are too few to have been lost", { removals: 1, shrunk: shrunk(30, 26) }, []],
    ["a stream of 19 rows is too small", { removals: 1, shrunk: shrunk(19, 12) }, []],
    ["half of the rows of any stream", { removals: 1, shrunk: shrunk(4, 2) }, [["sourceShrink", 50]]],
    ["a stream shrank and nothing is to be removed", { shrunk: shrunk(100, 10) }, []],
    ["one reason is enough: the source names the part", { removals: 900, shrunk: shrunk(100, 10) }, [["sourceShrink", 90]]]
  ]
  it.each(cases)("%s", (_name, given, expected) => assert.deepStrictEqual(held(Judgement.judgeRemovals({ ...sizes, ...given }, limits, nobody)), expected))
})

describe("additions and new groups", () => {
  const both = (given: Partial<typeof sizes>) => [
    ...held(Judgement.judgeCreations({ ...sizes, ...given }, limits, nobody)),
    ...held(Judgement.judgeAdditions({ ...sizes, ...given }, limits, nobody))
  ]
  const cases: ReadonlyArray<Case<Partial<typeof sizes>>> = [
    ["50 groups and 1,000 additions", { creations: 50, additions: 1000 }, []],
    ["51 groups", { creations: 51 }, [["newGroups", 51]]],
    ["1,001 additions", { additions: 1001 }, [["additions", 1001]]],
    [
      "with those of lately",
      { creations: 1, createdLately: 50, additions: 1, addedLately: 1000 },
      [
        ["newGroups", 51],
        ["additions", 1001]
      ]
    ],
    ["none now", { createdLately: 500, addedLately: 5000 }, []]
  ]
  it.each(cases)("%s", (_name, given, expected) => assert.deepStrictEqual(both(given), expected))
})

describe("sizes that shares are taken of", () => {
  it.each([
    [100, 50, 50],
    [50, 100, 50],
    [10, 100, 100],
    [100, 10, 100],
    [0, 0, 0]
  ])("removable: %i at the baseline, %i now: %i", (baseline, now, expected) => assert.strictEqual(Judgement.removable(baseline, now), expected))

  it.each([
    [100, 300, 0, 100],
    [0, 300, 0, 300],
    [0, 300, 200, 100],
    [19, 10, 0, 19]
  ])("growth: %i at the baseline, %i now, %i of them by a run that broke off: from %i", (baseline, rows, begun, expected) =>
    assert.strictEqual(Judgement.grownFrom(baseline, rows, begun), expected)
  )
})
