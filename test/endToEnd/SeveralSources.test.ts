/** Two helpdesks of different vendors into two targets, one that can remove and one that cannot, through the built command. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bizkithub from "../../connectors/bizkithub/sandbox.ts"
import * as Intercom from "../../connectors/intercom/sandbox.ts"
import * as Documented from "../../src/sandbox/Documented.ts"
import type { Fault } from "../../src/sandbox/Sandbox.ts"
import * as Installed from "../kit/Installed.ts"

const email = (number: number) => `c${number}@x.example`

const rules = `    from: [zendesk, intercom]
    rules:
      - { kind: tag, include: [vip], into: VIP }
      - { kind: organization, externalId: "{externalId}" }
`

/** Customer 1 is in both, and spelt otherwise in the second; 2 is in the first alone, 3 in the second. The same company has two names. */
const world = Effect.gen(function* () {
  const zendesk = yield* Installed.desk
  const intercom = yield* Installed.helpdesk("intercom", Intercom.make())
  const cstar = yield* Installed.team
  const shop = yield* Installed.place("bizkithub", Bizkithub.make())
  Installed.known(cstar, Installed.customers(4))
  shop.edits.addCustomers([1, 2, 3, 4].map((number) => ({ email: email(number), name: `Customer ${number}` })))
  zendesk.edits.load({
    customers: [...Installed.customers(2, 1, "vip"), ...Installed.customers(1, 4)],
    organizations: [{ id: "101", name: "Globex", externalId: "gx-1" }],
    memberships: ["1", "2", "4"].map((customer) => ({ customer, organization: "101" }))
  })
  intercom.edits.load({
    customers: [{ id: "i1", email: " C1@X.Example", name: "Customer 1", tags: ["VIP"] }, ...Installed.customers(1, 3, "VIP")],
    organizations: [{ id: "globex", name: "Globex Corporation", externalId: "gx-1" }],
    memberships: ["i1", "3"].map((customer) => ({ customer, organization: "globex" }))
  })
  const installed = yield* Installed.make({
    sources: { zendesk, intercom },
    targets: { cstar, shop },
    syncs: `  team:\n    to: cstar\n${rules}  shop:\n    to: shop\n${rules}`
  })
  return { ...installed, zendesk, intercom, cstar, shop }
})

const maintenance: Fault = { _tag: "Answer", response: { status: 200, headers: { "content-type": "text/html" }, body: "<!DOCTYPE html><html></html>" } }

describe("several sources", () => {
  it.scopedLive(
    "a customer keeps a group while one of them asks for it, whichever is down, loses it with the last, and gets it back",
    () =>
      Effect.gen(function* () {
        const { cstar, intercom, json, run, shop, zendesk } = yield* world
        const writes = () => [cstar.writes(), shop.writes()]
        /** Of each sync: its status, rows added and removed, and tasks. */
        const sync = (code: number) =>
          Effect.map(json(["sync"]), (ran) => {
            assert.strictEqual(ran.code, code, JSON.stringify(ran.document))
            return ran.document.syncs.map(({ status, summary, tasks }: Installed.Json) => [status, summary.assignments.add, summary.assignments.remove, tasks])
          })
        const tasks = Effect.map(json(["done"]), ({ document }) =>
          document.tasks.map((task: Installed.Json) => `${task.id} ${task.customer.email} ${task.group.id}`)
        )
        const [all, members] = [[1, 2, 3].map(email), [1, 2, 3, 4].map(email)]
        const nothing = [
          ["none", 0, 0, 0],
          ["none", 0, 0, 0]
        ]

        assert.deepStrictEqual(yield* sync(0), [
          ["done", 7, 0, 0],
          ["done", 7, 0, 0]
        ])
        assert.deepStrictEqual(cstar.held(), { Globex: members, VIP: all }, "of two names of one company the first is the group's")
        assert.deepStrictEqual(shop.held(), { globex: members, vip: all })
        assert.strictEqual(shop.writes(), 4, "who is in both is one customer, and one call")

        // One of two lets go, and the second name of the company changes: nobody notices.
        zendesk.edits.untag("1", "vip")
        intercom.edits.renameOrganization("globex", "Globex Ltd")
        const before = writes()
        assert.deepStrictEqual([yield* sync(0), writes()], [nothing, before])

        // The second is down. What it asked for stays, though it would ask for less; who was in the first alone leaves.
        let isDown = true
        intercom.inject(
          Array.from({ length: 20 }, () => maintenance),
          () => isDown
        )
        zendesk.edits.untag("2", "vip")
        zendesk.edits.leave("1", "101")
        for (const id of ["i1", "3"]) intercom.edits.untag(id, "vip")
        assert.deepStrictEqual(yield* sync(4), [
          ["partial", 0, 1, 0],
          ["partial", 0, 0, 1]
        ])
        assert.deepStrictEqual(cstar.held(), { Globex: members, VIP: [email(1), email(3)] })

        // It is back: who is in neither loses the group, or is a task until somebody has done it.
        isDown = false
        assert.deepStrictEqual(yield* sync(0), [
          ["done", 0, 2, 0],
          ["none", 0, 0, 3]
        ])
        assert.deepStrictEqual(cstar.held(), { Globex: members, VIP: [] })
        assert.deepStrictEqual(yield* tasks, [`T-1 ${email(2)} vip`, `T-2 ${email(1)} vip`, `T-3 ${email(3)} vip`])

        // Who comes back is sent again, and no task any more; who was taken out by hand is not sent.
        shop.edits.removeMember("vip", email(2))
        assert.strictEqual((yield* run(["done", "T-1"])).code, 0)
        zendesk.edits.tag("1", "vip")
        assert.deepStrictEqual(yield* sync(0), [
          ["done", 1, 0, 0],
          ["done", 1, 0, 1]
        ])
        assert.deepStrictEqual([cstar.held(), shop.held()["vip"]], [{ Globex: members, VIP: [email(1)] }, [email(1), email(3)]])
        const after = writes()
        assert.deepStrictEqual(yield* sync(0), [
          ["none", 0, 0, 0],
          ["none", 0, 0, 1]
        ])
        assert.deepStrictEqual([yield* tasks, writes()], [[`T-3 ${email(3)} vip`], after])
        assert.deepStrictEqual(shop.held(), { globex: members, vip: [email(1), email(3)] })
        for (const { log, sandbox } of [zendesk, intercom, cstar, shop]) assert.deepStrictEqual(Documented.problems(sandbox.documented, log), [])
      }),
    Installed.patience
  )
})
