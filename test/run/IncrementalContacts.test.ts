/** Runs between two full reads of contacts whose memberships are told with them, and of companies, which are listed whole. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as Chance from "../crash/Chance.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Contacts from "../kit/Contacts.ts"
import { kinds } from "../kit/Hourly.ts"
import * as Worlds from "../kit/Worlds.ts"

const changes = ["/agents/me", "/roles", "/contacts", "/contacts blocked", "/contacts deleted", "/agents", "/companies"]
const everybody = { Globex: ["c1@x.io", "c2@x.io", "c3@x.io"], "Plan vip": ["c1@x.io", "c2@x.io"] }

describe("a run between two full reads", () => {
  it.scoped("of an unchanged account asks for no contact", () =>
    Effect.gen(function* () {
      const { calling, first, held, sync } = yield* Contacts.begun(250)
      const { calls, result } = yield* calling(sync())
      assert.deepStrictEqual([first.calls.length, calls], [259, changes])
      assert.deepStrictEqual([result.status, kinds(result), held()], ["none", ["changes", "full"], everybody])
    })
  )

  it.scoped("asks for those alone who changed, and takes away what they lack", () =>
    Effect.gen(function* () {
      const { calling, freshdesk, held, sync } = yield* Contacts.begun()
      freshdesk.source.untag("1", "vip")
      freshdesk.source.leave("2", "101")
      freshdesk.source.deleteCustomer("3")
      freshdesk.source.join("4", "102")
      const { calls, result } = yield* calling(sync())
      assert.deepStrictEqual(calls.toSorted(), [...changes, "/contacts/1", "/contacts/2", "/contacts/4"].toSorted())
      assert.deepStrictEqual(kinds(result), ["changes", "full"])
      assert.deepStrictEqual(held(), { Globex: ["c1@x.io"], Initech: ["c4@x.io"], "Plan vip": ["c2@x.io"] })
    })
  )

  it.scoped("sees that a company is deleted, whatever its contacts say", () =>
    Effect.gen(function* () {
      const { calling, configure, freshdesk, held, sync } = yield* Contacts.begun()
      configure(`${Bridge.usualRules}\n    ${Worlds.unlimited}`, "freshdesk")
      yield* calling(sync({ kind: "approve" }))
      yield* TestClock.adjust("1 hour")
      freshdesk.source.deleteOrganization("101")
      const { result } = yield* calling(sync())
      assert.deepStrictEqual([kinds(result), held()["Globex"] ?? []], [["changes", "full"], []])
    })
  )

  it.scoped("where companies cannot be read, who left one meanwhile leaves it once they can", () =>
    Effect.gen(function* () {
      const { calling, freshdesk, held, sync } = yield* Contacts.begun()
      freshdesk.source.leave("2", "101")
      freshdesk.refuse("/companies", { status: 403, body: { code: "access_denied", message: "Not now." } })
      const { result } = yield* calling(sync())
      assert.deepStrictEqual([result.status, held()], ["partial", everybody])
      freshdesk.refuse("/companies", null)
      yield* TestClock.adjust("1 hour")
      yield* calling(sync())
      assert.deepStrictEqual(held()["Globex"], ["c1@x.io", "c3@x.io"])
    })
  )

  it.scoped("where the account refuses to narrow its lists, reads everybody and says why", () =>
    Effect.gen(function* () {
      const { calling, freshdesk, held, sync } = yield* Contacts.begun()
      freshdesk.filterBy("refused")
      freshdesk.source.untag("2", "vip")
      const { calls, result } = yield* calling(sync())
      assert.deepStrictEqual([kinds(result), held()["Plan vip"]], [["full", "full"], ["c1@x.io"]])
      assert.match(result.plan?.warnings.join("\n") ?? "", /it was refused: no list may be narrowed by updated_since/)
      assert.include(calls, "/contacts/6")
    })
  )
})

describe("hours of random edits", () => {
  it.scoped.each(["documented", "older", "ignored", "ahead", "empty"] as const)(
    "leave nothing for a full read to do, whatever becomes of the filter (%s)",
    (filter) =>
      Effect.gen(function* () {
        const chance = Chance.make(filter.length)
        const { calling, freshdesk, sync, configure } = yield* Contacts.begun(12)
        configure(`\n    rules:\n      - kind: organization\n      - kind: tag\n    ${Worlds.unlimited}`, "freshdesk")
        yield* calling(sync({ kind: "approve" }))
        freshdesk.filterBy(filter)
        for (let hour = 1; hour <= 6; hour++) {
          yield* TestClock.adjust("1 hour")
          const { source } = freshdesk
          const company = () => chance.pick(["101", "102"])
          for (let edit = 0; edit < 6; edit++) {
            const id = String(1 + chance.whole(11))
            if (freshdesk.desk.contact(Number(id)) === undefined) continue
            chance.pick([
              () => source.tag(id, chance.pick(["vip", "gold"])),
              () => source.untag(id, chance.pick(["vip", "gold"])),
              () => source.join(id, company()),
              () => source.leave(id, company()),
              () => source.suspend(id, chance.happens(0.5)),
              () => (chance.happens(0.3) ? source.deleteCustomer(id) : undefined),
              () => (chance.happens(0.2) ? source.makeStaff(id) : undefined),
              () => source.changeEmail(id, `c${id}@x.io`)
            ])()
          }
          const { result } = yield* calling(sync())
          assert.deepStrictEqual([kinds(result)?.[0], result.error], ["changes", null], `hour ${hour}`)
        }
        const full = yield* calling(sync({ depth: "full" }))
        assert.deepStrictEqual([kinds(full.result), full.result.status, full.result.calls.write], [["full", "full"], "none", 0])
      })
  )
})
