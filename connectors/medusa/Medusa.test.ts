/** What is peculiar about Medusa: deleted groups that list members, customers refused or taken without a word, several records of one address. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import type { GroupDraft, GroupMark } from "../../src/model/Group.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import { connector } from "./MedusaConnector.ts"
import * as Sandbox from "./sandbox.ts"

const baseUrl = "https://shop.example"
const mark: GroupMark = { state: "7f3a", sync: "customers", key: "zendesk/organization:5512" }
const draft: GroupDraft = { name: "Initech", slug: undefined, description: undefined, externalId: "5512", customFields: { tier: "gold", groupbridge: "x" } }

const connectedAs = (choose: (sandbox: Sandbox.MedusaSandbox) => Readonly<Record<string, unknown>>) =>
  Effect.gen(function* () {
    const sandbox = Sandbox.make()
    const faulty = Faulty.make(sandbox.app)
    const options = yield* Schema.decodeUnknown(connector.options)(choose(sandbox))
    const role = yield* Effect.fromNullable(connector.target)
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 4 })
    const client = InProcess.client({ [baseUrl]: faulty.app })
    const target = yield* role.make(options, { name: "shop", client, pacer, redactor: SecretRedactor.make() })
    const people = (count: number) =>
      sandbox.target.addCustomers(Array.from({ length: count }, (_, n) => ({ email: `p${n}@x.example`, name: `Person ${n}` }))).map(({ id }) => id)
    return { sandbox, faulty, target, people, edits: sandbox.target }
  })
const connected = connectedAs((sandbox) => sandbox.options(baseUrl))

const pack = (group: string, customers: ReadonlyArray<string>) => ({ by: "group", group, customers }) as const
const reasonOf = <A, E extends { readonly reason: string }>(call: Effect.Effect<A, E>) => Effect.map(Effect.flip(call), ({ reason }) => reason)

describe("Medusa's groups", () => {
  it.scoped("that are deleted, or never were, are NotFound whatever their lists and writes answer", () =>
    Effect.gen(function* () {
      const { edits, people, target } = yield* connected
      const ids = people(2)
      const deleted = edits.addGroup({ name: "Globex", members: ids })
      edits.deleteGroup(deleted)
      for (const group of [deleted, "cusgroup_none"]) {
        assert.deepStrictEqual(yield* target.group(group), Option.none())
        assert.strictEqual(yield* reasonOf(Stream.runCollect(target.members(group))), "NotFound")
        assert.strictEqual(yield* reasonOf(target.add(pack(group, ids))), "NotFound")
        assert.strictEqual(yield* reasonOf(target.remove(pack(group, ids))), "NotFound")
      }
    })
  )

  it.scoped("carry mark and external id in their metadata, where no custom field takes their place", () =>
    Effect.gen(function* () {
      const { target } = yield* connected
      const made = yield* target.createGroup(draft, mark)
      yield* target.updateGroup(made.id, { customFields: { tier: "", groupbridge: "x", externalId: "y" } })
      const shown = Option.getOrUndefined(yield* target.group(made.id))
      assert.deepStrictEqual([shown?.mark, shown?.externalId, shown?.count], [mark, "5512", 0])
      assert.strictEqual(yield* reasonOf(target.createGroup(draft, mark)), "Invalid")
    })
  )
})

describe("Medusa's members", () => {
  it.scoped("are named by looks before and after: a deleted customer is taken without a word", () =>
    Effect.gen(function* () {
      const { edits, people, target } = yield* connected
      const [ann = "", ben = "", gone = ""] = people(3)
      const group = edits.addGroup({ name: "Globex", members: [ann] })
      edits.deleteCustomer(gone)
      const { rows } = yield* target.add(pack(group, [ann, ben, gone]))
      assert.deepStrictEqual(
        [...(rows ?? [])],
        [
          [ann, "so"],
          [ben, "changed"],
          [gone, "dropped"]
        ]
      )
    })
  )

  it.scoped("are refused as a pack that can be halved where one never was, and none of them is added", () =>
    Effect.gen(function* () {
      const { edits, people, sandbox, target } = yield* connected
      const ids = people(2)
      const group = edits.addGroup({ name: "Globex" })
      sandbox.forget(ids[0] ?? "")
      const refused = yield* Effect.flip(target.add(pack(group, ids)))
      assert.deepStrictEqual([refused.reason, refused.effect, edits.groups()[0]?.members], ["Invalid", "none", []])
    })
  )

  it.scoped("of a full pack are looked for in one query that the server takes", () =>
    Effect.gen(function* () {
      const { edits, faulty, people, target } = yield* connected
      const ids = people(200)
      const group = edits.addGroup({ name: "Globex" })
      assert.strictEqual((yield* target.add(pack(group, ids))).rows?.size, 200)
      assert.deepStrictEqual(
        faulty.log.map(({ status }) => status),
        [200, 200, 200]
      )
    })
  )
})

describe("Medusa's customers", () => {
  it.scoped("without an account are not seen, so that an address is not ambiguous for a guest", () =>
    Effect.gen(function* () {
      const { edits, sandbox, target } = yield* connected
      const [ann] = edits.addCustomers([{ email: "Ann@x.example", name: "Ann" }])
      const guest = sandbox.addGuest("ann@x.example")
      const group = edits.addGroup({ name: "Globex", members: [ann?.id ?? "", guest] })
      assert.deepStrictEqual(
        (yield* target.customersByAddress("ann@X.example")).map(({ id }) => id),
        [ann?.id]
      )
      const members = [...(yield* Stream.runCollect(target.members(group)))].flatMap(({ items }) => items.map(({ customer }) => customer.id))
      assert.deepStrictEqual(members, [ann?.id])
      // A group with a guest in it is not empty all the same.
      assert.strictEqual(Option.getOrUndefined(yield* target.group(group))?.count, 2)
    })
  )

  it.scoped("are all seen where the connection says so, each record of an address, however it is spelt", () =>
    Effect.gen(function* () {
      const { edits, sandbox, target } = yield* connectedAs((sandbox) => sandbox.guestOptions(baseUrl))
      edits.addCustomers([{ email: "Ann@x.example", name: "Ann" }])
      sandbox.addGuest("ann@x.example")
      assert.strictEqual((yield* target.customersByAddress("ann@x.example")).length, 2)
      assert.strictEqual((yield* target.identify).account, "shop.example with guests")
    })
  )
})
