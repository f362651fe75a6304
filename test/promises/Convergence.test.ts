/** A fifth of all calls goes wrong, in every way that passes: one `sync`, with nobody looking on, still ends right. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { rows } from "../kit/Deciding.ts"
import * as Bridge from "../kit/Bridge.ts"
import * as Installed from "../kit/Installed.ts"
import * as Preload from "../kit/Preload.ts"
import * as Chance from "../crash/Chance.ts"
import { passing } from "../kit/Time.ts"
import * as Troubled from "../kit/Troubled.ts"

const share = 0.2

const settled = (dir: string): void => {
  assert.deepStrictEqual(rows({ dir }, "SELECT id, op FROM call WHERE outcome IS NULL"), [])
  assert.deepStrictEqual(rows({ dir }, "SELECT run, op FROM planned_change WHERE state = 'planned'"), [])
}

const usual = {
  Globex: ["c1@x.io", "c2@x.io", "c3@x.io"],
  Initech: ["c1@x.io", "c4@x.io", "c5@x.io"],
  "Plan vip": ["c1@x.io", "c2@x.io"]
}

describe("one sync while a fifth of all calls goes wrong", () => {
  it.scoped("ends right by itself, whatever the order of the faults", () =>
    Effect.gen(function* () {
      const struck = new Map<Troubled.Kind, number>()
      for (let seed = 1; seed <= 6; seed++) {
        const chance = Chance.make(seed)
        const bridge = yield* Bridge.small
        const vendors: Array<Troubled.Troubled> = []
        bridge.behind((app) => {
          const troubled = Troubled.make(app, chance, share)
          vendors.push(troubled)
          return troubled.app
        })
        const run = yield* passing(bridge.sync())
        assert.deepStrictEqual([run.status, run.error], ["done", null], `seed ${seed}`)
        assert.deepStrictEqual(bridge.held(), usual, `seed ${seed}`)
        bridge.zendesk.source.leave("3", "101")
        bridge.zendesk.source.join("6", "102")
        assert.deepStrictEqual((yield* passing(bridge.sync())).summary.assignments, { add: 1, remove: 1 }, `seed ${seed}`)
        settled(bridge.dir)
        for (const vendor of vendors) for (const [kind, times] of vendor.struck) struck.set(kind, (struck.get(kind) ?? 0) + times)
      }
      assert.deepStrictEqual([...struck.keys()].toSorted(), [...Troubled.kinds].toSorted())
    })
  )
})

/** A real account on sockets: four organizations and a tag over forty people. */
const people = Installed.customers(40, 1, "vip")
const emails = people.map(({ id }) => `c${id}@x.example`)
const organizations = Array.from({ length: 4 }, (_, index) => ({ id: String(101 + index), name: `Organization ${index + 1}` }))

const account = (seed: number) =>
  Effect.gen(function* () {
    const chance = Chance.make(seed)
    const vendors: Array<Troubled.Troubled> = []
    const wrap = (app: Parameters<typeof Troubled.make>[0]) => {
      const troubled = Troubled.make(app, chance, share, { retry_after: 1 })
      vendors.push(troubled)
      return troubled.app
    }
    const desk = yield* Installed.deskBehind(wrap)
    const team = yield* Installed.teamBehind(wrap)
    Installed.known(team, people)
    desk.edits.load({
      customers: people,
      organizations,
      memberships: people.map(({ id }, index) => ({ customer: id, organization: organizations[index % organizations.length]!.id }))
    })
    const installed = yield* Installed.make({
      sources: { acme: desk },
      targets: { cstar: team },
      syncs: `  customers:
    from: acme
    to: cstar
    rules:
      - kind: organization
      - { kind: tag, include: [vip] }
`
    })
    return { ...installed, desk, team, setFaults: (on: boolean) => vendors.forEach((vendor) => vendor.setFaults(on)) }
  })

describe.concurrent("the built command while a fifth of all calls goes wrong", () => {
  for (const seed of [1, 2]) {
    it.scopedLive(
      `ends with 0 and the right target (seed ${seed}), and the next run has nothing to do`,
      () =>
        Effect.gen(function* () {
          const { desk, dir, run, setFaults, team } = yield* account(seed)
          const env = Preload.shortAnswers
          const first = yield* run(["sync", "--yes"], { env })
          assert.strictEqual(first.code, 0, first.stdout + first.stderr)
          const expected = Object.fromEntries(
            organizations.map(({ name }, place) => [name, emails.filter((_, index) => index % organizations.length === place).toSorted()])
          )
          assert.deepStrictEqual(team.held(), { ...expected, vip: emails.toSorted() })
          settled(dir)
          desk.edits.leave("1", "101")
          const second = yield* run(["sync", "--yes"], { env })
          assert.strictEqual(second.code, 0, second.stdout + second.stderr)
          assert.notInclude(team.held()["Organization 1"] ?? [], "c1@x.example")
          setFaults(false)
          const writes = team.writes()
          assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
          assert.strictEqual(team.writes(), writes)
        }),
      Installed.patience
    )
  }
})
