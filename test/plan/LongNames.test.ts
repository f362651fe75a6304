/** Documents with a row for each membership do not grow with the length of a group's name, and lose nothing for it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Change } from "../../src/model/Change.ts"
import * as LongNames from "../../src/plan/LongNames.ts"
import * as PlanFile from "../../src/plan/PlanFile.ts"
import * as PlanJson from "../../src/report/PlanJson.ts"
import * as Samples from "../report/Samples.ts"

const long = (end: string) => `${"x".repeat(10_000)}${end}`

/** Half of a character. */
const lone = /\p{Cs}/u

const add = (name: string, customer: number, op: Change["op"] = "assignment.add"): Change => ({
  op,
  sync: "customers",
  group: { id: "g", name, key: `tag:${name}` },
  ...(op.startsWith("group.") ? {} : { customer: { id: `cus_${customer}`, email: null, name: null } }),
  cause: "new",
  source: { connection: "acme", record: "user", id: String(customer), group: `tag ${name}` }
})

const changes: ReadonlyArray<Change> = [
  ...Array.from({ length: 1000 }, (_, index) => add(long(index % 2 === 0 ? "a" : "b"), index)),
  ...Array.from({ length: 10 }, (_, index) => add("vip", index)),
  add(long("a"), 0, "group.create")
]

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "groupbridge-"))),
  (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
)

const header: PlanFile.Header = {
  groupbridge: "plan/1",
  id: "p-1",
  sync: "customers",
  created: 0,
  accounts: {},
  meaning: [],
  reads: [],
  summary: {},
  estimate: {},
  guards: []
}

/** The keys and customers that a saved plan is read as. */
const opened = (file: string) =>
  Effect.gen(function* () {
    const found: Array<PlanFile.SavedRow> = []
    yield* PlanFile.open(file, (rows) => Effect.sync(() => void found.push(...rows)))
    return found
  })

describe("a group whose name is very long", () => {
  it("stands whole in the first row about it and in the group's own, and every other row says which that is", () => {
    const rows = changes.map(LongNames.shortener())
    const whole = rows.filter(({ group }) => group.short !== undefined)
    assert.deepStrictEqual(
      whole.map(({ group: { name, key }, op }) => [op, name.slice(-1), key.length]),
      [
        ["assignment.add", "a", 10_005],
        ["assignment.add", "b", 10_005],
        ["group.create", "a", 10_005]
      ]
    )
    for (const [index, { group, source }] of rows.slice(2, 1000).entries()) {
      assert.strictEqual(group.key, whole[index % 2]?.group.short)
      for (const text of [group.key, group.name, source?.group ?? ""]) assert.isAtMost(text.length, LongNames.longest)
    }
    assert.notStrictEqual(whole[0]?.group.short, whole[1]?.group.short)
    assert.deepStrictEqual(rows.slice(1000, 1010), changes.slice(1000, 1010))
  })

  it("does not make a plan's JSON grow with it, and no character is halved", async () => {
    const document = await Samples.collect((sink) => PlanJson.write([{ plan: Samples.plan, changes }], sink))
    assert.isBelow(document.length, 1_000_000)
    assert.deepStrictEqual(JSON.parse(document).syncs[0].changes[0].group.name, long("a"))
    const astral = "😀".repeat(200)
    const [, cut] = [add(astral, 1), add(astral, 2)].map(LongNames.shortener())
    assert.strictEqual(cut?.group.name.match(lone), null)
  })

  it.scopedLive("is the same group to apply; without the row that names it in full the plan is refused", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const [spool, file] = [join(dir, "spool"), join(dir, "plan.jsonl")]
      yield* PlanFile.writeAll(changes, spool)
      yield* PlanFile.save(file, header, spool)
      assert.isBelow(statSync(file).size, 1_000_000)
      assert.deepStrictEqual(
        yield* opened(file),
        changes.map(({ customer, group, op }) => ({ op, group: group.key, customer: customer?.id ?? "" }))
      )
      const [head = "", , ...rest] = readFileSync(file, "utf8").split("\n")
      writeFileSync(file, [head, ...rest].join("\n"))
      const error = yield* Effect.flip(opened(file))
      assert.match(String(error), /plan\.jsonl:3 {2}the row that names this row's group in full is missing/)
    })
  )
})
