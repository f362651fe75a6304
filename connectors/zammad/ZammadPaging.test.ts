/** How Zammad's lists end: never by a short page, and never by an empty array alone. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { SourcePage } from "../../src/contract/Source.ts"
import { answering, connect, json, people } from "./TestConnection.ts"

const organizations = (count: number, first = 1) => Array.from({ length: count }, (_, index) => ({ id: first + index, name: `Organization ${first + index}` }))
const load = (count: number) => ({ customers: people(count), organizations: organizations(count).map(({ name }) => ({ id: name, name })), memberships: [] })

/** Organizations by page; what is not named is the sandbox's own answer, which holds none. */
const listed = (pages: Readonly<Record<string, unknown>>) => answering((call) => (call in pages ? json(pages[call]) : undefined))
const endOf = (pages: ReadonlyArray<SourcePage>) => pages.at(-1)?.end
const notReached = { reached: false, count: null }

describe("a list", () => {
  it.effect("is asked for by ascending id until a page is empty, and that page once more in full", () =>
    Effect.gen(function* () {
      const { calls, edits, log, read } = yield* connect()
      edits.load(load(100))
      const pages = yield* read("organizations")
      assert.deepStrictEqual(calls(), ["/users/me", "/roles 1", "/organizations 1", "/organizations 2", "/organizations 2 full"])
      assert.deepStrictEqual(Object.fromEntries(log[2]?.query ?? []), { page: "1", per_page: "100", sort_by: "id", order_by: "asc" })
      assert.deepStrictEqual(
        pages.map(({ cursor, end, rows }) => [rows, cursor, end?.reached]),
        [
          [100, "organizations, page 2", undefined],
          [0, null, true]
        ]
      )
    })
  )

  it.effect("that a cap cuts short goes on, and proves nothing", () =>
    Effect.gen(function* () {
      const { edits, read, sandbox } = yield* connect()
      edits.load(load(70))
      sandbox.cap(40)
      const pages = yield* read("organizations")
      assert.strictEqual(
        pages.reduce((sum, { rows }) => sum + rows, 0),
        70
      )
      assert.deepStrictEqual(endOf(pages), notReached)
    })
  )

  it.effect.each([
    ["whose server ignores the page ends", { "/organizations 1": organizations(100), "/organizations 2": organizations(100) }],
    ["in no order ends", { "/organizations 1": organizations(3).toReversed() }],
    ["with rows that are there twice ends", { "/organizations 1": organizations(100), "/organizations 2": organizations(50, 100) }],
    ["whose empty page is not empty in full ends", { "/organizations 1 full": { record_ids: [5], assets: {} } }],
    ["whose empty page is not empty in a search's form ends", { "/organizations 1 full": { organization_ids: [5], assets: {} } }]
  ] as const)("%s without its end reached", ([, pages]) =>
    Effect.gen(function* () {
      const { read } = yield* listed(pages)
      assert.deepStrictEqual(endOf(yield* read("organizations")), notReached)
    })
  )

  // The suite's faults meet the first two calls of a stream; here are those that come after them.
  it.effect.each([[], {}, { assets: {} }, { record_ids: [] }, null, { error: "boom" }])("is not empty because something in between says %o", (body) =>
    Effect.gen(function* () {
      for (const name of ["users", "organizations"]) {
        const { read } = yield* answering((call) => (call.startsWith(`/${name} `) ? json(body) : undefined))
        assert.strictEqual((yield* Effect.flip(read(name))).reason, "Malformed")
      }
    })
  )

  it.effect("that ends in nothing but [] after a full page is not taken for whole", () =>
    Effect.gen(function* () {
      const { edits, read } = yield* answering((call) => (/^\/users [2-9]/.test(call) ? json([]) : undefined))
      edits.load(load(150))
      assert.strictEqual((yield* Effect.flip(read("users"))).reason, "Malformed")
    })
  )

  it.effect("that is refused in its middle fails", () =>
    Effect.gen(function* () {
      const { edits, read } = yield* answering((call) => (call === "/users 2" ? json({ error: "Not authorized" }, 403) : undefined))
      edits.load(load(150))
      const { detail, reason } = yield* Effect.flip(read("users"))
      assert.deepStrictEqual([reason, detail], ["NotAllowed", "Not authorized"])
    })
  )
})
