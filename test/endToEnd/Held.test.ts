/** What a guard holds, it holds until a person decides: through the built command. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Installed from "../kit/Installed.ts"
import * as Terminals from "../kit/Terminals.ts"

const tagged = 40

/** A synced tag of 40 customers, taken from 35 of them afterwards; one of the others leaves their organization. */
const lost = Effect.gen(function* () {
  const desk = yield* Installed.desk
  const team = yield* Installed.team
  const people = Installed.customers(tagged, 1, "vip")
  Installed.known(team, people)
  desk.edits.load({ customers: people, organizations: [{ id: "9001", name: "Globex" }], memberships: [] })
  const installed = yield* Installed.make({
    sources: { acme: desk },
    targets: { cstar: team },
    syncs: `  customers:
    from: acme
    to: cstar
    rules:
      - kind: organization
      - { kind: tag, include: ["vip"] }
`
  })
  const first = yield* installed.run(["sync", "--yes"])
  assert.strictEqual(first.code, 0, first.stdout + first.stderr)
  for (const { id } of people.slice(0, 35)) desk.edits.untag(id, "vip")
  desk.edits.join("40", "9001")
  const held = yield* installed.json(["sync"])
  const [part] = held.document.syncs[0].held
  return { ...installed, desk, team, held, id: part?.id as string }
})

const vip = (team: Installed.Team) => team.held()["vip"]?.length

