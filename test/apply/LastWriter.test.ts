/** Which of two copies of one state wrote last, as a table. */
import { assert, describe, it } from "@effect/vitest"
import * as LastWriter from "../../src/apply/LastWriter.ts"
import type { Known, Shown } from "../../src/apply/WriterStore.ts"

describe("the last writer", () => {
  const known = (given: Partial<Known>): Known => ({ run: 7, sent: 7, machine: "us", at: 1_000_000, claim: null, wentOn: false, ...given })
  const shown = (run: number | null, machine = "us", more: Partial<Shown> = {}): Shown => ({
    writer: run === null ? null : { run, machine, at: 0 },
    seenAt: 0,
    carries: true,
    ...more
  })
  const late = 1_000_000 + 15 * 60_000 + 1
  for (const [what, ours, seen, holds] of [
    ["our own number", known({}), shown(7), false],
    ["the same number of another machine", known({}), shown(7, "other"), true],
    ["a higher number, also of this machine", known({}), shown(8), true],
    ["a lower number: an old look", known({}), shown(6, "other"), false],
    ["a lower one than we stored, of ours that arrived late", known({ run: 9, sent: 6 }), shown(7), false],
    ["a lower one than we stored, of another machine after our last that arrived", known({ run: 9, sent: 6 }), shown(7, "other"), true],
    ["the last that arrived", known({ run: 9, sent: 6 }), shown(6), false],
    ["a number where we gave none", null, shown(1), true],
    ["a mark without a number where we gave none", null, shown(null), false],
    ["a mark without a number shortly after we gave one", known({}), shown(null, "us", { seenAt: late - 1 }), false],
    ["a mark without a number long after we gave one", known({}), shown(null, "us", { seenAt: late }), true],
    ["a mark without a number on another group", known({}), shown(null, "us", { seenAt: late, carries: false }), false],
    ["any number where an earlier copy was put back", known({ claim: "restored" }), shown(99, "other"), false],
    ["a higher number than the one that a person accepted", known({ claim: "claimed" }), shown(8, "other"), true]
  ] as const)
    it(`${holds ? "is another one by" : "is this state by"} ${what}`, () => {
      assert.strictEqual(LastWriter.other({ known: ours, shown: [seen] }) === null, !holds)
    })

  it("is the highest of several", () => {
    assert.strictEqual(LastWriter.other({ known: known({}), shown: [shown(8), shown(11, "b"), shown(9)] })?.writer?.run, 11)
  })
})
