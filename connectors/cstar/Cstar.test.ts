/** What is peculiar about cStar's customers, lists and groups, over its sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { mark, draft, connected, collected, people, answered, reasonOf } from "./TestConnection.ts"

describe("cStar's customers", () => {
  it.scoped("are found by the whole address only, wherever the search puts them", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected()
      sandbox.behave({ pageCap: 7 })
      const others = Array.from({ length: 30 }, (_, n) => ({
        email: `${n}jan+vip@globex.com`,
        name: `Jan ${n}`
      }))
      sandbox.target.addCustomers([...others, { email: "x@globex.com", name: "jan+vip@globex.com" }])
      const [jan] = sandbox.target.addCustomers([{ email: "Jan+VIP@Globex.com", name: "Jan" }])
      assert.deepStrictEqual(
        (yield* target.customersByAddress(" jan+vip@globex.com ")).map(({ id }) => id),
        [jan?.id]
      )
      assert.deepStrictEqual(
        faulty.log.map(({ query }) => [query.get("search"), query.get("page")]),
        ["1", "2", "3", "4", "5"].map((page) => ["jan+vip@globex.com", page])
      )
      assert.deepStrictEqual(yield* target.customersByAddress("an+vip@globex.com"), [])
      assert.deepStrictEqual(yield* target.customersByAddress(" "), [])
    })
  )

  it.scoped("are not missing because a search broke off", () =>
    Effect.gen(function* () {
      const { faulty, target } = yield* connected()
      faulty.inject(
        answered(200, {
          success: true,
          data: [{ id: "cus_1", email: "a@x.io" }],
          pagination: { page: 1, hasMore: true }
        })
      )
      faulty.inject(answered(200, { success: true, data: [], pagination: { page: 2, hasMore: true } }))
      assert.strictEqual(yield* reasonOf(target.customersByAddress("b@x.io")), "Malformed")
    })
  )

  it.scoped("are not the only ones of an address because a search showed one of two twice", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected()
      const [small, large] = sandbox.target.addCustomers(["a@x.io", "A@X.IO"].map((email) => ({ email, name: "A" })))
      const shown = { id: small?.id, email: "a@x.io" }
      const slipped = answered(200, { success: true, data: [shown, shown], pagination: { page: 1, total: 2, hasMore: false } })
      faulty.inject(slipped)
      assert.sameMembers(
        (yield* target.customersByAddress("a@x.io")).map(({ id }) => id),
        [small?.id, large?.id]
      )
      sandbox.target.addCustomers(Array.from({ length: 100 }, (_, n) => ({ email: `${n}@y.io`, name: "B" })))
      faulty.inject([slipped, slipped])
      assert.strictEqual(yield* reasonOf(target.customersByAddress("a@x.io")), "Malformed")
      const lost = answered(200, { success: true, data: [shown], pagination: { page: 1, total: 2, hasMore: false } })
      faulty.inject([lost, lost])
      assert.strictEqual(yield* reasonOf(target.customersByAddress("a@x.io")), "Malformed")
    })
  )

  it.scoped("are found also where a search's total counts all customers there are", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected()
      const [, second] = sandbox.target.addCustomers(["a@x.io", "b@x.io"].map((email) => ({ email, name: "A" })))
      const search = (total: number) =>
        answered(200, { success: true, data: [{ id: second?.id, email: "b@x.io" }], pagination: { page: 1, total, hasMore: false } })
      const found = Effect.map(target.customersByAddress("b@x.io"), (customers) => customers.map(({ id }) => id))
      faulty.inject([search(2), search(2)])
      assert.deepStrictEqual(yield* found, [second?.id], "of one page, all of which the list shows")
      sandbox.target.addCustomers(Array.from({ length: 200 }, (_, n) => ({ email: `${n}@y.io`, name: "B" })))
      faulty.inject([search(202), search(202)])
      assert.deepStrictEqual(yield* found, [second?.id], "of several pages")
    })
  )
})

describe("cStar's lists", () => {
  it.scoped("are read whole in both envelopes, also where pages are cut to 25 without a word", () =>
    Effect.gen(function* () {
      const { sandbox, target } = yield* connected()
      const ids = people(sandbox, 101)
      const group = sandbox.target.addGroup({ name: "Initech", members: ids })
      for (const groupEnvelope of ["pagination", "meta"] as const) {
        for (const [pageCap, count] of [
          [100, 2],
          [25, 5]
        ] as const) {
          sandbox.behave({ groupEnvelope, pageCap })
          const pages = yield* collected(target.members(group))
          assert.deepStrictEqual(
            pages.flatMap((page) => page.items.map((member) => member.customer.id)),
            ids.toSorted()
          )
          assert.deepStrictEqual(
            pages.map((page) => page.end),
            Array.from({ length: count }, (_, n) => n === count - 1)
          )
          assert.deepStrictEqual(new Set(pages.map((page) => page.total)), new Set([101]))
        }
      }
    })
  )

  it.scoped("have no end where the vendor goes round in circles", () =>
    Effect.gen(function* () {
      const { faulty, target } = yield* connected()
      const again = answered(200, {
        data: [{ id: "g1", name: "One" }],
        pagination: { hasMore: true }
      })
      faulty.inject([again, again])
      assert.deepStrictEqual(
        (yield* collected(target.groups)).map((page) => page.end),
        [false, false]
      )
      const first = answered(200, {
        data: [{ id: "g1", name: "One" }],
        pagination: { page: 1, hasMore: true }
      })
      const stuck = answered(200, {
        data: [{ id: "g2", name: "Two" }],
        pagination: { page: 1, hasMore: false }
      })
      faulty.inject([first, stuck])
      assert.deepStrictEqual(
        (yield* collected(target.groups)).map((page) => page.end),
        [false, false]
      )
      assert.strictEqual(faulty.log.length, 4)
    })
  )

  it.scoped("of groups may show no custom fields; then nothing is known of marks", () =>
    Effect.gen(function* () {
      const { sandbox, target } = yield* connected()
      const made = yield* target.createGroup(draft({ externalId: "5512", description: "From Zendesk", customFields: { tier: "gold" } }), mark)
      assert.deepStrictEqual([made.mark, made.description, made.externalId, made.count], [mark, undefined, undefined, 0])
      const shown = Effect.map(collected(target.groups), (pages) => pages.flatMap((page) => page.items).map(({ mark, marksShown }) => [mark, marksShown]))
      assert.deepStrictEqual(yield* shown, [[mark, true]])
      sandbox.behave({ showsCustomFields: false, showsExternalId: true })
      assert.deepStrictEqual(yield* shown, [[undefined, false]])
      const one = yield* Effect.flatten(target.group(made.id))
      assert.deepStrictEqual([one.mark, one.description, one.externalId, one.slug], [mark, "From Zendesk", "5512", "initech"])
    })
  )
})

describe("cStar's groups", () => {
  it.scoped("keep our mark and others' fields when custom fields are written, whether PATCH merges or replaces", () =>
    Effect.gen(function* () {
      for (const patchedFields of ["merge", "replace"] as const) {
        const { faulty, sandbox, target } = yield* connected()
        sandbox.behave({ patchedFields })
        const { id } = yield* target.createGroup(draft({ customFields: { tier: "gold", groupbridge: "forged" } }), mark)
        yield* target.updateGroup(id, {
          name: "Initech GmbH",
          customFields: { region: "EU", groupbridge: "forged" }
        })
        const body: unknown = JSON.parse(faulty.log.at(-1)?.body ?? "")
        assert.deepPropertyVal(body, "customFields", {
          tier: "gold",
          region: "EU",
          groupbridge: JSON.stringify(mark)
        })
        const renamed = yield* Effect.flatten(target.group(id))
        assert.deepStrictEqual([renamed.name, renamed.mark], ["Initech GmbH", mark])
      }
    })
  )

  it.scoped("take another mark and keep others' fields, whatever PATCH does to those it is not given and whatever it answers", () =>
    Effect.gen(function* () {
      const newer = { ...mark, writer: { run: 7, machine: "3f", at: 1_767_225_600_000 } }
      for (const patchedFields of ["merge", "replace"] as const) {
        const { faulty, sandbox, target } = yield* connected()
        sandbox.behave({ patchedFields })
        const remark = target.remark ?? assert.fail("no remark")
        const { id } = yield* target.createGroup(draft({ customFields: { tier: "gold" } }), mark)
        const found = yield* Effect.flatten(remark(id))
        assert.deepStrictEqual(found.group.mark, mark)
        yield* found.write(newer)
        assert.deepPropertyVal(JSON.parse(faulty.log.at(-1)?.body ?? ""), "customFields", { tier: "gold", groupbridge: JSON.stringify(newer) })
        assert.deepStrictEqual((yield* Effect.flatten(target.group(id))).mark, newer)
        faulty.inject(answered(200, {}))
        const lost = yield* Effect.flip(found.write(mark))
        assert.deepStrictEqual([lost.reason, lost.effect], ["Malformed", "unknown"])
        faulty.inject(answered(200, { id, name: "Initech" }))
        const hidden = yield* Effect.flatten(remark(id))
        assert.strictEqual(yield* reasonOf(hidden.write(mark)), "Invalid")
        yield* target.deleteGroup(id)
        assert.deepStrictEqual(yield* remark(id), Option.none())
      }
    })
  )

  it.scoped("are not written over where their custom fields can't be seen", () =>
    Effect.gen(function* () {
      const { faulty, target } = yield* connected()
      const { id } = yield* target.createGroup(draft(), mark)
      faulty.inject(answered(200, { id, name: "Initech" }))
      assert.strictEqual(yield* reasonOf(target.updateGroup(id, { name: "New", customFields: { region: "EU" } })), "Invalid")
      assert.strictEqual(faulty.writes(), 1)
      yield* target.updateGroup(id, { name: "New" })
      assert.deepStrictEqual(faulty.log.at(-1)?.body, JSON.stringify({ name: "New" }))
    })
  )

  it.scoped("are made once: a lost answer is told, not repeated", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected()
      faulty.inject({ _tag: "Reset", when: "after" })
      const error = yield* Effect.flip(target.createGroup(draft(), mark))
      assert.deepStrictEqual([error.reason, error.effect, sandbox.target.groups().length], ["Unavailable", "unknown", 1])
    })
  )

  it.scoped("are gone by cStar's own 404 only, and may be deleted twice", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected()
      for (const errors of ["object", "string"] as const) {
        sandbox.behave({ errors })
        const { id } = yield* target.createGroup(draft(), mark)
        yield* target.deleteGroup(id)
        yield* target.deleteGroup(id)
        assert.deepStrictEqual(yield* target.group(id), Option.none())
      }
      faulty.inject(answered(404, "<!doctype html><title>Not found</title>"))
      assert.strictEqual(yield* reasonOf(target.group("some")), "Malformed")
    })
  )

  it.scoped("of one name get another slug, are refused, or meet", () =>
    Effect.gen(function* () {
      const { sandbox, target } = yield* connected()
      const slug = Effect.map(target.createGroup(draft(), mark), (group) => group.slug)
      assert.deepStrictEqual([yield* slug, yield* slug], ["initech", "initech-2"])
      sandbox.behave({ collisions: "conflict" })
      const error = yield* Effect.flip(slug)
      assert.deepStrictEqual([error.reason, error.status, error.effect], ["Invalid", 409, "none"])
      sandbox.behave({ collisions: "duplicate" })
      assert.strictEqual(yield* slug, "initech")
    })
  )
})
