/** What is peculiar about Vendure: refusals with status 200, customers skipped in silence, packs refused for one who is not in, and marks without a field. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Time from "../../test/kit/Time.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import type { GroupDraft, GroupMark } from "../../src/model/Group.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import type { Fault } from "../../src/sandbox/Sandbox.ts"
import * as Sandbox from "./sandbox.ts"
import { connector } from "./VendureConnector.ts"

const baseUrl = "https://shop.example"
const mark: GroupMark = { state: "7f3a", sync: "customers", key: "zendesk/organization:5512" }
const draft: GroupDraft = { name: "Initech", slug: undefined, description: undefined, externalId: undefined, customFields: {} }

const connectedAs = (choose: (sandbox: Sandbox.VendureSandbox) => Readonly<Record<string, unknown>>) =>
  Effect.gen(function* () {
    const sandbox = Sandbox.make()
    const faulty = Faulty.make(sandbox.app, sandbox.isWrite)
    const options = yield* Schema.decodeUnknown(connector.options)(choose(sandbox))
    const role = yield* Effect.fromNullable(connector.target)
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 4 })
    const client = InProcess.client({ [baseUrl]: faulty.app })
    const people = (count: number) =>
      sandbox.target.addCustomers(Array.from({ length: count }, (_, n) => ({ email: `p${n}@x.example`, name: `Person ${n}` }))).map(({ id }) => id)
    const target = yield* role.make(options, { name: "shop", client, pacer, redactor: SecretRedactor.make() })
    return { sandbox, faulty, people, target, edits: sandbox.target }
  })
const connected = connectedAs((sandbox) => sandbox.options(baseUrl))

const answered = (status: number, body: unknown): Fault => ({
  _tag: "Answer",
  response: { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
})
const error = (message: string, code?: string) => ({ errors: [{ message, ...(code === undefined ? {} : { extensions: { code } }) }], data: null })
const pack = (group: string, customers: ReadonlyArray<string>) => ({ by: "group", group, customers }) as const

describe("Vendure's refusals", () => {
  it.scoped.each([
    [200, error("You are not currently authorized", "FORBIDDEN"), "Unauthorized", "none"],
    [200, error('No CustomerGroup with the id "7" could be found', "ENTITY_NOT_FOUND"), "Invalid", "none"],
    [200, error("Something is wrong with it", "USER_INPUT_ERROR"), "Invalid", "none"],
    [200, error('duplicate key value violates unique constraint "PK_1"'), "Invalid", "none"],
    [200, error("Connection terminated unexpectedly"), "Unavailable", "unknown"],
    [400, error("Cannot query field", "GRAPHQL_VALIDATION_FAILED"), "Misconfigured", "none"],
    [500, { statusCode: 500, message: "" }, "Unavailable", "unknown"]
  ] as const)("with status %i, %j: %s", ([status, body, reason, effect]) =>
    Effect.gen(function* () {
      const { edits, faulty, people, target } = yield* connected
      const group = edits.addGroup({ name: "Globex" })
      faulty.inject(answered(status, body), faulty.isWrite)
      const refused = yield* Effect.flip(target.add(pack(group, people(1))))
      assert.deepStrictEqual([refused.reason === "NotFound" ? "Invalid" : refused.reason, refused.effect], [reason, effect])
    })
  )

  it.scoped("of a group that is not there tell so, also before its members count as none", () =>
    Effect.gen(function* () {
      const { people, target } = yield* connected
      assert.strictEqual((yield* Effect.flip(Stream.runCollect(target.members("99")))).reason, "NotFound")
      assert.strictEqual((yield* Effect.flip(target.add(pack("99", people(1))))).reason, "NotFound")
      assert.strictEqual((yield* Effect.flip(target.updateGroup("99", { name: "x" }))).reason, "NotFound")
    })
  )
})

describe("Vendure's members", () => {
  it.scoped("are named by every answer: added, in already, and skipped in silence", () =>
    Effect.gen(function* () {
      const { edits, people, target } = yield* connected
      const [ann = "", ben = "", gone = ""] = people(3)
      const group = edits.addGroup({ name: "Globex", members: [ann] })
      edits.deleteCustomer(gone)
      const { rows } = yield* target.add(pack(group, [ann, ben, gone, "4711"]))
      assert.deepStrictEqual(
        [...(rows ?? [])],
        [
          [ann, "so"],
          [ben, "changed"],
          [gone, "dropped"],
          ["4711", "dropped"]
        ]
      )
    })
  )

  it.scoped("leave in one pack with others who are not in, by a call that names only those who are", () =>
    Effect.gen(function* () {
      const { edits, faulty, people, target } = yield* connected
      const [ann = "", ben = ""] = people(2)
      const group = edits.addGroup({ name: "Globex", members: [ann] })
      const { rows } = yield* target.remove(pack(group, [ann, ben]))
      assert.deepStrictEqual(
        [...(rows ?? [])],
        [
          [ann, "changed"],
          [ben, "so"]
        ]
      )
      assert.deepStrictEqual([edits.groups()[0]?.members, faulty.writes()], [[], 1])
      assert.deepStrictEqual([...((yield* target.remove(pack(group, [ann]))).rows ?? [])], [[ann, "so"]])
      assert.strictEqual(faulty.writes(), 1)
    })
  )

  it.scoped("whose ids make a call larger than the server takes are refused here, so that the pack is halved", () =>
    Effect.gen(function* () {
      const { edits, faulty, target } = yield* connected
      const group = edits.addGroup({ name: "Globex" })
      const refused = yield* Effect.flip(
        target.add(
          pack(
            group,
            Array.from({ length: 100 }, (_, n) => String(n).padStart(1_000, "x"))
          )
        )
      )
      assert.deepStrictEqual([refused.reason, refused.effect, faulty.log.length], ["Invalid", "none", 0])
    })
  )

  it.scoped("are lost to calls at once, as the sandbox shows", () =>
    Effect.gen(function* () {
      const { edits, people, sandbox, target } = yield* connected
      const ids = people(3)
      const groups = [edits.addGroup({ name: "One" }), edits.addGroup({ name: "Two" })]
      sandbox.behave({ changeTakes: 20 })
      yield* Effect.forEach(groups, (group) => target.add(pack(group, ids)), { concurrency: "unbounded" }).pipe(Time.passing)
      assert.deepStrictEqual(
        edits.groups().map(({ members }) => members.length),
        [0, 3]
      )
    })
  )
})

describe("Vendure's marks", () => {
  it.scoped("are neither written nor awaited where the connection names no field", () =>
    Effect.gen(function* () {
      const { sandbox, target } = yield* connectedAs((sandbox) => sandbox.plainOptions(baseUrl))
      sandbox.behave({ bare: true })
      const group = yield* target.createGroup(draft, mark)
      assert.deepStrictEqual([group.mark, group.marksShown], [undefined, false])
    })
  )

  it.scoped("stop the connection where the shop does not have the field that it names, before anything is made", () =>
    Effect.gen(function* () {
      const { edits, sandbox, target } = yield* connected
      sandbox.behave({ bare: true })
      const refused = yield* Effect.flip(target.createGroup(draft, mark))
      assert.deepStrictEqual([refused.reason, refused.effect, edits.groups()], ["Misconfigured", "none", []])
      assert.include(refused.detail, "is `markField` a custom field of CustomerGroup?")
    })
  )
})

describe("Vendure's customers", () => {
  it.scoped("of one address are all found, however they were written", () =>
    Effect.gen(function* () {
      const { edits, target } = yield* connected
      const two = edits.addCustomers([
        { email: "ann@x.example", name: "Ann" },
        { email: " ANN@x.example", name: "Ann again" }
      ])
      assert.deepStrictEqual(
        (yield* target.customersByAddress("Ann@X.example")).map(({ id }) => id),
        two.map(({ id }) => id)
      )
    })
  )
})
