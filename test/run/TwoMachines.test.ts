/** Two machines with copies of one state: one of them writes to a target, and the other one says what wrote since, until a person decides. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { WriterStore } from "../../src/apply/WriterStore.ts"
import type { Memory } from "../../src/operate/Memory.ts"
import { Retention } from "../../src/operate/Retention.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Commands from "../kit/Commands.ts"
import type { Finished, Json } from "../kit/Installed.ts"

const reported = ({ stderr, stdout }: Finished) => `${stdout} ${stderr}`.replaceAll(/\s+/g, " ")

type Machine = "a" | "b"

interface Machines {
  readonly bridge: Bridge.Bridge
  /** Puts a machine's folder in place, and types a command there. */
  readonly on: (machine: Machine, ...args: ReadonlyArray<string>) => Effect.Effect<Finished>
  readonly json: (machine: Machine, ...args: ReadonlyArray<string>) => Effect.Effect<{ readonly code: number; readonly document: Json }>
  readonly folder: string
}

const machines = (bridge: Bridge.Bridge): Machines => {
  const folder = join(bridge.dir, ".groupbridge")
  const other = (machine: Machine) => join(bridge.dir, `machine-${machine}`)
  let present: Machine = "a"
  cpSync(folder, other("b"), { recursive: true })
  const go = (machine: Machine) => {
    if (machine === present) return
    renameSync(folder, other(present))
    renameSync(other(machine), folder)
    present = machine
  }
  return {
    bridge,
    folder,
    on: (machine, ...args) => Effect.suspend(() => (go(machine), Commands.run(bridge, args))),
    json: (machine, ...args) => Effect.suspend(() => (go(machine), Commands.json(bridge, args)))
  }
}

const permissive = `${Bridge.usualRules}
    guards: { removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 100 }`

/** A synced account, and then a copy of its state on another machine. */
const copied = (behaviour: Readonly<Record<string, unknown>> = {}) =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.small
    bridge.configure(permissive)
    bridge.cstar.behave(behaviour)
    const first = yield* Commands.run(bridge, ["sync", "--yes"])
    assert.strictEqual(first.code, 0, reported(first))
    return machines(bridge)
  })

/** Numbers that calls have put onto groups that were there, in their order. */
const numbers = ({ target }: Bridge.Bridge): ReadonlyArray<number> =>
  target.log
    .filter(({ method }) => method === "PATCH")
    .map(({ body }) => (JSON.parse(body) as { readonly customFields: { readonly groupbridge: string } }).customFields.groupbridge)
    .map((mark) => (JSON.parse(mark) as { readonly writer: { readonly run: number } }).writer.run)

const inState = <A, E>({ dir }: Bridge.Bridge, work: Effect.Effect<A, E, Memory>) =>
  Effect.orDie(Effect.scoped(Effect.provide(work, StateLayer.layer(join(dir, ".groupbridge", "state.db")))))

/** What a group's custom fields hold under our name, changed by hand. */
const markBy = (bridge: Bridge.Bridge, edit: (mark: Json) => Json) =>
  Effect.gen(function* () {
    const { apiKey, teamId } = bridge.cstar.options(Bridge.targetUrl) as { readonly apiKey: string; readonly teamId: string }
    const ask = (method: string, path: string, body = "") =>
      Effect.map(
        bridge.cstar.app({
          method,
          path: `/api/v1/teams/${teamId}${path}`,
          query: new URLSearchParams(),
          headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
          body
        }),
        (answer) => JSON.parse(answer.body) as Json
      )
    for (const { id } of bridge.cstar.target.groups()) {
      const { customFields } = yield* ask("GET", `/customer-groups/${id}`)
      const groupbridge = JSON.stringify(edit(JSON.parse(customFields.groupbridge)))
      yield* ask("PATCH", `/customer-groups/${id}`, JSON.stringify({ customFields: { groupbridge } }))
    }
  })

/** Whether each held part is about another writer, by its guard. */
const held = (document: Json) =>
  document.syncs.flatMap(({ held }: Json) =>
    held.map(({ guard, why }: Json) => [guard, String(why[0]).startsWith("another copy of this state wrote to cstar: run number")])
  )
const other = [["ownership", true]]

