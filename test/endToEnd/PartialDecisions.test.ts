/** A choice of what a held part holds, at a terminal: declined it leaves the part as it was. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Installed from "../kit/Installed.ts"
import * as Terminals from "../kit/Terminals.ts"

const syncs = `  customers:
    from: acme
    to: cstar
    guards: { additions: 0 }
    rules:
      - { kind: tag, include: ["vip", "gold"] }
`

describe("a choice of changes", () => {
  it.scopedLive.skipIf(!Terminals.available)(
    "that is declined at the terminal leaves the part as it was; agreed to, it is applied",
    () =>
      Effect.gen(function* () {
        const [desk, team] = [yield* Installed.desk, yield* Installed.team]
        const people = [...Installed.customers(2, 1, "vip"), ...Installed.customers(2, 3, "gold")]
        Installed.known(team, people)
        desk.edits.load({ customers: people, organizations: [], memberships: [] })
        const { dir, env, json } = yield* Installed.make({ sources: { acme: desk }, targets: { cstar: team }, syncs })
        const [part] = (yield* json(["sync"])).document.syncs[0].held
        const at = Terminals.at(dir, env)
        const { shown } = yield* at(["approve", part.id, "--only", "gold"], [{ after: "Apply now?", typed: "n\r" }])
        const [kept] = (yield* json(["held"])).document.held
        assert.deepStrictEqual([kept.id, kept.decision, kept.changes, team.held()["gold"]], [part.id, "open", part.changes, undefined], shown)
        yield* at(["approve", part.id, "--only", "gold"], [{ after: "Apply now?", typed: "y\r" }])
        assert.deepStrictEqual([team.held()["gold"]?.length, team.held()["vip"]], [2, undefined])
      }),
    Installed.patience
  )
})