describe.concurrent("a mass removal", () => {
  it.scopedLive(
    "is held in this run and the next, while who joined does not wait, and is applied once approved",
    () =>
      Effect.gen(function* () {
        const { held, id, json, run, team } = yield* lost
        assert.strictEqual(held.code, 3, JSON.stringify(held.document))
        assert.match(id, /^H-\d+$/)
        assert.deepStrictEqual([vip(team), team.held()["Globex"]], [tagged, ["c40@x.example"]])
        const writes = team.writes()

        const next = yield* json(["sync"])
        assert.deepStrictEqual([next.code, next.document.syncs[0].held.map((part: Installed.Json) => part.id)], [3, [id]])
        assert.strictEqual(team.writes(), writes)
        assert.strictEqual((yield* run(["plan", "--exit-code"])).code, 2)
        const shown = yield* run(["held", id, "--all"])
        assert.strictEqual(shown.code, 0, shown.stderr)
        assert.match(shown.stdout, /c1@x\.example .* user \d/)

        const approved = yield* run(["approve", id, "--yes", "--reason", "VIP ended"])
        assert.strictEqual(approved.code, 0, approved.stdout + approved.stderr)
        assert.strictEqual(vip(team), 5)
        const after = yield* json(["sync"])
        assert.deepStrictEqual([after.code, after.document.syncs[0].status], [0, "none"])
      }),
    Installed.patience
  )

  it.scopedLive(
    "that was rejected is shown by status and held, does not count for exit codes, and is done once the rejection is taken back",
    () =>
      Effect.gen(function* () {
        const { id, json, run, team } = yield* lost
        assert.strictEqual((yield* run(["reject", id, "--yes", "--reason", "a mistake at the desk"])).code, 0)
        for (const command of [["status"], ["held"]]) {
          const { code, stdout } = yield* run(command)
          assert.strictEqual(code, 0, stdout)
          assert.match(stdout, new RegExp(`${id}.*rejected`, "s"))
        }
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
        assert.strictEqual(vip(team), tagged)
        assert.strictEqual((yield* run(["reject", id, "--yes"])).code, 64)

        const approved = yield* run(["approve", id, "--yes", "--reason", "it was meant after all"])
        assert.strictEqual(approved.code, 0, approved.stdout + approved.stderr)
        assert.strictEqual(vip(team), 5)

        const { document } = yield* json(["decisions"])
        const reported = document.decisions.map(({ reason, subject, what }: Installed.Json) => [what, subject, reason])
        assert.deepStrictEqual(reported, [
          ["approved", id, "it was meant after all"],
          ["rejected", id, "a mistake at the desk"]
        ])
        const { stdout } = yield* run(["decisions"])
        assert.match(stdout, new RegExp(`approved ${id} +by .*@.* +"it was meant after all"`))
        assert.strictEqual((yield* run(["approve", id, "--yes"])).code, 64)
      }),
    Installed.patience
  )

  it.scopedLive(
    "is left undone once rejected, and is not asked about again",
    () =>
      Effect.gen(function* () {
        const { id, json, run, team } = yield* lost
        const rejected = yield* run(["reject", id, "--yes", "--reason", "a mistake at the desk"])
        assert.strictEqual(rejected.code, 0, rejected.stdout + rejected.stderr)
        for (const _ of [1, 2]) {
          const { code, document } = yield* json(["sync"])
          assert.strictEqual(code, 0, JSON.stringify(document))
          assert.strictEqual(vip(team), tagged)
        }
      }),
    Installed.patience
  )

  it.scopedLive(
    "that was approved is taken back by undo, stays so in later syncs, and may happen again once released",
    () =>
      Effect.gen(function* () {
        const { id, json, run, team } = yield* lost
        const approved = yield* json(["approve", id, "--yes"])
        const number = approved.document.syncs[0].run as string
        assert.strictEqual(vip(team), 5)
        const undone = yield* run(["undo", number, "--yes", "--reason", "wrong ticket"])
        assert.strictEqual(undone.code, 0, undone.stdout + undone.stderr)
        assert.include(undone.stdout, `groupbridge release ${number}`)
        assert.strictEqual(vip(team), tagged)

        const idle = yield* json(["sync"])
        assert.deepStrictEqual([idle.code, idle.document.syncs[0].status, vip(team)], [0, "none", tagged])
        assert.deepStrictEqual(idle.document.syncs[0].plan.pinned, [{ run: number, changes: 35 }])
        assert.include((yield* run(["status"])).stdout, `groupbridge release ${number}`)
        assert.include((yield* run(["explain", "c1@x.example", "vip"])).stdout, `groupbridge release ${number}`)
        const list = yield* run(["runs"])
        assert.match(list.stdout, /undone.*\n/)
        assert.include(list.stdout, `undo ${number} by`)
        for (const [command, words] of [
          [["undo", "r-999"], "there is no run r-999"],
          [["undo", undone.stdout.match(/r-\d+/)?.[0] ?? ""], `took ${number} back itself`],
          [["release", "r-1"], "nothing of r-1 is kept undone"]
        ] as const) {
          const refused = yield* run(command)
          assert.deepStrictEqual([refused.code, refused.stdout], [64, ""])
          assert.include(refused.stderr, words)
        }

        const released = yield* run(["release", number, "--yes", "--reason", "it was the right one"])
        assert.strictEqual(released.code, 0, released.stderr)
        assert.strictEqual((yield* json(["sync"])).code, 3)
        assert.strictEqual(vip(team), tagged)
      }),
    Installed.patience
  )

  it.scopedLive(
    "is decided by nobody where there is no terminal and no --yes: 64, and nothing is changed",
    () =>
      Effect.gen(function* () {
        const { id, json, run, team } = yield* lost
        for (const command of ["approve", "reject"]) {
          const refused = yield* run([command, id])
          assert.deepStrictEqual([refused.code, refused.stdout], [64, ""])
          assert.include(refused.stderr, `groupbridge ${command} ${id} --yes`)
        }
        assert.deepStrictEqual([(yield* json(["held"])).document.held[0].decision, vip(team)], ["open", tagged])

        const number = (yield* json(["approve", id, "--yes"])).document.syncs[0].run as string
        const before = team.writes()
        const undo = yield* run(["undo", number])
        assert.deepStrictEqual([undo.code, team.writes(), vip(team)], [64, before, 5], undo.stderr)
        assert.include(undo.stderr, "35 join")
        assert.include(undo.stderr, `groupbridge undo ${number} --yes`)
        assert.strictEqual((yield* run(["undo", number, "--yes"])).code, 0)
        const release = yield* run(["release", number])
        assert.deepStrictEqual([release.code, release.stdout], [64, ""])
        assert.include(release.stderr, "35 changes")
        assert.strictEqual((yield* json(["sync"])).document.syncs[0].plan.pinned.length, 1)
      }),
    Installed.patience
  )

  it.scopedLive(
    "cannot be taken back while the sync is paused",
    () =>
      Effect.gen(function* () {
        const { id, json, run, team } = yield* lost
        const number = (yield* json(["approve", id, "--yes"])).document.syncs[0].run as string
        yield* run(["pause", "customers", "--until", "2h"])
        const refused = yield* run(["undo", number, "--yes"])
        assert.strictEqual(refused.code, 1)
        assert.include(refused.stdout + refused.stderr, "groupbridge resume customers")
        assert.strictEqual(vip(team), 5)
      }),
    Installed.patience
  )

  it.scopedLive.skipIf(!Terminals.available)(
    "that was rejected stays rejected, by its first author, where its approval is declined at the terminal",
    () =>
      Effect.gen(function* () {
        const { dir, env, id, json, run, team } = yield* lost
        assert.strictEqual((yield* run(["reject", id, "--yes", "--reason", "a mistake at the desk"])).code, 0)
        const { shown } = yield* Terminals.at(dir, env)(["approve", id], [{ after: "Apply now?", typed: "n\r" }])
        assert.include(shown, `${id} is still rejected.`)
        assert.strictEqual(vip(team), tagged)
        assert.match((yield* run(["held", id])).stdout, /rejected by .*: "a mistake at the desk"/)
        const { document } = yield* json(["decisions"])
        assert.deepStrictEqual(
          document.decisions.map(({ what }: Installed.Json) => what),
          ["taken back", "approved", "rejected"]
        )
        assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
      }),
    Installed.patience
  )

  it.scopedLive.skipIf(!Terminals.available)(
    "is decided at a terminal by what is typed after the question, not before, and a large undo by its number",
    () =>
      Effect.gen(function* () {
        const { dir, env, id, json, team } = yield* lost
        const at = Terminals.at(dir, env)
        const early = yield* at(["approve", id], [{ typed: "y\nye" }, { after: "Apply now?", typed: "s\n" }])
        assert.include(early.shown, "is still open")
        assert.deepStrictEqual([(yield* json(["held"])).document.held[0].decision, vip(team)], ["open", tagged])
        const wrong = yield* at(["undo", "r-1"], [{ after: "Type the number", typed: "y\n" }])
        assert.include(wrong.shown, "over the limits", wrong.shown)
        assert.deepStrictEqual(vip(team), tagged)
        const right = yield* at(["undo", "r-1"], [{ after: "Type the number", typed: `${tagged}\n` }])
        assert.strictEqual(vip(team), undefined, right.shown)
      }),
    Installed.patience
  )
})
