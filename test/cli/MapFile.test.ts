/** Map files that people fill in bit by bit: blank targets, targets that do not exist, and targets given by address. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Bridge from "../kit/Bridge.ts"
import * as Commands from "../kit/Commands.ts"
import * as Crowd from "../kit/Crowd.ts"

const rules = (match: string) => `
    match: ${match}
    rules:
      - { kind: tag, include: ["vip"] }`

/** Four tagged customers whom the target has under other addresses (d1@x.io ...), and what a map file says of them. */
const mapped = (match: string, lines: (idOf: (address: string) => string) => ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.configure(rules(match))
    const ids = Crowd.people(5)
    for (const { email, id } of bridge.cstar.target!.addCustomers(ids.map((id) => ({ email: `d${id}@x.io`, name: id })))) bridge.emails.set(id, email ?? id)
    Crowd.tagged(bridge, ids)
    const write = (rows: ReadonlyArray<string>) => writeFileSync(join(bridge.dir, "map.csv"), `email,target\n${rows.join("\n")}\n`)
    write(lines((address) => Crowd.idOf(bridge, address)))
    const plan = Effect.map(Commands.run(bridge, ["plan"]), ({ stdout }) => stdout.replaceAll(/\s+/g, " "))
    return { bridge, plan, write }
  })

describe("a map file", () => {
  it.scopedLive("may be filled in bit by bit: blank targets are skipped and counted, and plan names the targets that do not exist", () =>
    Effect.gen(function* () {
      const { bridge, plan, write } = yield* mapped("[{ file: map.csv }]", (idOf) => [
        `c1@x.io,${idOf("d1@x.io")}`,
        "c2@x.io,",
        "c3@x.io, ",
        "c4@x.io,cus_typo",
        "c5@x.io,nobody@x.io"
      ])
      const shown = yield* plan
      assert.include(shown, "map.csv: 2 customers have no target yet, and are skipped")
      assert.include(shown, 'map.csv:5: cstar shows no single customer "cus_typo"')
      assert.include(shown, 'map.csv:6: cstar shows no single customer "nobody@x.io"')
      const { refused, summary } = yield* bridge.sync()
      assert.deepStrictEqual([summary.assignments.add, refused, bridge.held()["vip"]], [1, [], ["d1@x.io"]])
      const { document } = yield* Commands.json(bridge, ["unmatched"])
      assert.deepStrictEqual(
        document.unmatched.map(({ email, reason }: { readonly email: string; readonly reason: string }) => [email, reason]),
        [
          ["c2@x.io", "not-in-file"],
          ["c3@x.io", "not-in-file"],
          ["c4@x.io", "not-found"],
          ["c5@x.io", "not-found"]
        ]
      )

      write([`c2@x.io,${Crowd.idOf(bridge, "d2@x.io")}`])
      assert.notMatch(yield* plan, /no target yet|no single customer/)
      yield* bridge.sync({ lifted: new Map([["ruleChange", 9]]) })
      assert.deepStrictEqual(bridge.held()["vip"], ["d1@x.io", "d2@x.io"])
    })
  )

  it.scopedLive("may name customers by the address that the target has of them, and asks for each once", () =>
    Effect.gen(function* () {
      const { bridge, plan } = yield* mapped("[email, { file: map.csv }]", () => ["c1@x.io,D1@x.io", "c4@x.io,cus_typo"])
      yield* bridge.sync()
      assert.deepStrictEqual(bridge.held()["vip"], ["d1@x.io"])
      const asked = () => bridge.target.log.filter(({ path }) => path.includes("/customers")).length
      const before = asked()
      assert.include(yield* plan, 'cstar shows no single customer "cus_typo"')
      assert.strictEqual(asked(), before)
    })
  )
})
