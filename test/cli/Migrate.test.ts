/** `migrate` as it is typed: its phases, its approval by hash, and the sign-off beside the config. */
import { assert, describe, it } from "@effect/vitest"
import Ajv2019 from "ajv/dist/2019.js"
import * as Effect from "effect/Effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Bridge from "../kit/Bridge.ts"
import * as Commands from "../kit/Commands.ts"

const schema: object = JSON.parse(readFileSync(new URL("../../schemas/signoff.schema.json", import.meta.url), "utf8"))

const limited = `
    rules:
      - kind: organization
      - kind: tag
        include: ["vip"]
    guards: { newGroups: 1 }`

const limitedSmall = Effect.tap(Bridge.small, (bridge) => Effect.sync(() => bridge.configure(limited)))

const hashIn = (text: string): string => /hash (?<hash>[0-9a-f]{12})\b/.exec(text)?.groups?.["hash"] ?? "none"

describe("migrate", () => {
  it.scopedLive("stops after the phase that is asked for, writes nothing, and says how to go on", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      const read = yield* Commands.run(bridge, ["migrate", "customers", "--until", "read"])
      assert.strictEqual(read.code, 0)
      assert.match(read.stdout, /^M-1 {2}customers\n {2}1 read +done {3}.*organizations.*; complete\n$/)
      const plan = yield* Commands.run(bridge, ["migrate", "customers", "--until", "plan"])
      assert.strictEqual(plan.code, 0)
      assert.match(plan.stdout, /^M-1 .*phase 3 of 6$/m)
      assert.match(plan.stdout, /3 plan +<- you are here {3}3 new groups, 8 memberships, hash/)
      assert.include(plan.stderr, `groupbridge migrate customers --approve ${hashIn(plan.stdout)}`)
      assert.isTrue(existsSync(join(bridge.dir, "plan-M-1.html")))
      assert.match(
        (yield* Commands.run(bridge, ["status"])).stdout,
        /MIGRATION M-1 waits for an approval of its plan [0-9a-f]{12} +groupbridge migrate customers/
      )
      const [{ migration }] = (yield* Commands.json(bridge, ["status"])).document.syncs
      assert.deepInclude(migration, { id: "M-1", phase: "plan", done: 0, left: 11, approved: false })
      assert.strictEqual(bridge.target.writes(), 0)
    })
  )

  it.scopedLive("is approved by the hash of its plan, and refuses that of another", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      const seen = hashIn((yield* Commands.run(bridge, ["migrate", "customers", "--until", "plan"])).stdout)
      bridge.zendesk.source.leave("3", "101")
      const stale = yield* Commands.run(bridge, ["migrate", "customers", "--approve", seen])
      assert.deepStrictEqual([stale.code, bridge.target.writes()], [5, 0])
      const now = hashIn(stale.stdout)
      assert.include(stale.stderr, `--approve ${seen} is not the hash of this plan, which is ${now}`)
      const done = yield* Commands.run(bridge, ["migrate", "customers", "--approve", now])
      assert.strictEqual(done.code, 0, done.stdout + done.stderr)
      assert.match(done.stdout, /3 plan +approved by \S+, by its hash/)
      assert.strictEqual((yield* Commands.run(bridge, ["migrate", "customers", "--approve", "abc"])).code, 64)
    })
  )

  it.scopedLive("does not ask twice: what was approved goes on, phase by phase, to its sign-off", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      const part = yield* Commands.run(bridge, ["migrate", "customers", "--yes", "--max-calls", "4"])
      assert.strictEqual(part.code, 4)
      const fill = yield* Commands.run(bridge, ["migrate", "customers", "--until", "fill"])
      assert.deepStrictEqual([fill.code, bridge.held()["Globex"]?.length], [0, 3], fill.stdout + fill.stderr)
      assert.match(fill.stdout, /approved .* by \S+, with --yes; this goes on where it was cut off/)
      assert.include(fill.stdout, "Stopped after fill. To go on: groupbridge migrate customers")
      assert.match((yield* Commands.run(bridge, ["status"])).stdout, /MIGRATION M-1 waits for phase 5, verify +groupbridge migrate customers/)
      const end = yield* Commands.run(bridge, ["migrate", "customers"])
      assert.strictEqual(end.code, 0, end.stdout + end.stderr)
      assert.match(end.stdout, /^M-1 .*phase 5 of 6\n.*\n {2}4 fill +done$/m)
      assert.match(
        end.stdout.replaceAll(/\s+/g, " "),
        /5 verify 4 calls: each call was confirmed by its answer; every group has the size .*; all 3 groups read back, 0 differences/
      )
      assert.match(end.stdout, /6 sign-off +-> signoff-M-1\.html, signoff-M-1\.json/)
      const { runs } = (yield* Commands.json(bridge, ["runs"])).document
      assert.deepStrictEqual(
        runs.map((run: { readonly migration: string }) => run.migration),
        runs.map(() => "M-1")
      )
      assert.isNull((yield* Commands.json(bridge, ["status"])).document.syncs[0].migration)
      const again = yield* Commands.run(bridge, ["migrate", "customers"])
      assert.deepStrictEqual([again.code, existsSync(join(bridge.dir, "signoff-M-2.json"))], [0, false])
      bridge.zendesk.source.join("5", "103")
      const next = yield* Commands.run(bridge, ["migrate", "customers", "--yes"])
      assert.match(next.stdout, /^M-2 /m)
    })
  )

  it.scopedLive("signs off what was promised and done, for people and for programs", () =>
    Effect.gen(function* () {
      const bridge = yield* limitedSmall
      bridge.cstar.target.addGroup({ name: "Initech" })
      const { code } = yield* Commands.run(bridge, ["migrate", "customers", "--yes", "--verify", "full"])
      assert.strictEqual(code, 3)
      const text = readFileSync(join(bridge.dir, "signoff-M-1.json"), "utf8")
      assert.isTrue(text.startsWith(`{"groupbridge":"signoff-json/1",`))
      const document = JSON.parse(text)
      const validate = new Ajv2019.default({ strict: false, allErrors: true }).compile(schema)
      assert.isTrue(validate(document), JSON.stringify(validate.errors))
      assert.deepInclude(document, { migration: "M-1", sync: "customers", refused: [] })
      assert.deepInclude(document.promised, { groups: 2, memberships: 5 })
      assert.deepInclude(document.done, { groups: 2, memberships: 5 })
      assert.deepInclude(document.verified, { depth: "full", read: 2, of: 2, differing: 0, sizes: [] })
      assert.deepStrictEqual([document.approved.how, document.held.map((part: { readonly guard: string }) => part.guard)], ["yes", ["adoption"]])
      assert.deepInclude(document.undo, { calls: 2, commands: ["groupbridge undo r-2"] })
      const page = readFileSync(join(bridge.dir, "signoff-M-1.html"), "utf8")
      assert.include(page, "default-src 'none'; style-src 'sha256-")
      assert.notInclude(page, "<script")
      for (const words of [document.promised.hash, "groupbridge undo r-2", "groupbridge held H-", "with exceptions", "all 2 groups read back, 0 differences"])
        assert.include(page, words)
    })
  )
})
