/** A key stands for one intent: another for each call that was answered, the same for the retry of one whose answer was lost. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Fault, SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import * as Killable from "../apply/Killable.ts"
import * as Bridge from "../kit/Bridge.ts"
import { passing } from "../kit/Time.ts"

const adding = (request: SandboxRequest) => request.method === "POST" && request.path.endsWith("/members")
const creating = (request: SandboxRequest) => request.method === "POST" && request.path.endsWith("/customer-groups")
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const json = (status: number): Fault => ({
  _tag: "Answer",
  response: {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ success: false, error: { type: "api_error", code: "internal_error", message: "oops" } })
  }
})

/** Calls that had a key, of those that `of` accepts: paths with their keys numbered in the order in which they came up. */
const keysOf = (bridge: Bridge.Bridge, log: ReadonlyArray<{ readonly path: string; readonly key: string | undefined }>, of: string) => {
  const order = new Map<string, number>()
  return log.flatMap(({ key = "none", path }) => {
    if (!order.has(key)) order.set(key, order.size + 1)
    return path.endsWith(of) ? [`${path.replace(/.*\/(customer-groups.*)$/, "$1")} ${order.get(key)}`] : []
  })
}

/** A bridge whose every POST to the target is noted with its key, also where it never arrives. */
const noting = Effect.gen(function* () {
  const bridge = yield* Bridge.small
  const log: Array<{ readonly path: string; readonly key: string | undefined }> = []
  bridge.behind((app) => (request) => {
    if (request.method === "POST" && request.path.includes("/customer-groups")) log.push({ path: request.path, key: request.headers["idempotency-key"] })
    return app(request)
  })
  return { bridge, log }
})

describe("idempotency keys", () => {
  it.scoped("every creation and addition has a random one of its own", () =>
    passing(
      Effect.gen(function* () {
        const { bridge, log } = yield* noting
        assert.strictEqual((yield* bridge.sync()).status, "done")
        assert.isAbove(log.length, 4)
        for (const { key, path } of log) assert.match(key ?? "", uuid, path)
        assert.strictEqual(new Set(log.map(({ key }) => key)).size, log.length)
      })
    )
  )

  it.scoped.each([
    ["before it was done", "before"],
    ["after it was done", "after"]
  ] as const)("the retry of an addition whose answer was lost %s carries the same, and everybody is added by us", ([, when]) =>
    passing(
      Effect.gen(function* () {
        const { bridge, log } = yield* noting
        bridge.target.inject({ _tag: "Reset", when }, adding)
        assert.strictEqual((yield* bridge.sync()).status, "done")
        const first = log.filter(({ path }) => path.endsWith("/members"))
        const again = first.filter(({ key }) => key === first[0]?.key)
        assert.strictEqual(again.length, when === "before" ? 2 : 1, keysOf(bridge, log, "/members").join("\n"))
        assert.strictEqual(new Set(log.map(({ key }) => key)).size, when === "before" ? log.length - 1 : log.length)
        bridge.zendesk.source.leave("1", "101")
        bridge.zendesk.source.leave("1", "102")
        yield* bridge.sync()
        assert.notInclude([...(bridge.held()["Globex"] ?? []), ...(bridge.held()["Initech"] ?? [])], "c1@x.io", "what we added we may remove")
      })
    )
  )

  it.scoped.each(["late", "sent without effect", "effect without answer"] as const)("killed with an addition %s, the next run's retry carries its key", (at) =>
    passing(
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        yield* Killable.killed(bridge, { at, op: "assignment.add", call: 2 })
        assert.strictEqual((yield* Killable.sync(bridge)).status, "done")
        const added = bridge.cstar.keyed.filter(({ path }) => path.endsWith("/members"))
        const once = new Map(added.map((call) => [call.key, call.body]))
        for (const { body, key } of added) assert.strictEqual(once.get(key), body)
        assert.strictEqual(new Set(added.map(({ path }) => path)).size, once.size, "a group's addition has one key, however often it was sent")
        assert.deepStrictEqual(Object.values(bridge.held()).flat().length, 8)
      })
    )
  )

  it.scoped("a creation that arrives late is done once: its retry is the same call to the vendor", () =>
    passing(
      Effect.gen(function* () {
        const { bridge, log } = yield* noting
        bridge.target.inject({ _tag: "Reset", when: "before" }, creating)
        assert.strictEqual((yield* bridge.sync()).status, "done")
        const creations = log.filter(({ path }) => path.endsWith("/customer-groups"))
        assert.strictEqual(creations.length, 4)
        assert.strictEqual(new Set(creations.map(({ key }) => key)).size, 3)
      })
    )
  )

  it.scoped("an answer that says nothing is an answer: what is sent after it has another key", () =>
    passing(
      Effect.gen(function* () {
        const { bridge, log } = yield* noting
        bridge.target.inject(json(500), adding)
        assert.strictEqual((yield* bridge.sync()).status, "done")
        assert.strictEqual(new Set(log.map(({ key }) => key)).size, log.length)
      })
    )
  )

  it.scoped("a key that was answered is not used again, though the same is asked for again within a day", () =>
    passing(
      Effect.gen(function* () {
        const { bridge, log } = yield* noting
        bridge.target.inject({ _tag: "Reset", when: "before" }, adding)
        yield* bridge.sync()
        const used = new Set(log.map(({ key }) => key))
        const vip = bridge.cstar.target.groups().find(({ name }) => name === "Plan vip")
        bridge.configure(`${Bridge.usualRules}\n    drift: restore`)
        for (const member of vip?.members ?? []) bridge.cstar.target.removeMember(vip?.id ?? "", member)
        const before = log.length
        yield* bridge.sync({ depth: "full" })
        assert.deepStrictEqual(bridge.held()["Plan vip"], ["c1@x.io", "c2@x.io"])
        for (const { key } of log.slice(before)) assert.isFalse(used.has(key))
      })
    )
  )
})
