/** Lists for each row of another list, tokens out of URLs, full last pages, rows whose lists are cut: what each proves, and what it does not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import * as Vendor from "./Vendor.ts"

const head = `connector: acme
title: Acme
baseUrl: https://beta.zendesk.test/acme
identity: { path: /me, account: /id }
lists:
`
const groups = (more = "") => `  groups:
    path: /groups
    rows: /data
    pageSize: 2
    paging: { next: /next, take: token }
    whole: cursorEnds
    stable: immutableKey
${more}    group: { kind: tag, id: /id, name: /name }
`
const members = (more = "") => `  members:
    per: groups
    path: "/groups/{/id}/members"
    params: { limit: 2 }
    rows: /data
    pageSize: 2
    paging: { cursor: /after, into: after, absentEnds: true, limit: limit }
    whole: cursorEnds
    stable: immutableKey
${more}    memberships: [{ kind: tag, customer: /row/id, group: /per/id }]
`
const contacts = `  contacts:
    path: /contacts
    rows: /data
    pageSize: 2
    paging: { cursor: /after, into: after }
    whole: cursorEnds
    stable: immutableKey
    noRows: { /total: 0 }
    customer: { id: /id, email: { each: /handles, where: { /source: email }, take: /handle } }
    memberships: [{ kind: organization, each: /orgs/nodes, group: /id, whole: { /orgs/more: false } }]
`
const manifest = (moreOfGroups = "", moreOfMembers = "") => head + contacts + groups(moreOfGroups) + members(moreOfMembers)

type Answers = Readonly<Record<string, unknown>>

/** Group a has two members on a full page, b has three, c has none; the second page of groups is named by a URL of another host. */
const right: Answers = {
  "/me": { id: "w1" },
  "/contacts": { total: 0, after: null },
  "/groups": {
    data: [
      { id: "a", name: "A" },
      { id: "b", name: "B" }
    ],
    next: "https://elsewhere.example/groups?token=t2"
  },
  "/groups?token=t2": { data: [{ id: "c", name: "C" }], next: null },
  "/groups/a/members?limit=2": { data: [{ id: "1" }, { id: "2" }] },
  "/groups/a/members?limit=1": { data: [{ id: "1" }], after: "1" },
  "/groups/a/members?limit=1&after=1": { data: [{ id: "2" }] },
  "/groups/b/members?limit=2": { data: [{ id: "1" }, { id: "3" }], after: "3" },
  "/groups/b/members?limit=2&after=3": { data: [{ id: "4" }] },
  "/groups/c/members?limit=2": { data: [] }
}

const read = (stream: string, answers: Answers, text = manifest()) =>
  Effect.gen(function* () {
    const asked: Array<string> = []
    const client = InProcess.client({
      "https://beta.zendesk.test": ({ path, query }) => {
        const call = `${path.replace("/acme", "")}${query.size === 0 ? "" : `?${query.toString()}`}`
        asked.push(call)
        const body = answers[call]
        return Effect.succeed({
          status: body === undefined ? 404 : 200,
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body ?? {})
        })
      }
    })
    const connector = Vendor.described(text)
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 2 })
    const options = yield* Effect.orDie(Schema.decodeUnknown(connector.options)({}))
    const source = yield* connector.source!.make(options, { name: "acme", client, pacer, redactor: SecretRedactor.make() })
    const pages = yield* Stream.runCollect(source.streams.find(({ declaration }) => declaration.name === stream)!.pages)
    const all = [...pages]
    return {
      asked,
      ends: all.map(({ end }) => end?.reached ?? null),
      rows: all.flatMap(({ records }) => records.map((one) => (one._tag === "Membership" ? `${one.group.id} ${one.customer}` : one._tag))),
      customers: all.flatMap(({ records }) => records.flatMap((one) => (one._tag === "Customer" ? [one.customer.email] : []))),
      unknown: all.flatMap(({ unknown }) => unknown.map(({ row }) => row))
    }
  }).pipe(Effect.scoped)

const reached = (answers: Answers, text?: string) => Effect.map(read("members", answers, text), ({ ends }) => ends.at(-1))

