/** From Zammad to cStar through the built command: organizations, primary and secondary, and who leaves, goes or becomes an agent. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Zammad from "../../connectors/zammad/sandbox.ts"
import * as Installed from "../support/Installed.ts"

const address = (number: number) => `c${number}@x.example`

/** Nine users; c1 is in two organizations, the second one secondary; c9 is an agent. */
const world = Effect.gen(function* () {
  const zammad = yield* Installed.helpdesk("zammad", Zammad.make())
  zammad.sandbox.showOwner()
  const cstar = yield* Installed.team
  const people = Installed.customers(9)
  Installed.known(cstar, people)
  zammad.edits.load({
    customers: people,
    organizations: [
      { id: "globex", name: "Globex", fields: { contract: "gold" } },
      { id: "initech", name: "Initech", fields: { contract: "gold" } },
      { id: "hooli", name: "Hooli", fields: { contract: null } }
    ],
    memberships: [
      ...["1", "2", "3", "9"].map((customer) => ({ customer, organization: "globex" })),
      ...["1", "4", "5", "6", "7"].map((customer) => ({ customer, organization: "initech" })),
      { customer: "8", organization: "hooli" }
    ]
  })
  zammad.edits.makeStaff("9")
  const installed = yield* Installed.make({
    sources: { zammad },
    targets: { cstar },
    syncs: `  customers:
    from: zammad
    to: cstar
    rules:
      - { kind: organization, where: { contract: gold } }
`
  })
  return { ...installed, cstar, zammad }
})

const held = { Globex: [1, 2, 3].map(address), Initech: [1, 4, 5, 6, 7].map(address) }

describe.concurrent("from Zammad", () => {
  it.scopedLive(
    "a plan writes nothing, a sync makes it true, a second one has nothing to do, and who leaves loses the group",
    () =>
      Effect.gen(function* () {
        const { cstar, zammad, ...installed } = yield* world
        const { json } = installed
        yield* Installed.begins(installed, cstar, { source: "zammad", adds: 8, held })

        zammad.edits.leave("1", "globex")
        zammad.edits.deleteCustomer("4")
        zammad.edits.renameOrganization("initech", "Initech GmbH")
        const after = yield* json(["sync", "--yes"])
        assert.strictEqual(after.code, 0, JSON.stringify(after.document))
        assert.deepStrictEqual(cstar.held(), { Globex: [2, 3].map(address), "Initech GmbH": [1, 5, 6, 7].map(address) })
        assert.isFalse(zammad.log.some(({ method }) => method !== "GET"))
      }),
    Installed.patience
  )

  it.scopedLive(
    "a token whose user became a customer takes nothing from anybody, although Zammad goes on answering 200",
    () =>
      Effect.gen(function* () {
        const { cstar, json, run, zammad } = yield* world
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        zammad.sandbox.desk.roles.set(3, { id: 3, name: "Service", permissions: ["ticket.customer", "admin.role"] })
        zammad.sandbox.setRoles([3])
        zammad.edits.leave("1", "globex")
        const check = yield* run(["check"])
        assert.match(check.stdout, /petra@sandbox\.example may not list all users/)
        const refused = yield* json(["sync", "--yes"])
        assert.strictEqual(refused.code, 4, JSON.stringify(refused.document))
        assert.deepStrictEqual(cstar.held(), held)
      }),
    Installed.patience
  )
})
