/** What is peculiar about cStar's memberships, keys and limit, over its sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as TestClock from "effect/TestClock"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import * as Sandbox from "./sandbox.ts"
import { baseUrl, mark, draft, connected, collected, people, pack, answered, reasonOf } from "./TestConnection.ts"

describe("cStar's receipts", () => {
  it.scoped("tell all, none, or that some were in already", () =>
    Effect.gen(function* () {
      const { sandbox, target } = yield* connected()
      const group = sandbox.target.addGroup({ name: "Initech" })
      const [a = "", b = "", c = ""] = people(sandbox, 3)
      yield* TestClock.adjust("90 seconds")
      assert.deepStrictEqual(yield* target.add(pack(group, [a, b])), {
        changed: "all",
        count: null,
        serverTime: 90_000
      })
      assert.strictEqual((yield* target.add(pack(group, [a, b]))).changed, "none")
      assert.strictEqual((yield* target.add(pack(group, [b, c]))).changed, "unnamed")
      const [page] = yield* collected(target.members(group))
      assert.deepStrictEqual(new Set(page?.items.map((member) => member.joinedAt)), new Set([90_000]))
      assert.strictEqual((yield* target.remove(pack(group, [c]))).changed, "all")
      assert.deepStrictEqual(sandbox.target.groups()[0]?.members, [a, b].toSorted())
    })
  )

  it.scoped("prove nothing where the answer's figures don't", () =>
    Effect.gen(function* () {
      const { faulty, target } = yield* connected()
      for (const body of [{}, { added: 2 }, { added: 5, total: 5, skipped: 0 }, { added: 1, total: 5, skipped: 0 }, ""]) {
        faulty.inject(answered(201, body))
        assert.deepStrictEqual(yield* target.add(pack("g", ["a", "b"])), {
          changed: "unnamed",
          count: null,
          serverTime: null
        })
      }
      faulty.inject(answered(200, { removed: false }))
      assert.strictEqual((yield* target.remove(pack("g", ["a"]))).changed, "none")
      for (const body of [{}, ""]) {
        faulty.inject(answered(200, body))
        assert.strictEqual((yield* target.remove(pack("g", ["a"]))).changed, "unnamed")
      }
    })
  )

  it.scoped("are not taken from a 200 that says nothing: a deletion or a change then counts as done only if it shows", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected()
      const group = sandbox.target.addGroup({ name: "Initech" })
      for (const call of [target.deleteGroup(group), target.updateGroup(group, { name: "Initrode" })]) {
        for (const body of [{}, ""]) {
          faulty.inject(answered(200, body))
          const error = yield* Effect.flip(call)
          assert.deepStrictEqual([error.reason, error.effect], ["Malformed", "unknown"])
        }
      }
      assert.strictEqual(sandbox.target.groups()[0]?.name, "Initech")
      const nothing = { _tag: "Answer", response: { status: 204, headers: {}, body: "" } } as const
      sandbox.target.deleteGroup(group)
      faulty.inject(nothing)
      yield* target.deleteGroup(group)
      const same = sandbox.target.addGroup({ name: "Initrode" })
      faulty.inject(nothing)
      yield* target.updateGroup(same, { name: "Initrode" })
    })
  )

  it.scoped("count nobody twice: a lost answer to an addition or removal is not repeated", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected()
      const group = sandbox.target.addGroup({ name: "Initech" })
      const ids = people(sandbox, 2)
      for (const call of [target.add(pack(group, ids)), target.remove(pack(group, ids.slice(0, 1)))]) {
        faulty.inject({ _tag: "Reset", when: "after" })
        const error = yield* Effect.flip(call)
        assert.deepStrictEqual([error.reason, error.effect], ["Unavailable", "unknown"])
      }
      assert.deepStrictEqual([faulty.writes(), sandbox.target.groups()[0]?.members], [2, ids.slice(1)])
    })
  )

  it.scoped("of removing somebody who is not in are the same for 404 and 200, and a group that is gone is told", () =>
    Effect.gen(function* () {
      const { sandbox, target } = yield* connected()
      const group = sandbox.target.addGroup({ name: "Initech" })
      const [a = ""] = people(sandbox, 1)
      assert.strictEqual((yield* target.remove(pack(group, [a]))).changed, "none")
      assert.strictEqual((yield* target.remove(pack(group, ["cus_nobody"]))).changed, "none")
      sandbox.behave({ nonMembers: 200 })
      yield* target.remove(pack(group, [a]))
      sandbox.target.deleteGroup(group)
      assert.strictEqual(yield* reasonOf(target.remove(pack(group, [a]))), "NotFound")
      assert.strictEqual(yield* reasonOf(target.add(pack(group, [a]))), "NotFound")
    })
  )

  it.scoped("refuse a pack over one unknown customer as a whole, or skip it", () =>
    Effect.gen(function* () {
      const { sandbox, target } = yield* connected()
      const group = sandbox.target.addGroup({ name: "Initech" })
      const [a = ""] = people(sandbox, 1)
      for (const unknownIds of ["refuse", "refuse-422"] as const) {
        sandbox.behave({ unknownIds })
        const error = yield* Effect.flip(target.add(pack(group, [a, "cus_nobody"])))
        assert.deepStrictEqual([error.reason, error.effect], ["Invalid", "none"])
        assert.include(error.detail, "Customer cus_nobody not found. (customerIds)")
      }
      assert.deepStrictEqual(sandbox.target.groups()[0]?.members, [])
      sandbox.behave({ unknownIds: "skip" })
      assert.strictEqual((yield* target.add(pack(group, [a, "cus_nobody"]))).changed, "unnamed")
      const many = Array.from({ length: 101 }, (_, n) => `cus_${n}`)
      assert.strictEqual(yield* reasonOf(target.add(pack(group, many))), "Invalid")
    })
  )
})

describe("cStar's keys", () => {
  it.scoped("tell account, kind and allowance in one call", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected()
      assert.deepStrictEqual(yield* target.identify, {
        account: "www.cstar.help team_1 live",
        label: "team_1",
        actor: `key ...${sandbox.secrets[0]?.slice(-4)}`,
        role: "secret key (live)",
        missing: [],
        allowance: { limit: 1_000, remaining: 999, resetAt: 3_600_000 }
      })
      assert.strictEqual(faulty.log.length, 1)
      sandbox.behave({ limitHeaders: false })
      assert.isNull((yield* target.identify).allowance)
    })
  )

  it.scoped("that only read write nothing, not even by a call", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected((sandbox) => sandbox.readOnlyOptions(baseUrl))
      const group = sandbox.target.addGroup({ name: "Initech" })
      const identity = yield* target.identify
      assert.deepStrictEqual([identity.role, identity.missing.length, identity.allowance?.limit], ["publishable key (live)", 1, 100])
      assert.match(identity.missing[0] ?? "", /^write: .*sk_/)
      const writes: ReadonlyArray<Effect.Effect<unknown, ConnectorError>> = [
        target.createGroup(draft(), mark),
        target.updateGroup(group, { name: "New" }),
        target.updateGroup(group, { customFields: { a: "b" } }),
        target.deleteGroup(group),
        target.add(pack(group, ["a"])),
        target.remove(pack(group, ["a"]))
      ]
      for (const write of writes) assert.strictEqual(yield* reasonOf(write), "NotAllowed")
      assert.strictEqual(faulty.log.length, 1)
    })
  )

  it.scoped("are in no error, whatever the vendor echoes", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected()
      const [secret = ""] = sandbox.secrets
      const echo = {
        error: {
          type: "authentication_error",
          code: secret,
          message: `Bearer ${secret} is unknown`,
          param: secret
        }
      }
      faulty.inject([answered(401, echo), answered(401, { error: secret }), answered(200, secret), answered(404, `<html>${secret}`)])
      for (let n = 0; n < 4; n++) {
        const error = yield* Effect.flip(target.identify)
        assert.notInclude(JSON.stringify(error) + error.message + Inspectable.format(error) + String(error.stack), secret)
      }
    })
  )

  it.scoped("that are refused are told apart from teams that are another's", () =>
    Effect.gen(function* () {
      const refused = yield* connected((sandbox) => sandbox.refusedOptions(baseUrl))
      const error = yield* Effect.flip(refused.target.identify)
      assert.deepStrictEqual([error.reason, error.code, error.status], ["Unauthorized", "authentication_required", 401])
      const foreign = yield* connected((sandbox) => ({
        ...sandbox.options(baseUrl),
        teamId: "team_2"
      }))
      assert.strictEqual(yield* reasonOf(foreign.target.identify), "NotAllowed")
    })
  )
})

describe("cStar's limit", () => {
  const ask = (sandbox: Sandbox.CstarSandbox) => {
    const { apiKey } = sandbox.options(baseUrl)
    const headers = { authorization: `Bearer ${String(apiKey)}` }
    return sandbox.app({
      method: "GET",
      path: "/api/v1/teams/team_1/customer-groups",
      query: new URLSearchParams(),
      headers,
      body: ""
    })
  }

  it.effect("is so many calls in a fixed hour, told in headers or only in words", () =>
    Effect.gen(function* () {
      const sandbox = Sandbox.make()
      sandbox.limit(2, 3_600_000)
      yield* TestClock.adjust("50 minutes")
      assert.deepStrictEqual([(yield* ask(sandbox)).status, (yield* ask(sandbox)).status], [200, 200])
      const limited = yield* ask(sandbox)
      assert.deepStrictEqual(
        [limited.status, limited.headers["retry-after"], limited.headers["x-ratelimit-remaining"], limited.headers["x-ratelimit-reset"]],
        [429, "600", "0", "3600"]
      )
      sandbox.behave({ limitHeaders: false })
      const silent = yield* ask(sandbox)
      assert.deepStrictEqual([silent.status, Object.keys(silent.headers).toSorted()], [429, ["content-type", "date"]])
      assert.include(silent.body, '"code":"rate_limit_exceeded"')
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* ask(sandbox)).status, 200)
    })
  )

  it.scoped("is waited for, and nothing is lost by it", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target } = yield* connected()
      sandbox.limit(2, 3_600_000)
      const [a = ""] = people(sandbox, 1)
      const made = yield* target.createGroup(draft(), mark)
      yield* target.identify
      const adding = yield* Effect.fork(target.add(pack(made.id, [a])))
      yield* TestClock.adjust("59 minutes")
      assert.deepStrictEqual(sandbox.target.groups()[0]?.members, [])
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* adding).changed, "all")
      assert.strictEqual(faulty.writes(), 2)
    })
  )
})
