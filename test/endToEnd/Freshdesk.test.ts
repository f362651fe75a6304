/** Freshdesk under the built command: what lists that can lose rows may take away, and what not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Freshdesk from "../../connectors/freshdesk/sandbox.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as Serve from "../../src/sandbox/Serve.ts"
import * as Installed from "../support/Installed.ts"

const syncs = '  customers:\n    from: helpdesk\n    to: cstar\n    rules:\n      - kind: organization\n      - { kind: tag, name: "Tag {name}" }\n'

const world = Effect.gen(function* () {
  const team = yield* Installed.team
  const people = Installed.customers(14)
  Installed.known(team, people)
  const sandbox = Freshdesk.make()
  const faulty = Faulty.make(sandbox.app)
  const { url } = yield* Serve.serve(faulty.app)
  sandbox.source.load({
    customers: people.map((row, index) => (index < 2 ? { ...row, tags: ["vip"] } : row)),
    organizations: [
      { id: "101", name: "Globex" },
      { id: "102", name: "Initech" }
    ],
    memberships: people.map(({ id }, index) => ({ customer: id, organization: index < 7 ? "101" : "102" }))
  })
  sandbox.source.join("1", "102")
  const installed = yield* Installed.make({ sources: {}, targets: { cstar: team }, syncs })
  const config = join(installed.dir, "groupbridge.yaml")
  const options = Object.entries(sandbox.options(url)).map(([key, value]) => `    ${key}: ${key === "apiKey" ? "${HELPDESK_KEY}" : String(value)}\n`)
  const connection = `  helpdesk:\n    connector: freshdesk\n    budget: 100%\n${options.join("")}`
  writeFileSync(config, readFileSync(config, "utf8").replace("connections:\n", `connections:\n${connection}`))
  const sync = Effect.map(installed.run(["sync", "--yes"], { env: { HELPDESK_KEY: String(sandbox.options(url)["apiKey"]) } }), ({ code, stdout, stderr }) => ({
    code,
    told: `${stdout} ${stderr}`.replaceAll(/\s+/g, " ")
  }))
  return { team, sandbox, faulty, sync, people: people.map(({ email }) => email ?? "") }
})

describe("Freshdesk", () => {
  it.scopedLive(
    "companies, tags, blocks and deletions arrive; leaving is believed once a second look lacks it too",
    () =>
      Effect.gen(function* () {
        const { team, sandbox, faulty, sync, people } = yield* world
        const first = yield* sync
        assert.strictEqual(first.code, 0, first.told)
        const [one = "", two = ""] = people
        const globex = people.slice(0, 7).toSorted()
        const initech = [one, ...people.slice(7)].toSorted()
        assert.deepStrictEqual(team.held(), { Globex: globex, Initech: initech, "Tag vip": [one, two].toSorted() })

        sandbox.source.leave("1", "102")
        sandbox.source.untag("2", "vip")
        sandbox.source.suspend("3", true)
        sandbox.source.deleteCustomer("4")
        const before = faulty.log.length
        const second = yield* sync
        assert.strictEqual(second.code, 0, second.told)
        assert.deepStrictEqual(team.held(), {
          Globex: globex.filter((email) => email !== "c4@x.example"),
          Initech: initech.filter((email) => email !== one),
          "Tag vip": [one]
        })
        const lists = faulty.log.slice(before).filter(({ path, query }) => path.endsWith("/contacts") && !query.has("state"))
        assert.strictEqual(lists.length, 2, "the list of contacts was looked at a second time")
      }),
    Installed.patience
  )
})
