import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { loadRight, minimal } from "./support.ts"

const meaning = (sync: string, files: Readonly<Record<string, string>> = {}, rest = "") =>
  Effect.map(loadRight({ "groupbridge.yaml": minimal({ sync, rest }), ...files }), ({ config }) => config.syncs.get("customers")?.meaning ?? [])

const differ = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): ReadonlyArray<string> => b.filter((line) => !a.includes(line))

describe("the meaning of a sync", () => {
  it.effect("is the same whatever is written that decides nothing", () =>
    Effect.gen(function* () {
      const plain = yield* meaning("")
      const other = yield* meaning(`    guards: { removals: 1 }
    schedule: "@daily"
    grace: { reads: 3 }
    match: [ email ]
`)
      assert.deepEqual(other, plain)
    })
  )

  it.effect("does not depend on the spelling and order of globs, conditions and map rows", () =>
    Effect.gen(function* () {
      const rules = (include: string, where: string) => `      - { kind: tag, include: ${include}, where: ${where} }\n    match: [{ file: map.csv }]\n`
      const one = yield* meaning(rules("[VIP, gold]", '{ a: "= X", b: 1 }'), { "map.csv": "id,target\n1,a\n2,b\n" })
      const two = yield* meaning(rules("[Gold, vip]", "{ b: 1, a: x }"), { "map.csv": "target,id\nb,2\na,1\n" })
      assert.deepEqual(two, one)
    })
  )

  it.effect("differs in the lines that were changed", () =>
    Effect.gen(function* () {
      const before = yield* meaning("      - { kind: tag, include: [vip] }\n")
      assert.deepEqual(differ(before, yield* meaning("      - { kind: tag, of: organizations, include: [vip], exclude: [x] }\n    removals: all\n")), [
        'rule 2: organizations\' tag "vip" except "x" -> "{name}"',
        "removals: all"
      ])
      assert.deepEqual(
        differ(before, yield* meaning('      - { kind: tag, include: [vip], slug: "s-{id}", customFields: { b: "2", a: "1" }, previously: [v] }\n')),
        ['rule 2: tag "vip" -> "{name}" slug "s-{id}" a "1" b "2" previously "v"']
      )
    })
  )

  it.effect("has one line for a long map file, which another row changes", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 300 }, (_, index) => `${index},cus_${index}`)
      const sync = "    match: [{ file: map.csv }]\n"
      const one = yield* meaning(sync, { "map.csv": `id,target\n${rows.join("\n")}\n` })
      const two = yield* meaning(sync, { "map.csv": `id,target\n${rows.join("\n").replace("cus_7\n", "cus_8\n")}\n` })
      assert.strictEqual(one.length, two.length)
      assert.match(differ(one, two).join("\n"), /^match 1: file: 300 rows, sha256 [0-9a-f]{64}$/)
    })
  )
})