describe("a list for each row of another one", () => {
  it.effect("is whole where both are, and a token is taken out of a URL that leads elsewhere", () =>
    Effect.gen(function* () {
      const { asked, ends, rows } = yield* read("members", right)
      assert.deepStrictEqual(rows, ["a 1", "a 2", "b 1", "b 3", "b 4"])
      assert.strictEqual(ends.at(-1), true)
      assert.deepStrictEqual(new Set(ends.slice(0, -1)), new Set([null]))
      assert.include(asked, "/groups?token=t2")
    })
  )

  const cut: ReadonlyArray<readonly [string, Answers]> = [
    ["its parent does not say that no page follows", { "/groups?token=t2": { data: [{ id: "c", name: "C" }] } }],
    [
      "a full page has lost its cursor",
      { "/groups/b/members?limit=2": right["/groups/a/members?limit=2"], "/groups/b/members?limit=1": { data: [{ id: "1" }] } }
    ],
    ["a full page names more when it is asked for in parts", { "/groups/a/members?limit=1&after=1": { data: [{ id: "2" }, { id: "9" }] } }]
  ]
  for (const [what, change] of cut) {
    it.effect(`is not whole where ${what}`, () => Effect.map(reached({ ...right, ...change }), (end) => assert.strictEqual(end, false)))
  }

  it.effect("is not whole where a row of its parent does not say whether it counts, and is not asked of one that does not count", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* reached(right, manifest("    only: { /kind: x }\n")), false)
      const { asked, ends } = yield* read("members", right, manifest("    only: { /name: [A, C] }\n"))
      assert.deepStrictEqual([ends.at(-1), asked.some((call) => call.startsWith("/groups/b/"))], [true, false])
    })
  )

  it.effect("fails where an answer holds no list, a row no id, or a URL no token", () =>
    Effect.gen(function* () {
      for (const change of [
        { "/groups/c/members?limit=2": {} },
        { "/groups?token=t2": { data: [{ name: "C" }], next: null } },
        { "/groups": { data: [], next: "https://elsewhere.example/groups" } }
      ]) {
        assert.strictEqual((yield* Effect.flip(read("members", { ...right, ...change }))).reason, "Malformed", JSON.stringify(change))
      }
      assert.strictEqual((yield* Effect.flip(read("members", { ...right, "/groups/c/members?limit=2": undefined }))).reason, "NotFound")
    })
  )

  it("must name a list, and begins its pointers with /row or /per", () => {
    assert.throws(() => Vendor.described(manifest().replace("per: groups", "per: gruops")), /there is no list "gruops"; did you mean "groups"/)
    assert.throws(() => Vendor.described(manifest().replace("/row/id", "/id")), /\/id begins with neither \/row .* nor \/per/)
    assert.throws(() => Vendor.described(manifest().replace("    per: groups\n", "")), /a pointer in braces needs "per"/)
  })
})

describe("a list of rows", () => {
  const row = (orgs: unknown) => ({
    id: "1",
    handles: [
      { source: "phone", handle: "1" },
      { source: "email", handle: "a@x.io" }
    ],
    orgs
  })
  const one = (orgs: unknown) => ({ ...right, "/contacts": { data: [row(orgs)], total: 1, after: null } })

  it.effect("may be left out only where the answer says that there are none", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* read("contacts", right)).ends, [true])
      assert.strictEqual((yield* Effect.flip(read("contacts", { ...right, "/contacts": { total: 2, after: null } }))).reason, "Malformed")
      assert.strictEqual((yield* Effect.flip(read("contacts", { ...right, "/contacts": { after: null } }))).reason, "Malformed")
    })
  )

  it.effect("leaves a customer in doubt whose own list is cut, or does not say that it is not", () =>
    Effect.gen(function* () {
      const nodes = [{ id: "o1" }]
      const whole = yield* read("contacts", one({ nodes, more: false }))
      assert.deepStrictEqual([whole.customers, whole.unknown, whole.rows.includes("o1 1")], [["a@x.io"], [], true])
      for (const orgs of [{ nodes, more: true }, { nodes }]) assert.deepStrictEqual((yield* read("contacts", one(orgs))).unknown, ["1"])
    })
  )
})
