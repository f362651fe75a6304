/** The committed JSON Schemas hold what the commands really print. */
import { assert, describe, it } from "@effect/vitest"
import Ajv2019 from "ajv/dist/2019.js"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import * as PlanJson from "../../src/report/PlanJson.ts"
import * as SyncJson from "../../src/report/SyncJson.ts"
import * as Installed from "../kit/Installed.ts"
import * as S from "../report/Samples.ts"

const validator = (command: string) => {
  const schema: unknown = JSON.parse(readFileSync(new URL(`../../schemas/${command}.schema.json`, import.meta.url), "utf8"))
  return new Ajv2019.default({ strict: false, allErrors: true }).compile(schema as object)
}

/** What is wrong with a document: nothing where its schema holds it and it begins with the tag. */
const wrong = (command: string, text: string, tag = command): ReadonlyArray<unknown> => {
  const validate = validator(command)
  if (!text.startsWith(`{"groupbridge":"${tag}-json/1",`)) return [text.slice(0, 200)]
  return validate(JSON.parse(text)) ? [] : (validate.errors?.slice(0, 5) ?? [])
}

describe("the schemas of documents", () => {
  it.scopedLive(
    "hold plan, sync, runs, one run and status of a small account, with something held and something refused",
    () =>
      Effect.gen(function* () {
        const desk = yield* Installed.desk
        const team = yield* Installed.team
        const people = Array.from({ length: 30 }, (_, index) => ({
          id: String(index + 1),
          email: `c${index + 1}@x.example`,
          name: `C${index + 1}`,
          tags: ["vip"]
        }))
        Installed.known(team, people.slice(0, 28))
        desk.edits.load({
          customers: people,
          organizations: [{ id: "101", name: "Acme" }],
          memberships: people.map(({ id }) => ({ customer: id, organization: "101" }))
        })
        const { run } = yield* Installed.make({
          sources: { acme: desk },
          targets: { cstar: team },
          syncs: `  customers:
    from: acme
    to: cstar
    rules: [{ kind: organization }, { kind: tag, include: [vip] }]
`
        })
        const printed = (...args: ReadonlyArray<string>) => Effect.map(run([...args, "--json"]), ({ stdout }) => stdout)
        assert.deepStrictEqual(wrong("plan", yield* printed("plan")), [])
        assert.deepStrictEqual(wrong("sync", yield* printed("sync", "--yes")), [])
        for (const { id } of people.slice(0, 20)) desk.edits.untag(id, "vip")
        desk.edits.leave("1", "101")
        const held = yield* printed("plan")
        assert.include(held, '"guard":"groupRemovalPercent"')
        assert.deepStrictEqual(wrong("plan", held), [])
        assert.deepStrictEqual(wrong("sync", yield* printed("sync", "--yes")), [])
        assert.deepStrictEqual(wrong("status", yield* printed("status")), [])
        assert.deepStrictEqual(wrong("runs", yield* printed("runs")), [])
        assert.deepStrictEqual(wrong("runs", yield* printed("runs", "2")), [])
        assert.deepStrictEqual(wrong("sync", yield* printed("undo", "1", "--yes"), "undo"), [])
      }),
    Installed.patience
  )

  it("hold what no small account shows: refused rows, blocked groups, changes by hand", async () => {
    const refused = S.changes.slice(0, 2).map((change) => ({ change, reason: "customer is archived" }))
    const plan = { ...S.plan, blocked: S.hostilePlan.blocked, withheld: [{ reason: "later", changes: 2 }] }
    assert.deepStrictEqual(wrong("plan", await S.collect((sink) => PlanJson.write([{ plan, changes: S.changes }], sink))), [])
    assert.deepStrictEqual(wrong("sync", await S.collect((sink) => SyncJson.write("sync", [{ ...S.result, refused, plan }], sink))), [])
  })

  it("refuse another tag, a missing field and another kind of value", () => {
    const validate = validator("status")
    assert.isTrue(validate({ groupbridge: "status-json/1", syncs: [] }))
    for (const document of [
      { syncs: [] },
      { groupbridge: "plan-json/1", syncs: [] },
      { groupbridge: "status-json/1" },
      { groupbridge: "status-json/1", syncs: [{ sync: 1 }] }
    ])
      assert.isFalse(validate(document))
  })
})
