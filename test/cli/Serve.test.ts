/** What serving several syncs of one source costs, and that each keeps to itself: whole runs over sandboxes in this process. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { RunStore } from "../../src/run/RunStore.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Crowd from "../kit/Crowd.ts"
import { answering, changes, everything as once } from "../kit/Hourly.ts"
import * as Deciding from "../kit/Deciding.ts"
import * as Served from "../kit/Served.ts"

/** A sync of those with the tag: its part of the config file behind `to`. */
const part = (tag: string, schedule: string, more = "") => `
    rules: [{ kind: tag, include: [${tag}] }]
    schedule: "${schedule}"${more}`

/** The syncs `customers` (of the tag vip) and `gold`, by their schedules, into a target each; everybody has both tags. */
const world = (first: string, second: string, { gold = "cstar", more = "" } = {}) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.configure(`${part("vip", first)}\n  gold:\n    from: zendesk\n    to: ${gold}${part("gold", second, more)}`)
    const ids = Crowd.people(3)
    bridge.zendesk.source.load({
      customers: ids.map((id) => ({ id, email: `c${id}@x.io`, name: id, tags: ["vip", "gold"] })),
      organizations: [],
      memberships: []
    })
    Crowd.known(bridge, ids)
    bridge.shop.target.addCustomers(ids.map((id) => ({ email: `c${id}@x.io`, name: id })))
    return bridge
  })

const place = ({ dir }: Bridge.Bridge): string => join(dir, "groupbridge.yaml")
const readConfig = (bridge: Bridge.Bridge): string => readFileSync(place(bridge), "utf8")
const writeConfig = (bridge: Bridge.Bridge, text: string) => Effect.sync(() => writeFileSync(place(bridge), text))

const everybody = ["c1@x.io", "c2@x.io", "c3@x.io"]
const both = { gold: everybody, vip: everybody }

/** Paths of the calls to the source. */
const read = ({ source }: Bridge.Bridge) => source.log.map(({ path }) => path.replace("/api/v2", ""))
/** How often the target was asked who we are. */
const asked = ({ target }: Bridge.Bridge) => target.log.filter(({ query }) => query.get("pageSize") === "1").length

/** Of each run: sync, number and status. */
const reported = ({ results }: Served.Served) => results.map(({ run, status, sync }) => [sync, run, status])
const recorded = (bridge: Bridge.Bridge) =>
  Effect.map(Served.runs(bridge), (rows) => rows.map(({ by, calls, status, sync }) => [sync, status, by, calls.read, calls.write]))
const lines = ({ log }: Served.Served, level: string) => log.filter((line) => line.startsWith(`${level} `)).map((line) => line.slice(level.length + 1))

