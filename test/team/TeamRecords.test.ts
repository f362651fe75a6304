/** What is kept of staff: in the record of changes, in exports, and until they are forgotten. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Done } from "../../src/model/Done.ts"
import * as TeamText from "../../src/report/TeamText.ts"
import { Erasure } from "../../src/operate/Erasure.ts"
import { AuditLog } from "../../src/operate/AuditLog.ts"
import { TeamStore } from "../../src/team/TeamStore.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Deciding from "../kit/Deciding.ts"
import * as Staffed from "../kit/Staffed.ts"

const withState = <A, E>(dir: string, work: Effect.Effect<A, E, AuditLog | Erasure | TeamStore>) =>
  work.pipe(Effect.provide(StateLayer.layer(join(dir, ".groupbridge", "state.db"))), Effect.orDie)

const lines = Effect.gen(function* () {
  const records = yield* AuditLog
  const rows: Array<Readonly<Record<string, unknown>>> = []
  for (let after: string | null = null; ;) {
    const page: { readonly rows: ReadonlyArray<unknown>; readonly next: string | null } = yield* records.everything(after)
    rows.push(...(page.rows as typeof rows))
    after = page.next
    if (after === null) return rows
  }
})

/** One was invited, one is refused, one waits for a decision and one was approved. */
const eventful = Effect.gen(function* () {
  const staffed = yield* Staffed.make
  staffed.put("bob", "agent")
  for (const name of ["ann", "bob"]) staffed.hire(name)
  yield* staffed.sync()
  staffed.accept()
  staffed.agent("ann", { roles: ["lead"] })
  staffed.hire("cy")
  staffed.faults.refuse = { invite: "Invalid" }
  const run = yield* staffed.sync()
  yield* Deciding.decide(staffed, run.held[0]!.id, "approved")
  yield* staffed.sync({ kind: "approve", part: Number(run.held[0]!.id.slice(2)) })
  staffed.setRole("bob", "viewer")
  assert.deepStrictEqual(Deciding.heldBy(yield* staffed.sync()), [["drift", 1]])
  return staffed
})

describe("the state of a sync of staff", () => {
  it.scoped("has every change with its approval in the record, in the order in which it was made", () =>
    Effect.gen(function* () {
      const staffed = yield* eventful
      const rows: ReadonlyArray<Done> = yield* withState(
        staffed.dir,
        Effect.flatMap(AuditLog, (records) =>
          Effect.zipRight(
            records.select({ from: null, to: null, run: null, groups: null, person: null }, "time"),
            Effect.map(records.selected(null), (page) => page.rows)
          )
        )
      )
      assert.deepStrictEqual(
        rows.map(({ approval, command, customer, op, outcome }) => [op, customer?.email, outcome, command, approval?.by]),
        [
          ["member.invite", "ann@x.io", "done", "sync", undefined],
          ["member.invite", "cy@x.io", "refused", "sync", undefined],
          ["member.role", "ann@x.io", "done", "approve H-1", "petra@ops1"]
        ]
      )
      assert.strictEqual(rows[1]?.answer?.detail, "as asked")
    })
  )

  it.scoped("is exported whole", () =>
    Effect.gen(function* () {
      const staffed = yield* eventful
      const rows = yield* withState(staffed.dir, lines)
      for (const [kind, table] of Object.entries({
        teamPerson: "team_person",
        teamHeldRow: "team_held",
        teamRefused: "team_refused",
        teamChange: "team_planned",
        teamCall: "team_call"
      })) {
        const [{ n }] = Deciding.rows(staffed, `SELECT count(*) AS n FROM ${table}`) as [{ n: number }]
        assert.deepStrictEqual([kind, rows.filter((row) => row["kind"] === kind).length, n > 0], [kind, n, true])
      }
      assert.deepInclude(
        rows.find((row) => row["kind"] === "teamPerson" && row["email"] === "ann@x.io"),
        { target: "crew", origin: "applied", role: "admin", source: "desk", agent: "a-ann" }
      )
    })
  )

  it.scoped("tells of a person, and forgets them down to the bytes", () =>
    Effect.gen(function* () {
      const staffed = yield* eventful
      const [found] = yield* withState(
        staffed.dir,
        Effect.flatMap(TeamStore, (store) => store.person("ann@x.io"))
      )
      assert.strictEqual(
        TeamText.person({ ...found!, sync: "staff" }),
        "ann@x.io (ann) is staff, and no customer: is in the team of crew, as admin by the source; invited by us; works at the source as desk agent a-ann, or did.  Next: groupbridge plan staff\n"
      )
      const gone = yield* withState(
        staffed.dir,
        Effect.gen(function* () {
          const forgetting = yield* Erasure
          const reported = yield* forgetting.footprint([], "bob@x.io")
          assert.deepStrictEqual([reported.staff.map(({ email, placed }) => [email, placed]), reported.waiting], [[["bob@x.io", true]], 1])
          return yield* forgetting.erase(reported, { who: "petra", host: "ops1", reason: null })
        })
      )
      assert.isTrue(gone)
      const bytes = readFileSync(join(staffed.dir, ".groupbridge", "state.db"), "latin1").toLowerCase()
      assert.notInclude(bytes, "bob@x.io")
      assert.include(bytes, "ann@x.io")
    })
  )
})
