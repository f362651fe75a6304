/** What is peculiar about Trybe: answers in several shapes, bodies of DELETE, and a 404 that means one of two things. */
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import type { GroupDraft, GroupMark } from "../../src/model/Group.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import type { Fault } from "../../src/sandbox/Sandbox.ts"
import * as Sandbox from "./sandbox.ts"
import { connector } from "./TrybeConnector.ts"

const baseUrl = "https://api.try.be"
const mark: GroupMark = { state: "7f3a", sync: "customers", key: "zendesk/organization:5512" }
const draft: GroupDraft = { name: "Initech", slug: undefined, description: undefined, externalId: undefined, customFields: {} }

const connected = Effect.gen(function* () {
  const sandbox = Sandbox.make()
  const faulty = Faulty.make(sandbox.app)
  const options = yield* Schema.decodeUnknown(connector.options)(sandbox.options(baseUrl))
  const role = yield* Effect.fromNullable(connector.target)
  const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 4 })
  const client = InProcess.client({ [baseUrl]: faulty.app })
  const [ann] = sandbox.target.addCustomers([{ email: "a@x.example", name: "Ann" }])
  return { sandbox, faulty, ann: ann?.id ?? "", target: yield* role.make(options, { name: "spa", client, pacer, redactor: SecretRedactor.make() }) }
})

const answered = (status: number, body: unknown): Fault => ({
  _tag: "Answer",
  response: { status, headers: { "content-type": "application/json" }, body: typeof body === "string" ? body : JSON.stringify(body) }
})

const pack = (customer: string, groups: ReadonlyArray<string>) => ({ by: "customer", customer, groups }) as const

describe("Trybe's labels", () => {
  it.scoped("are listed whole where pages are cut without a word, and made in either shape", () =>
    Effect.gen(function* () {
      const { sandbox, target } = yield* connected
      sandbox.behave({ pageCap: 25 })
      const ids = Array.from({ length: 101 }, (_, n) => sandbox.target.addGroup({ name: `Label ${n}` }))
      const pages = Chunk.toReadonlyArray(yield* Stream.runCollect(target.groups))
      assert.deepStrictEqual(
        pages.flatMap((page) => page.items.map(({ id }) => id)),
        ids
      )
      assert.deepStrictEqual(
        pages.map(({ end }) => end),
        [false, false, false, false, true]
      )
      assert.isTrue(Option.isSome(yield* target.group(ids[100] ?? "")))
      assert.isTrue(Option.isNone(yield* target.group("none")))
      for (const made of ["label", "data"] as const) {
        sandbox.behave({ made })
        const group = yield* target.createGroup({ ...draft, name: `Made ${made}` }, mark)
        assert.deepStrictEqual([group.name, group.createdAt], [`Made ${made}`, 0])
      }
    })
  )

  it.scoped("of more than 20 characters are refused with the words about the field", () =>
    Effect.gen(function* () {
      const { target } = yield* connected
      const error = yield* Effect.flip(target.createGroup({ ...draft, name: "x".repeat(21) }, mark))
      assert.deepStrictEqual([error.reason, error.effect], ["Invalid", "none"])
      assert.include(error.detail, "value: The value must not be greater than 20 characters.")
    })
  )

  it.scoped("of a list that goes round in circles are not taken for all", () =>
    Effect.gen(function* () {
      const { faulty, target } = yield* connected
      const again = answered(200, { data: [{ id: "1", value: "One" }], links: { next: "https://api.try.be/?page=2" }, meta: { current_page: 1 } })
      faulty.inject([again, again, again, again])
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(yield* Stream.runCollect(target.groups)).map(({ end }) => end),
        [false, false]
      )
      assert.strictEqual((yield* Effect.flip(target.group("2"))).reason, "Malformed")
    })
  )
})

describe("A customer's labels", () => {
  it.scoped("are read in every documented shape", () =>
    Effect.gen(function* () {
      const { ann, sandbox, target } = yield* connected
      const ids = Array.from({ length: 31 }, (_, n) => sandbox.target.addGroup({ name: `Label ${n}`, members: [ann] }))
      for (const lists of ["array", "data", "pages", "ids"] as const) {
        sandbox.behave({ lists })
        assert.deepStrictEqual(yield* target.groupsOf(ann), ids, lists)
      }
    })
  )

  it.scoped("are attached whatever the answer shows; one that lacks them proves nothing", () =>
    Effect.gen(function* () {
      const { ann, faulty, sandbox, target } = yield* connected
      const label = sandbox.target.addGroup({ name: "VIP" })
      const receipts: Array<string> = []
      for (const writes of ["labels", "empty", "message"] as const) {
        sandbox.behave({ writes })
        receipts.push((yield* target.add(pack(ann, [label]))).changed)
      }
      faulty.inject(answered(200, { data: [] }))
      receipts.push((yield* target.add(pack(ann, [label]))).changed)
      assert.deepStrictEqual(receipts, ["done", "done", "unnamed", "unnamed"])
      assert.deepStrictEqual(sandbox.target.groups()[0]?.members, [ann])
    })
  )

  it.scoped("are detached by a body, which arrives; the answer alone proves nothing", () =>
    Effect.gen(function* () {
      const { ann, faulty, sandbox, target } = yield* connected
      const label = sandbox.target.addGroup({ name: "VIP", members: [ann] })
      assert.strictEqual((yield* target.remove(pack(ann, [label]))).changed, "unnamed")
      assert.deepStrictEqual([faulty.log[0]?.method, faulty.log[0]?.body], ["DELETE", JSON.stringify({ labels: [label] })])
      assert.deepStrictEqual(sandbox.target.groups()[0]?.members, [])
    })
  )

  it.scoped("are refused by a 404 over the customer as by one over a label, which are told apart", () =>
    Effect.gen(function* () {
      const { ann, sandbox, target } = yield* connected
      sandbox.behave({ unknownLabels: "missing" })
      assert.strictEqual((yield* Effect.flip(target.add(pack(ann, ["gone"])))).reason, "Invalid")
      assert.strictEqual((yield* Effect.flip(target.add(pack("nobody", ["gone"])))).reason, "NotFound")
      sandbox.forbid(ann)
      const error = yield* Effect.flip(target.add(pack(ann, ["gone"])))
      assert.deepStrictEqual([error.reason, error.effect], ["NotAllowed", "none"])
    })
  )
})

describe("who we are at Trybe", () => {
  it.scoped.each([
    [403, { message: "This action is unauthorized." }],
    [404, { message: "Not found." }]
  ] as const)("a token that may not see /token-info (%i) is good if it may list labels", ([status, body]) =>
    Effect.gen(function* () {
      const { faulty, target } = yield* connected
      faulty.inject(answered(status, body), ({ path }) => path === "/token-info")
      assert.strictEqual((yield* target.identify).account, "api.try.be")
      assert.deepStrictEqual(
        faulty.log.map(({ path }) => path),
        ["/token-info", "/customers/labels"]
      )
    })
  )

  it.scoped("a token that may do neither is told so, and a refused one is asked once", () =>
    Effect.gen(function* () {
      const { faulty, target } = yield* connected
      faulty.inject([answered(403, { message: "No." }), answered(403, { message: "No labels." })])
      assert.deepInclude(yield* Effect.flip(target.identify), { reason: "NotAllowed", detail: "No labels." })
      faulty.inject(answered(401, { message: "Unauthenticated." }))
      assert.strictEqual((yield* Effect.flip(target.identify)).reason, "Unauthorized")
      assert.strictEqual(faulty.log.length, 3)
    })
  )
})