describe("two machines with copies of one state", () => {
  for (const showsCustomFields of [true, false])
    it.scopedLive(`write to a target in turns only as a person decides (lists ${showsCustomFields ? "show" : "do not show"} marks)`, () =>
      Effect.gen(function* () {
        const { bridge, json, on } = yield* copied({ showsCustomFields })
        bridge.zendesk.source.join("6", "102")
        bridge.zendesk.source.leave("5", "102")
        assert.strictEqual((yield* on("a", "sync", "--yes")).code, 0)
        assert.deepStrictEqual(numbers(bridge), [2])
        const before = bridge.held()
        assert.include(before["Initech"] ?? [], "c6@x.io")

        bridge.zendesk.source.join("6", "101")
        const writes = bridge.target.writes()
        const stops = yield* on("b", "sync", "--yes")
        assert.strictEqual(stops.code, 3, reported(stops))
        assert.match(
          reported(stops),
          /another copy of this state wrote to cstar: run number 2, on machine [0-9a-f]{10}, .* UTC; the last number of this copy is 1/
        )
        assert.match(reported(stops), /groupbridge state claim cstar/)
        assert.deepStrictEqual(held((yield* json("b", "sync", "--yes", "--refresh", "full")).document), other)
        for (const _ of [1, 2]) {
          const quiet = yield* on("b", "sync", "--yes", "--quiet")
          assert.strictEqual(quiet.code, 3)
          assert.match(reported(quiet), /another copy of this state writes to the target/)
        }
        assert.match(reported(yield* on("b", "status")), /another copy of this state writes to the target/)
        const plan = yield* on("b", "plan")
        assert.strictEqual(plan.code, 3, reported(plan))
        const check = yield* on("b", "check")
        assert.strictEqual(check.code, 1)
        assert.match(reported(check), /run number 2, on machine/)
        const approve = yield* on("b", "approve", "H-1", "--yes", "--reason", "x")
        assert.deepStrictEqual([approve.code, /waits as a whole.*groupbridge state claim cstar/.test(reported(approve))], [64, true], reported(approve))
        assert.deepStrictEqual([bridge.target.writes(), bridge.held()], [writes, before])

        const asks = yield* on("b", "state", "claim", "cstar")
        assert.deepStrictEqual([asks.code, /--yes/.test(reported(asks))], [64, true])
        assert.strictEqual((yield* on("b", "state", "claim", "cstar", "--yes", "--reason", "the new server")).code, 0)
        assert.match(reported(yield* on("b", "decisions")), /claim cstar/)
        const goesOn = yield* json("b", "sync", "--yes")
        assert.deepStrictEqual([goesOn.document.syncs[0].summary.assignments, goesOn.document.syncs[0].held], [{ add: 1, remove: 0 }, []])
        const [first = 0, second = 0, ...more] = numbers(bridge)
        assert.deepStrictEqual([first, second > first, more], [2, true, []])
        assert.match(reported(yield* on("b", "confirm", "customers")), /Initech +1/)
        assert.strictEqual((yield* on("b", "confirm", "customers", "--ours", "--yes")).code, 0)
        const quiet = yield* on("b", "sync", "--yes")
        assert.strictEqual(quiet.code, 0, reported(quiet))
        assert.deepStrictEqual(numbers(bridge), [first, second])
        assert.deepStrictEqual(bridge.held(), { ...before, Globex: [...(before["Globex"] ?? []), "c6@x.io"].sort() })

        bridge.zendesk.source.leave("6", "102")
        assert.strictEqual((yield* on("a", "sync", "--yes")).code, 3)
        assert.include(bridge.held()["Initech"] ?? [], "c6@x.io")
        assert.strictEqual((yield* on("b", "sync", "--yes")).code, 0)
        assert.notInclude(bridge.held()["Initech"] ?? [], "c6@x.io")
        assert.deepStrictEqual([numbers(bridge).length, (numbers(bridge).at(-1) ?? 0) > second], [3, true])
      })
    )

  for (const showsCustomFields of [true, false])
    it.scopedLive(`and neither wrote before: the second one makes no group again (lists ${showsCustomFields ? "show" : "do not show"} marks)`, () =>
      Effect.gen(function* () {
        const bridge = yield* Bridge.small
        bridge.configure(permissive)
        bridge.cstar.behave({ showsCustomFields })
        assert.strictEqual((yield* Commands.run(bridge, ["plan"])).code, 0)
        const { on } = machines(bridge)
        assert.strictEqual((yield* on("b", "sync", "--yes")).code, 0)
        const [writes, before] = [bridge.target.writes(), bridge.cstar.target.groups()]
        const stops = yield* on("a", "sync", "--yes")
        assert.deepStrictEqual([stops.code, /groupbridge state claim cstar/.test(reported(stops))], [3, true], reported(stops))
        assert.deepStrictEqual([bridge.target.writes(), bridge.cstar.target.groups()], [writes, before])
      })
    )

  it.scopedLive("write a number only where they write, and tell its price beforehand", () =>
    Effect.gen(function* () {
      const { bridge, json, on } = yield* copied()
      const writes = bridge.target.writes()
      assert.strictEqual((yield* on("a", "sync", "--yes")).code, 0)
      assert.strictEqual(bridge.target.writes(), writes)
      assert.strictEqual((yield* on("b", "sync", "--yes")).code, 0)
      bridge.zendesk.source.join("6", "102")
      const plan = yield* json("b", "plan")
      assert.deepStrictEqual([plan.document.syncs[0].estimate.calls, plan.document.syncs[0].estimate.reads], [2, 1])
      assert.strictEqual((yield* on("b", "sync", "--yes")).code, 0)
      assert.deepStrictEqual([bridge.target.writes() - writes, numbers(bridge).length], [2, 1])
      const nothing = yield* on("b", "state", "claim", "cstar", "--yes")
      assert.deepStrictEqual([nothing.code, /no other writer/.test(reported(nothing))], [0, true])
      assert.strictEqual((yield* on("b", "state", "claim", "zendesk", "--yes")).code, 64)
    })
  )

  it.scopedLive("notice each other by groups that one of them made", () =>
    Effect.gen(function* () {
      const { bridge, json, on } = yield* copied()
      bridge.zendesk.source.join("6", "103")
      assert.strictEqual((yield* on("a", "sync", "--yes")).code, 0)
      // The group that carried the number is gone.
      const carrier =
        bridge.target.log
          .findLast(({ method }) => method === "PATCH")
          ?.path.split("/")
          .at(-1) ?? ""
      bridge.cstar.target.deleteGroup(carrier)
      assert.deepStrictEqual(held((yield* json("b", "sync", "--yes", "--refresh", "full")).document), other)
    })
  )

  it.scopedLive("name the groups that the other one made and that no rule leads to", () =>
    Effect.gen(function* () {
      const { bridge, json, on } = yield* copied()
      bridge.zendesk.source.join("6", "103")
      assert.strictEqual((yield* on("a", "sync", "--yes")).code, 0)
      assert.strictEqual((yield* on("b", "sync", "--yes", "--refresh", "full")).code, 3)
      assert.strictEqual((yield* on("b", "state", "claim", "cstar", "--yes")).code, 0)
      bridge.zendesk.source.deleteOrganization("103")
      const { document } = yield* json("b", "plan")
      assert.match(document.syncs[0].warnings.join(), /another copy of this state made the group "Hooli" at cstar, and no rule leads there/)
      assert.deepStrictEqual(bridge.held()["Hooli"], ["c6@x.io"])
    })
  )

  it.scopedLive("a mark without a number is accepted once", () =>
    Effect.gen(function* () {
      const { bridge, on } = yield* copied()
      yield* markBy(bridge, ({ key, state, sync }) => ({ key, state, sync }))
      bridge.zendesk.source.join("6", "102")
      assert.strictEqual((yield* on("a", "sync", "--yes", "--refresh", "full")).code, 0)
      assert.strictEqual(numbers(bridge).length, 1)
      bridge.zendesk.source.join("6", "101")
      assert.strictEqual((yield* on("b", "sync", "--yes")).code, 3)
    })
  )

  it.scopedLive("an older copy that is put back goes on once its groups were read again, and what nothing proves is unconfirmed", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      bridge.configure(permissive)
      assert.strictEqual((yield* Commands.run(bridge, ["sync", "--yes"])).code, 0)
      const { folder, json, on } = machines(bridge)
      const copy = readdirSync(join(folder, "backup")).find((name) => name.endsWith(".db"))
      bridge.zendesk.source.join("6", "102")
      assert.strictEqual((yield* on("a", "sync", "--yes")).code, 0)
      bridge.zendesk.source.join("6", "101")
      assert.strictEqual((yield* on("a", "sync", "--yes")).code, 0)
      const restored = yield* on("a", "state", "restore", join(folder, "backup", copy ?? ""), "--yes")
      assert.strictEqual(restored.code, 0, reported(restored))
      bridge.zendesk.source.leave("6", "102")
      const { code, document } = yield* json("a", "sync", "--yes")
      const [run] = document.syncs
      assert.deepStrictEqual([code, run.summary.assignments], [3, { add: 0, remove: 0 }])
      assert.deepStrictEqual(
        run.held.map(({ guard, leave, groups }: Json) => [guard, leave, groups.map(({ name }: Json) => name)]),
        [["ownership", 1, ["Initech"]]]
      )
      assert.include(bridge.held()["Initech"] ?? [], "c6@x.io")
      assert.deepStrictEqual(numbers(bridge), [2, 3, 4])
      assert.strictEqual((yield* on("b", "sync", "--yes")).code, 3)
      const leaves = yield* on("a", "approve", run.held[0].id, "--yes", "--reason", "left")
      assert.strictEqual(leaves.code, 3, reported(leaves))
      assert.notInclude(bridge.held()["Initech"] ?? [], "c6@x.io")
    })
  )

  for (const effect of ["before", "after"] as const)
    it.scopedLive(`a run that was killed ${effect} its number arrived keeps nothing from the next one`, () =>
      Effect.gen(function* () {
        const { bridge, on } = yield* copied()
        const reached = yield* Deferred.make<void>()
        let killing = true
        bridge.behind((app) => (request) => {
          if (!killing || request.method !== "PATCH") return app(request)
          const wait = Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
          return effect === "before" ? wait : Effect.zipRight(app(request), wait)
        })
        bridge.zendesk.source.join("6", "102")
        const killed = yield* Effect.fork(bridge.sync())
        yield* Deferred.await(reached)
        yield* Fiber.interrupt(killed)
        killing = false
        const stored = yield* inState(
          bridge,
          Effect.flatMap(WriterStore, (store) => store.standing("cstar"))
        )
        assert.deepStrictEqual([stored.known?.run, stored.known?.sent], [2, 1])
        assert.notInclude(bridge.held()["Initech"] ?? [], "c6@x.io")
        const next = yield* on("a", "sync", "--yes")
        assert.strictEqual(next.code, 0, reported(next))
        assert.include(bridge.held()["Initech"] ?? [], "c6@x.io")
        assert.strictEqual((yield* on("b", "sync", "--yes", "--refresh", "full")).code, 3)
      })
    )

  it.scopedLive("know who wrote last however old that is: what is older than keep goes, and this stays", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.small
      assert.strictEqual((yield* bridge.sync()).status, "done")
      bridge.zendesk.source.join("6", "102")
      assert.strictEqual((yield* bridge.sync()).status, "done")
      bridge.zendesk.source.join("6", "101")
      assert.strictEqual((yield* bridge.sync()).status, "done")
      const { after, before, deleted } = yield* inState(
        bridge,
        Effect.gen(function* () {
          const store = yield* WriterStore
          const before = yield* store.standing("cstar")
          const deleted = yield* (yield* Retention).sweep(Date.now() + 86_400_000)
          return { before, deleted, after: yield* store.standing("cstar") }
        })
      )
      assert.isAbove(deleted?.calls ?? 0, 0)
      assert.deepStrictEqual(after, before)
      assert.strictEqual(after.known?.run, 3)
    })
  )

  it.scopedLive("and a sync of staff there waits as well", () =>
    Effect.gen(function* () {
      const { bridge, on } = yield* copied()
      const config = join(bridge.dir, "groupbridge.yaml")
      writeFileSync(config, `${readFileSync(config, "utf8")}  staff:\n    from: zendesk\n    to: cstar\n    team: { roles: { admin: admin } }\n`)
      bridge.zendesk.source.join("6", "102")
      assert.strictEqual((yield* on("a", "sync", "customers", "--yes")).code, 0)
      bridge.zendesk.source.join("6", "101")
      assert.strictEqual((yield* on("b", "sync", "customers", "--yes")).code, 3)
      const staff = yield* on("b", "sync", "staff", "--yes")
      assert.deepStrictEqual([staff.code, /groupbridge state claim cstar/.test(reported(staff))], [3, true], reported(staff))
    })
  )
})