describe("serving several syncs of one source", () => {
  it.scopedLive("reads it once where they are due at one minute; each has its result, its line and its record", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 * * * *", "7 * * * *")
      const served = yield* Served.serve(bridge, 30)
      assert.deepStrictEqual([read(bridge), asked(bridge)], [once, 1])
      assert.deepStrictEqual(reported(served), [
        ["customers", "r-1", "done"],
        ["gold", "r-2", "done"]
      ])
      assert.deepStrictEqual(bridge.held(), both)
      assert.deepStrictEqual(
        lines(served, "info").map((line) => line.replace(/:.*/, "")),
        ["customers", "gold", "customers r-1", "gold r-2"]
      )
      const [first, second] = served.results
      assert.deepStrictEqual(yield* recorded(bridge), [
        ["customers", "done", "schedule@ops1", first.calls.read, first.calls.write],
        ["gold", "done", "schedule@ops1", second.calls.read, second.calls.write]
      ])
      assert.strictEqual(first.calls.read + second.calls.read, bridge.source.log.length + bridge.target.log.length - bridge.target.writes())
    })
  )

  it.scopedLive("reads it for each where they are due at different minutes", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 * * * *", "8 * * * *")
      const served = yield* Served.serve(bridge, 30)
      assert.deepStrictEqual(
        read(bridge).filter((path) => path === "/users/me"),
        ["/users/me", "/users/me"]
      )
      assert.isAbove(read(bridge).length, once.length + 1)
      assert.strictEqual(asked(bridge), 2)
      assert.deepStrictEqual(reported(served), [
        ["customers", "r-1", "done"],
        ["gold", "r-2", "done"]
      ])
    })
  )

  it.scopedLive("reads it once where their schedules name one moment in different time zones", () =>
    Effect.gen(function* () {
      // At that day it is an hour later in Prague than in UTC.
      const bridge = yield* world("30 10 * * *", "30 11 * * *", { more: "\n    timezone: Europe/Prague" })
      yield* writeConfig(bridge, readConfig(bridge).replace('"30 10 * * *"', '"30 10 * * *"\n    timezone: UTC'))
      const served = yield* Served.serve(bridge, 60)
      assert.deepStrictEqual([read(bridge), reported(served).length], [once, 2])
    })
  )

  it.scopedLive("goes on with the others where one fails, and reads the source once for them", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 * * * *", "7 * * * *", { gold: "shop" })
      // The source is read by then.
      bridge.target.inject(answering(401, { success: false, error: { code: "unauthorized", message: "no" } }), ({ method }) => method === "POST")
      const served = yield* Served.serve(bridge, 30)
      assert.deepStrictEqual(reported(served), [
        ["customers", "r-1", "failed"],
        ["gold", "r-2", "done"]
      ])
      assert.strictEqual(served.results[0].error.kind, "credential")
      assert.deepStrictEqual(read(bridge), once)
      assert.match(lines(served, "warn").join("\n"), /^customers r-1: failed, .*The credential is refused[^\n]*$/)
      assert.deepStrictEqual(
        bridge.shop.target.groups().map(({ members, name }) => [name, members.length]),
        [["gold", 3]]
      )
    })
  )

  it.scopedLive("fails each of them by itself where the source does, and both are well at their next turn", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 * * * *", "7 * * * *")
      bridge.source.inject([answering(401, { error: "no" })], ({ path }) => path.endsWith("/users"))
      const served = yield* Served.serve(bridge, 90)
      assert.deepStrictEqual(reported(served), [
        ["customers", "r-1", "failed"],
        ["gold", "r-2", "failed"],
        ["customers", "r-3", "done"],
        ["gold", "r-4", "done"]
      ])
      assert.deepStrictEqual(read(bridge), [...once, ...once])
    })
  )

  it.scopedLive("passes over one that is paused, and follows a config that names another", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 * * * *", "7 * * * *")
      const by = { who: "petra", host: "ops1", reason: null }
      yield* Served.withState(
        bridge,
        Effect.flatMap(RunStore, (store) => store.pause("customers", Served.start + 3_600_000, by))
      )
      const renamed = Effect.delay(writeConfig(bridge, readConfig(bridge).replace("  gold:", "  silver:")), "30 minutes")
      const served = yield* Served.serve(bridge, 90, renamed)
      // What becomes of the groups of a sync that has left the config is not serve's question.
      assert.deepStrictEqual(
        reported(served).map(([sync, run]) => [sync, run]),
        [
          ["gold", "r-1"],
          ["customers", "r-2"],
          ["silver", "r-3"]
        ]
      )
      assert.match(lines(served, "info").join("\n"), /^customers: skipped, paused by petra until/m)
      assert.match(lines(served, "info").join("\n"), /^silver: is new in the config, runs at 7 \* \* \* \* \(UTC\), next 11:07 UTC$/m)
      assert.match(lines(served, "warn").join("\n"), /^gold: has no schedule in the config any more/m)
    })
  )

  it.scopedLive("follows a schedule that changes in the config at once, and says so; what does not matter to turns it says nothing of", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 * * * *", "7 23 * * *")
      const other = Effect.delay(writeConfig(bridge, readConfig(bridge).replace('"7 23 * * *"', '"20 10 * * *"')), "15.5 minutes")
      const remark = Effect.delay(
        Effect.suspend(() => writeConfig(bridge, `# a remark\n${readConfig(bridge)}`)),
        "10 minutes"
      )
      const served = yield* Served.serve(bridge, 40, Effect.zipRight(other, remark))
      assert.deepStrictEqual(reported(served), [
        ["customers", "r-1", "done"],
        ["gold", "r-2", "done"]
      ])
      assert.deepStrictEqual(
        lines(served, "info").filter((line) => /^\w+: (?!skipped)/.test(line)),
        [
          "customers: runs at 7 * * * * (UTC), next 10:07 UTC",
          "gold: runs at 7 23 * * * (UTC), next 23:07 UTC",
          "gold: has another schedule in the config, runs at 20 10 * * * (UTC), next 10:20 UTC"
        ]
      )
    })
  )

  it.scopedLive("keeps the config that it has while the file does not load: it says so once, and at each run", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 * * * *", "7 * * * *")
      const good = readConfig(bridge)
      const bad = Effect.delay(writeConfig(bridge, good.replace("rules", "rulez")), "1 minute")
      const served = yield* Served.serve(bridge, 90, Effect.zipRight(bad, Effect.delay(writeConfig(bridge, good), "30 minutes")))
      assert.deepStrictEqual(reported(served), [
        ["customers", "r-1", "done"],
        ["gold", "r-2", "done"],
        ["customers", "r-3", "none"],
        ["gold", "r-4", "none"]
      ])
      assert.match(lines(served, "error").join("\n"), /^the config as it was at 10:00 UTC stays in use, as the file does not load: [^\n]*rulez[^\n]*$/)
      assert.deepStrictEqual(lines(served, "warn"), ["customers, gold: runs with the config as it was at 10:00 UTC; the file does not load"])
      assert.include(lines(served, "info").join("\n"), "the config loads again")
    })
  )

  it.scopedLive("gives notice of a config that does not load, once for all syncs", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 * * * *", "7 * * * *")
      const hooked = `${readConfig(bridge)}notify: [{ webhook: "http://127.0.0.1:9/nothing-listens" }]\n`
      yield* writeConfig(bridge, hooked)
      yield* Served.serve(bridge, 20, Effect.delay(writeConfig(bridge, hooked.replace("rules", "rulez")), "1 minute"))
      const waiting = Deciding.rows(bridge, "SELECT body ->> '$.problem' AS problem, body ->> '$.event' AS event, body ->> '$.next' AS next FROM notice")
      assert.deepStrictEqual(waiting, [{ problem: "config", event: "began", next: "groupbridge check" }])
    })
  )

  for (const [missed, statuses] of [
    ["once", ["r-1", "r-2"]],
    ["skip", ["r-1"]]
  ] as const) {
    it.scopedLive(`reports a turn that came while it was not running: serve.missed: ${missed}`, () =>
      Effect.gen(function* () {
        const bridge = yield* world("7 10 * * *", "7 23 * * *")
        yield* writeConfig(bridge, `${readConfig(bridge)}serve: { missed: ${missed} }\n`)
        const first = yield* Served.serve(bridge, 20)
        const second = yield* Served.serve(bridge, 10, Effect.void, undefined, Served.start + 86_400_000 + 3_600_000)
        assert.deepStrictEqual(
          [...reported(first), ...reported(second)].map(([, run]) => run),
          [...statuses]
        )
        assert.match(
          lines(second, "warn").join("\n"),
          missed === "once" ? /^customers: the turn of 10:07 UTC was missed; it is made up for now$/ : /^customers: .* it is left out \(serve\.missed: skip\)$/
        )
      })
    )
  }

  it.scopedLive("does nothing for any of them while another run holds the lease", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 * * * *", "7 * * * *")
      const taken = Effect.zipRight(
        Effect.sleep("5 minutes"),
        Served.withState(
          bridge,
          Effect.flatMap(RunStore, (store) => store.acquire("petra@other (process 1)", 1_800_000, null))
        )
      )
      const served = yield* Served.serve(bridge, 90, taken)
      assert.deepStrictEqual(reported(served), [
        ["customers", null, "failed"],
        ["gold", null, "failed"],
        ["customers", "r-1", "done"],
        ["gold", "r-2", "done"]
      ])
      assert.deepStrictEqual(
        served.results.slice(0, 2).map(({ error }) => error.kind),
        ["locked", "locked"]
      )
      assert.deepStrictEqual(read(bridge), once)
    })
  )

  it.scopedLive("goes on with both together, where an allowance held both back, when it says", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 10 * * *", "7 10 * * *")
      bridge.cstar.limit(5, 1_800_000)
      const served = yield* Served.serve(bridge, 300)
      assert.deepStrictEqual(
        served.results.map(({ resumesAt, sync }) => [sync, resumesAt]),
        [
          ["customers", "2026-03-02T10:30:00.000Z"],
          ["gold", "2026-03-02T10:30:00.000Z"],
          ["customers", null],
          ["gold", "2026-03-02T11:00:00.000Z"],
          ["gold", "2026-03-02T11:30:00.000Z"],
          ["gold", null]
        ]
      )
      // Each time once, and from the second time on what changed.
      assert.deepStrictEqual(read(bridge), [...once, ...changes, ...changes, ...changes])
      assert.deepStrictEqual(bridge.held(), both)
    })
  )

  it.scopedLive("is stopped in the middle of one: that one is interrupted, and the others do not begin", () =>
    Effect.gen(function* () {
      const bridge = yield* world("7 * * * *", "7 * * * *")
      bridge.source.inject({ _tag: "Stall", when: "before" }, ({ path }) => path.endsWith("/organizations"))
      const served = yield* Served.serve(bridge, 7.1)
      assert.deepStrictEqual([served.results, read(bridge)], [[], once])
      const rows = yield* Served.runs(bridge)
      assert.deepStrictEqual(
        rows.map(({ status, sync }) => [sync, status]),
        [["customers", "interrupted"]]
      )
      // Nothing of it keeps the next process from its turn.
      const next = yield* Served.serve(bridge, 30)
      assert.deepStrictEqual(reported(next), [
        ["customers", "r-2", "done"],
        ["gold", "r-3", "done"]
      ])
    })
  )
})
