import { assert, describe, it } from "@effect/vitest"
import * as Id from "../../src/model/Id.ts"

describe("an id", () => {
  it.each([
    [Id.run(12), "r-12", 12],
    [Id.part("14"), "H-14", 14],
    [Id.task(3), "T-3", 3],
    [Id.migration(1), "M-1", 1],
    // A row without a number: nothing has it.
    [Id.run(null), "r-0", 0]
  ])("%s is written and read in one way", (id, text, number) => {
    assert.deepStrictEqual([id, Id.numberOf(id)], [text, number])
  })

  it("is read without its letter, and in either case", () => {
    assert.deepStrictEqual(["12", "R-12", "h-14"].map(Id.numberOf), [12, 12, 14])
  })
})
