import { assert, describe, it } from "@effect/vitest"
import * as Rename from "../../src/reconcile/Rename.ts"

const move = (old: string, to: string, had: number, moved: number, more: { readonly oldIsMapped?: boolean; readonly isKnown?: boolean } = {}) => ({
  old,
  new: to,
  had,
  moved,
  oldIsMapped: more.oldIsMapped ?? false,
  isKnown: more.isKnown ?? false
})

const ends = (moves: ReadonlyArray<Rename.Move>) => moves.map((one) => `${one.old}>${one.new}`)

describe("when a group is another one under a new name", () => {
  const shares: ReadonlyArray<readonly [had: number, moved: number, rename: boolean]> = [
    [30, 30, true],
    [30, 15, true],
    [31, 15, false],
    [2, 1, true],
    [1, 0, false],
    [0, 0, false]
  ]
  it.each(shares)("had %i, of whom %i moved: %s", (had, moved, rename) => assert.strictEqual(Rename.isRename({ had, moved }), rename))

  const cases: ReadonlyArray<readonly [name: string, found: ReadonlyArray<Rename.Move>, expected: ReadonlyArray<string>]> = [
    ["previously: of a name that no rule takes needs no people", Rename.followed([move("a", "b", 30, 0)]), ["a>b"]],
    ["previously: of a name that a few still carry", Rename.followed([move("a", "b", 30, 27, { oldIsMapped: true })]), ["a>b"]],
    ["previously: of a name that most still carry", Rename.followed([move("a", "b", 30, 3, { oldIsMapped: true })]), []],
    ["an old one becomes one new one, the one with most of its people", Rename.followed([move("a", "b", 30, 3), move("a", "c", 30, 20)]), ["a>c"]],
    ["a new one is one old one", Rename.followed([move("a", "c", 5, 5), move("b", "c", 9, 9)]), ["b>c"]],
    ["of equal ones the first by key", Rename.followed([move("b", "c", 5, 5), move("a", "c", 5, 5)]), ["a>c"]],
    ["an organization made again with half of its people", Rename.recreated([move("1", "2", 10, 5)]), ["1>2"]],
    ["an organization of the same name with others in it", Rename.recreated([move("1", "2", 10, 4)]), []],
    ["a rename that the config knows is not proposed", Rename.proposed([move("a", "b", 9, 9, { isKnown: true })]), []],
    ["a tag that moved from most of its people", Rename.proposed([move("a", "b", 30, 27)]), ["a>b"]],
    ["a few who have another tag are no rename", Rename.proposed([move("a", "b", 100, 5)]), []]
  ]
  it.each(cases)("%s", (_name, found, expected) => assert.deepStrictEqual(ends(found), expected))
})
