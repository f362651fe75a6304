/** From Intercom to cStar through the built command: companies, tags of both kinds and segments, and then nothing more to do. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Intercom from "../../connectors/intercom/sandbox.ts"
import * as Installed from "../support/Installed.ts"

const address = (number: number) => `c${number}@x.example`

/** Nine users; c1 is in twelve companies, c7 is a teammate, c8 is deleted later, and a lead has the address of c9. */
const world = Effect.gen(function* () {
  const intercom = yield* Installed.helpdesk("intercom", Intercom.make())
  const cstar = yield* Installed.team
  const people = Installed.customers(9)
  Installed.known(cstar, people)
  const crowd = Array.from({ length: 11 }, (_, index) => ({ id: `crowd${index}`, name: `Crowd ${index}` }))
  intercom.edits.load({
    customers: [...Installed.customers(4, 1, "VIP"), ...Installed.customers(5, 5)],
    organizations: [{ id: "globex", name: "Globex", externalId: "9223372036854775807" }, { id: "initech", name: "Initech", tags: ["gold"] }, ...crowd],
    memberships: [
      ...crowd.map(({ id }) => ({ customer: "1", organization: id })),
      ...["1", "2", "7"].map((customer) => ({ customer, organization: "globex" })),
      ...["5", "6", "8"].map((customer) => ({ customer, organization: "initech" }))
    ]
  })
  for (const id of ["1", "2"]) intercom.sandbox.fallInto(id, "Active")
  intercom.edits.makeStaff("7")
  intercom.sandbox.addLead({ id: "lead", name: "Nine", email: address(9), organizations: ["globex"] })
  const installed = yield* Installed.make({
    sources: { intercom },
    targets: { cstar },
    syncs: `  customers:
    from: intercom
    to: cstar
    rules:
      - { kind: organization, include: [Globex, "Initech*", "Crowd 10"] }
      - { kind: tag, include: [vip], name: "Tag {name}" }
      - { kind: tag, of: organizations, include: [gold], name: Gold companies }
      - { kind: segment, include: [Active] }
`
  })
  return { ...installed, cstar, intercom }
})

const held = {
  Active: [address(1), address(2)],
  "Crowd 10": [address(1)],
  Globex: [address(1), address(2)],
  "Gold companies": [address(5), address(6), address(8)],
  Initech: [address(5), address(6), address(8)],
  "Tag VIP": [1, 2, 3, 4].map(address)
}

describe.concurrent("from Intercom", () => {
  it.scopedLive(
    "a plan writes nothing, a sync makes it true, and a second one has nothing to do",
    () =>
      Effect.gen(function* () {
        const { cstar, intercom, ...installed } = yield* world
        yield* Installed.begins(installed, cstar, { source: "intercom", adds: 15, held })
        assert.isFalse(intercom.log.some(({ method, path }) => method !== "GET" && path !== "/contacts/search"))
      }),
    Installed.patience
  )

  it.scopedLive(
    "who leaves, loses a tag or is deleted loses the group; a renamed company keeps it; a refused list takes nothing from anybody",
    () =>
      Effect.gen(function* () {
        const { cstar, intercom, json, run } = yield* world
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        intercom.sandbox.refuse("/companies/scroll", 403)
        intercom.edits.leave("2", "globex")
        const refused = yield* json(["sync", "--yes"])
        assert.strictEqual(refused.code, 4, JSON.stringify(refused.document))
        assert.deepStrictEqual(cstar.held(), held)

        intercom.sandbox.refuse("/companies/scroll", null)
        intercom.edits.untag("4", "vip")
        intercom.edits.deleteCustomer("8")
        intercom.edits.renameOrganization("initech", "Initech GmbH")
        const after = yield* json(["sync", "--yes"])
        assert.strictEqual(after.code, 0, JSON.stringify(after.document))
        const { Initech: _, ...others } = held
        assert.deepStrictEqual(cstar.held(), {
          ...others,
          Globex: [address(1)],
          "Gold companies": [address(5), address(6)],
          "Initech GmbH": [address(5), address(6)],
          "Tag VIP": [1, 2, 3].map(address)
        })
      }),
    Installed.patience
  )
})
