/** A described list that is cut, empty, shifting or lying removes nobody, whatever its paging; what is really gone is removed where the proof holds. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { SyncResult } from "../../src/model/Result.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import * as Vendor from "./Vendor.ts"

const rules = `
    guards: { removals: 1000, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 1000, sourceShrink: 100 }
    rules:
      - { kind: tag, include: ["vip"], into: VIP }`

interface Fault extends Vendor.Fault {
  readonly what: string
}

const body =
  (text: string): NonNullable<Fault["response"]> =>
  (response) => ({ ...response, body: text })
const onPage =
  (number: number, change: (page: Vendor.Page) => Vendor.Page): NonNullable<Fault["page"]> =>
  (page, at) =>
    at === number ? change(page) : page

/** Of a list of seven contacts in pages of two. */
const faults: ReadonlyArray<Fault> = [
  { what: "a body that is cut", response: (response, number) => (number === 1 ? { ...response, body: response.body.slice(0, -9) } : response) },
  { what: "an empty object", response: body("{}") },
  { what: "null", response: body("null") },
  { what: "a web page", response: (response) => ({ ...response, headers: { "content-type": "text/html" }, body: "<html></html>" }) },
  { what: "an error with 200", response: body('{"errors":[{"message":"no"}]}') },
  { what: "an error on the second page", response: (response, number) => (number === 1 ? { ...response, status: 403, body: "{}" } : response) },
  { what: "a list that is no list", response: (response) => ({ ...response, body: response.body.replace(/\[.*\]/s, '"none"') }) },
  { what: "rows without ids", response: (response) => ({ ...response, body: response.body.replaceAll('"id"', '"key"') }) },
  { what: "rows that do not tell tags", response: (response) => ({ ...response, body: response.body.replaceAll('"tags"', '"labels"') }) },
  { what: "rows that do not tell who is staff", response: (response) => ({ ...response, body: response.body.replaceAll('"kind"', '"sort"') }) },
  { what: "the first page again and again", page: (page) => ({ ...page, rows: [{ id: 1, email: "c1@x.io", kind: "user", tags: ["vip"] }], after: 1 }) },
  { what: "a short page that is not the last", page: onPage(0, (page) => ({ ...page, rows: page.rows.slice(0, 1), after: 1 })) },
  { what: "all rows gone at once", rows: () => [] }
]

/** What only some ways can notice, by their names. */
const particular: Readonly<Record<string, ReadonlyArray<Fault>>> = {
  "a cursor that ends": [
    { what: "no word on what follows", response: (response) => ({ ...response, body: response.body.replace(/,"next":("\d+"|null)/, "") }) }
  ],
  "a cursor that is left out at the end": [{ what: "the cursor lost from a full page", page: (page) => ({ ...page, after: null }) }],
  "numbered pages and a total": [
    { what: "a row less than the total", page: onPage(2, (page) => ({ ...page, rows: [] })) },
    { what: "a total that is a text", page: (page) => ({ ...page, rows: page.rows.slice(0, 1), total: "5" as never }) },
    { what: "a row that moved between two pages", rows: (rows, number) => (number === 0 ? rows : rows.slice(1)) }
  ],
  "offsets only": [{ what: "a bare empty answer of another program", rows: () => [] }],
  "link headers": [{ what: "a proxy that strips headers", response: (response) => ({ ...response, headers: { "content-type": "application/json" } }) }],
  "URLs and a count elsewhere": [
    { what: "an early end", page: (page) => ({ ...page, after: null }) },
    { what: "an address elsewhere", response: (response) => ({ ...response, body: response.body.replace("beta.zendesk.test", "evil.example") }) }
  ],
  "a GraphQL connection": [
    {
      what: "neither true nor false",
      response: (response) => ({ ...response, body: response.body.replace(/"hasNextPage":(true|false)/, '"hasNextPage":null') })
    },
    { what: "more, and no cursor", response: (response) => ({ ...response, body: response.body.replace(/"endCursor":"\d+"/, '"endCursor":null') }) }
  ]
}

const reported = ({ error, held, withheld }: SyncResult): number => (error === null ? 0 : 1) + withheld.length + held.length

describe.each(Vendor.ways.map((way) => [way.name, way] as const))("%s", (_name, way) => {
  it.scopedLive(
    "removes nobody on any fault, and says so; then who left is removed where the proof holds",
    () =>
      Effect.gen(function* () {
        const vendor = Vendor.vendor(way)
        for (const id of [1, 2, 3, 4, 5]) vendor.contacts.set(id, { id, email: `c${id}@x.io`, kind: "user", tags: ["vip"] })
        vendor.contacts.set(6, { id: 6, email: "c6@x.io", kind: "agent", tags: ["vip"] })
        vendor.contacts.set(8, { id: 8, email: "c8@x.io", kind: "user", tags: [] })
        const bridge = yield* Bridge.makeWith([Vendor.described(Vendor.manifestOf(way))])
        bridge.behind((inner) => (request) => (request.path.startsWith("/acme/") ? vendor.app(request) : inner(request)))
        bridge.configure(rules, "acme")
        Crowd.known(bridge, Crowd.people(7))
        const first = yield* bridge.sync()
        assert.strictEqual(first.summary.assignments.add, 5, JSON.stringify(first))
        const before = bridge.held()

        for (const fault of [...faults, ...(particular[way.name] ?? [])]) {
          vendor.fault = fault
          const run = yield* bridge.sync()
          assert.deepStrictEqual(bridge.held(), before, `${fault.what}: ${JSON.stringify(run)}`)
          assert.strictEqual(run.summary.assignments.remove, 0, fault.what)
        }
        vendor.fault = {}
        const sound = yield* bridge.sync()
        assert.deepStrictEqual([sound.held, bridge.held()], [[], before], JSON.stringify(sound))

        vendor.contacts.set(2, { ...vendor.contacts.get(2)!, tags: [] })
        vendor.contacts.delete(3)
        vendor.contacts.set(7, { id: 7, email: "c7@x.io", kind: "user", tags: ["vip"] })
        const last = yield* bridge.sync()
        assert.deepStrictEqual(last.summary.assignments, { add: 1, remove: way.proves ? 2 : 0 }, JSON.stringify(last))
        if (!way.proves) assert.isAbove(reported(last), 0)
      }),
    120_000
  )
})
