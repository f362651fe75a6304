/** Syncs of staff in the config file. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as path from "node:path"
import { generate } from "../../src/config/JsonSchema.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { AnyConnector } from "../../src/contract/Connector.ts"
import { connectors as plain, folder } from "./support.ts"

const notConnected = () => Effect.dieMessage("never connected in these tests")

const withTeams = (roles: ReadonlyArray<string> | null): ReadonlyMap<string, AnyConnector> => {
  const zendesk = plain.get("zendesk")!
  const cstar = plain.get("cstar")!
  const declaration = { ...zendesk.source!.declaration, agents: { roles, end: "no next page", canLoseRows: false, pageSize: 100 } }
  const team = { roles: ["spectator", "agent", "admin", "owner"], owner: "owner", admin: "admin", pageSize: 100 }
  return new Map<string, AnyConnector>([
    ["zendesk", { ...zendesk, source: { ...zendesk.source!, declaration } }],
    ["cstar", { ...cstar, team: { declaration: team, make: notConnected } }]
  ])
}

const config = (syncs: string) => `connections:
  zendesk: { connector: zendesk, subdomain: acme, accessToken: abcdefgh }
  cstar: { connector: cstar, teamId: t, apiKey: abcdefgh }
syncs:
${syncs}`

const load = (syncs: string, roles: ReadonlyArray<string> | null = ["admin", "agent"]) =>
  Effect.scoped(
    Effect.gen(function* () {
      const dir = yield* folder({ "groupbridge.yaml": config(syncs) })
      return yield* Effect.either(ConfigFile.load({ file: path.join(dir, "groupbridge.yaml"), connectors: withTeams(roles), env: {} }))
    })
  )

const lines = (syncs: string, roles?: ReadonlyArray<string> | null) =>
  Effect.map(load(syncs, roles), (result) => (Either.isLeft(result) ? result.left.message.split("\n") : []))

describe("a sync of staff", () => {
  it.effect("has its roles in the file's order, and the defaults that harm nobody", () =>
    Effect.gen(function* () {
      const loaded = yield* load(
        `  staff:
    from: zendesk
    to: cstar
    team: { roles: { Admin: admin, "7": agent, agent: agent } }
    schedule: "7 * * * *"`,
        null
      )
      const { syncs, teams } = Either.getOrThrow(loaded)
      assert.strictEqual(syncs.size, 0)
      assert.deepStrictEqual(teams.get("staff"), {
        name: "staff",
        place: { line: 5, column: 3 },
        from: ["zendesk"],
        to: "cstar",
        roles: [
          { source: "Admin", target: "admin" },
          { source: "7", target: "agent" },
          { source: "agent", target: "agent" }
        ],
        remove: "never",
        guards: { invites: 10, roleRaise: 0, removals: 3 },
        maxWait: Duration.minutes(15),
        schedule: "7 * * * *",
        timezone: null
      })
    })
  )

  it.effect("tells every mistake at its place", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* lines(`  staff:
    from: zendesk
    to: cstar
    rules: [{ kind: tag }]
    drift: ask
    tema: {}
    team:
      roles: { admn: admin, agent: owner, Agent: agnet }
      remove: all
      guards: { invites: -1, additions: 3 }
  others:
    from: zendesk
    to: cstar
    team: { roles: { agent: agent } }`),
        [
          'groupbridge.yaml:8:5  "rules" has no meaning in a sync of staff (team); allowed: from, to, team, maxWait, schedule, timezone',
          'groupbridge.yaml:9:5  "drift" has no meaning in a sync of staff (team); allowed: from, to, team, maxWait, schedule, timezone',
          'groupbridge.yaml:10:5  unknown key "tema"; did you mean "team"?',
          'groupbridge.yaml:12:16  no role at the source is called "admn"; did you mean "admin"?',
          'groupbridge.yaml:12:36  "owner" is never given by program; allowed: spectator, agent, admin',
          'groupbridge.yaml:12:43  "Agent" stands here twice; roles are compared without regard to case',
          'groupbridge.yaml:12:50  no role of cstar is called "agnet"; did you mean "agent"?',
          'groupbridge.yaml:13:15  "all" is not allowed here; allowed: never, ours',
          "groupbridge.yaml:14:26  -1 is not a whole number from 0 on",
          'groupbridge.yaml:14:30  unknown key "additions"; allowed: invites, roleRaise, removals',
          'groupbridge.yaml:17:9  "staff" is a sync of staff to "cstar" already; give one sync both sources: from: [A, B]'
        ]
      )
    })
  )

  it.effect("needs a source that shows who works there, and a target with a team", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* lines("  staff: { from: cstar, to: zendesk, team: { roles: { a: b } } }"), [
        'groupbridge.yaml:5:18  "cstar" cannot be read from by a sync of staff (team); cStar does not show who works there',
        'groupbridge.yaml:5:29  "zendesk" cannot be written to by a sync of staff (team); Zendesk has no team that can be written to'
      ])
    })
  )

  it("is in the schema for editors beside syncs of customers", () => {
    const text = JSON.stringify(generate(withTeams(null)))
    assert.include(text, '"if":{"required":["team"]}')
    assert.include(text, "mails to real people")
  })
})
