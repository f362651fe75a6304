import { assert, describe, it } from "@effect/vitest"
import type { HeldPart } from "../../src/model/Change.ts"
import * as HeldWording from "../../src/report/HeldWording.ts"
import * as S from "./Samples.ts"

const group = (name: string, leave: number, join: number) => ({ name, changes: leave + join, members: 318, leave, join })

const part = (more: Partial<HeldPart>): HeldPart => ({ ...S.h14, leave: 0, join: 0, groups: [], ...more })

const none = { create: 0, update: 0, delete: 0 }

describe("what a held part is about", () => {
  const cases: ReadonlyArray<readonly [name: string, part: HeldPart, short: string, sentence: string, answers: string]> = [
    ["people who leave", S.h14, "311 leave", '311 of 318 would leave "Plan Gold"', "approve: take out · reject: leave in"],
    [
      "people who join",
      part({ guard: "additions", join: 2, groups: [group("A", 0, 1), group("B", 0, 1)] }),
      "2 join",
      "2 would join 2 groups",
      "approve: add · reject: leave out"
    ],
    [
      "a renamed tag: the same people leave one group and join another",
      part({
        guard: "removalPercent",
        changes: 95,
        leave: 47,
        join: 47,
        groupCounts: { ...none, create: 1 },
        groups: [group("Old", 47, 0), group("New", 0, 47)]
      }),
      "47 leave, 47 join, 1 new group",
      "47 would leave and 47 would join 2 groups, 1 group would be made",
      "approve: make these changes · reject: leave all as it is"
    ],
    [
      "new groups are no people",
      part({ guard: "newGroups", changes: 60, groupCounts: { ...none, create: 60 } }),
      "60 new groups",
      "60 groups would be made",
      "approve: make these changes · reject: leave all as it is"
    ],
    [
      "a group deleted by the sync",
      part({ guard: "removals", leave: 3, groupCounts: { ...none, delete: 1 }, groups: [group("A", 3, 0)] }),
      "3 leave, 1 deleted group",
      '3 of 318 would leave "A", 1 group would be deleted',
      "approve: make these changes · reject: leave all as it is"
    ],
    ["taken out by hand", S.h15, "1 taken out by hand", '1 was taken out of "VIP" by hand', "approve: put back · reject: leave out"],
    [
      "a group deleted by hand",
      part({ guard: "drift", changes: 6, join: 5, groupCounts: { ...none, create: 1 }, groups: [group("VIP", 0, 5)] }),
      "1 group deleted by hand, 5 people out of their groups",
      'the group "VIP" was deleted by hand; 5 people belong in it',
      "approve: put back · reject: leave out"
    ],
    [
      "both by hand",
      part({ guard: "drift", changes: 7, join: 5, groupCounts: { ...none, create: 1 }, groups: [group("VIP", 0, 5), group("A", 0, 1)] }),
      "1 group deleted by hand, 5 people out of their groups",
      "5 were taken out of 2 groups by hand, 1 of them by deleting the group",
      "approve: put back · reject: leave out"
    ],
    [
      "an existing group",
      part({ guard: "adoption", changes: 5, join: 4, groupCounts: { ...none, create: 1 }, groups: [group("Globex", 0, 4)] }),
      "1 existing group, 4 join",
      '1 existing group would be taken over: "Globex"; 4 would join',
      "approve: take over · reject: leave alone"
    ],
    [
      "an organization made again",
      part({
        guard: "adoption",
        changes: 39,
        leave: 20,
        join: 18,
        groupCounts: { ...none, create: 1 },
        groups: [group("Globex", 20, 0), group("Globex", 0, 18)]
      }),
      "1 group made again",
      '1 group would be kept for what was made again at the source: "Globex"; 20 people are in it now, 18 by the source',
      "approve: take over · reject: leave alone"
    ],
    [
      "a changed config",
      part({ guard: "ruleChange", leave: 1, groups: [group("A", 1, 0)] }),
      "1 leave, by the changed config",
      '1 of 318 would leave "A", which only the changed config causes',
      "approve: take out · reject: leave in"
    ],
    [
      "a doubt",
      part({ guard: "emptySource", leave: 9, groups: [group("A", 9, 0)] }),
      "9 leave, in doubt: emptySource",
      '9 of 318 would leave "A": the source shows nothing at all where it had rows',
      "approve: take out · reject: leave in"
    ]
  ]
  for (const [name, held, short, sentence, answers] of cases) {
    it(`${name}`, () => assert.deepStrictEqual([HeldWording.short(held), HeldWording.sentence(held), HeldWording.answers(held)], [short, sentence, answers]))
  }
})
