import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { AnyConnector } from "../../src/contract/Connector.ts"
import { FilePath, within } from "../../src/contract/FilePath.ts"
import { connectors, folder, load, loadRight, minimal } from "./support.ts"

const full = `connections:
  zendesk:
    connector: zendesk
    subdomain: acme
    email: \${ZENDESK_EMAIL}
    apiToken: \${ZENDESK_API_TOKEN}
  cstar:
    connector: cstar
    teamId: team_1
    apiKey: \${file:secrets/key}
    budget: 800/hour
syncs:
  customers:
    from: zendesk
    to: cstar
    rules:
      - kind: organization
        where: { members: ">= 3", contract: active }
      - kind: tag
        of: customers
        include: ["vip", "plan_*"]
        name: "Plan {name}"
        previously: []
      - { kind: tag, include: ["churn*"], into: At risk }
    match: [email, { source: customer_no, target: externalId }, { file: map.csv }]
    removals: ours
    adopt: { groups: [externalId], members: none, names: keep }
    drift: ask
    grace: { reads: 2, for: 48h }
    guards: { removals: 100, ruleChange: apply }
    exceptions: exceptions.csv
    schedule: "7 * * * *"
    timezone: Europe/Prague
state: .groupbridge/state.db
backup: { dir: /var/backup/groupbridge, keep: 30 }
keep: 400d
notify: []
`

const files = {
  "groupbridge.yaml": full,
  "secrets/key": "  key-from-file\n",
  ".env": "ZENDESK_EMAIL=bot@acme.com\nZENDESK_API_TOKEN=from-dotenv\n",
  "map.csv": '\uFEFFemail,target,note\r\nJan@Globex.com, cus_1 ,"said ""yes"", twice"\r\n\r\nanna@globex.com,cus_2,\r\n',
  "exceptions.csv": 'anna@globex.com,Plan Gold,always,2026-04-01,"ticket 4711, by phone",petra\nbob@x.io,VIP,never\n'
}

const rule = {
  include: [],
  exclude: [],
  where: [],
  name: null,
  slug: null,
  description: null,
  externalId: null,
  customFields: {},
  into: null,
  previously: []
}

describe("options that name files", () => {
  it.effect("are relative to the config file, and nothing else is", () =>
    Effect.gen(function* () {
      const options = Schema.Struct({
        list: FilePath.annotations({ description: "A file." }),
        more: Schema.optional(FilePath.annotations({ description: "Another." })),
        inside: Schema.Redacted(
          within((text, absolute) => text.replace(/^file:(.*)/, (_, name: string) => `file:${absolute(name)}`)).pipe(Schema.minLength(2))
        ).annotations({
          description: "A file in a secret."
        }),
        plain: Schema.String.annotations({ description: "No file." })
      }).pipe(Schema.filter(({ plain }) => plain !== ""))
      const lists: AnyConnector = { name: "lists", title: "Lists", options, limits: [] }
      const here = "  here: { connector: lists, list: data/a.csv, inside: 'file:b.db', plain: data/a.csv }\n"
      const dir = yield* folder({ "sub/groupbridge.yaml": minimal({ connections: here }) })
      const file = path.join(dir, "sub/groupbridge.yaml")
      const config = yield* ConfigFile.load({ file, connectors: new Map([...connectors, ["lists", lists]]), env: {} })
      assert.deepEqual(config.connections.get("here")?.options, {
        list: path.join(dir, "sub/data/a.csv"),
        inside: Redacted.make(`file:${path.join(dir, "sub/b.db")}`),
        plain: "data/a.csv"
      })
      assert.include(config.secrets, `file:${path.join(dir, "sub/b.db")}`)
    }).pipe(Effect.scoped)
  )
})

describe("a config that is right", () => {
  it.effect("decodes to what the engine works with, defaults filled in", () =>
    Effect.gen(function* () {
      const { dir, config } = yield* loadRight(files, { ZENDESK_API_TOKEN: "from-environment" })
      assert.deepStrictEqual([...config.connections.keys()], ["zendesk", "cstar"])
      assert.deepEqual(config.connections.get("zendesk"), {
        name: "zendesk",
        connector: "zendesk",
        options: { subdomain: "acme", email: "bot@acme.com", apiToken: Redacted.make("from-environment"), suspended: "include" },
        budget: null,
        place: { line: 2, column: 3 }
      })
      const key = Schema.decodeUnknownSync(Schema.Struct({ apiKey: Schema.RedactedFromSelf(Schema.String) }))(config.connections.get("cstar")?.options)
      assert.strictEqual(Redacted.value(key.apiKey), "key-from-file")
      assert.deepEqual(config.connections.get("cstar")?.budget, { _tag: "Calls", calls: 800, perMillis: 3_600_000 })
      assert.deepEqual(config.syncs.get("customers"), {
        name: "customers",
        place: { line: 13, column: 3 },
        from: ["zendesk"],
        to: "cstar",
        rules: [
          {
            ...rule,
            index: 1,
            place: { line: 17, column: 9 },
            kind: "organization",
            of: "customer",
            where: [
              { field: "members", operator: ">=", value: 3 },
              { field: "contract", operator: "=", value: "active" }
            ]
          },
          {
            ...rule,
            index: 2,
            place: { line: 19, column: 9 },
            kind: "tag",
            of: "customer",
            include: ["vip", "plan_*"],
            name: "Plan {name}"
          },
          { ...rule, index: 3, place: { line: 24, column: 9 }, kind: "tag", of: "customer", include: ["churn*"], into: "At risk" }
        ],
        match: [
          { _tag: "Email" },
          { _tag: "Fields", source: "customer_no", target: "externalId" },
          {
            _tag: "File",
            path: path.join(dir, "map.csv"),
            rows: [
              { by: "email", value: "Jan@Globex.com", target: "cus_1", line: 2 },
              { by: "email", value: "anna@globex.com", target: "cus_2", line: 4 }
            ],
            blank: 0
          }
        ],
        removals: "ours",
        adopt: { groups: ["externalId"], members: "none", names: "keep" },
        drift: "ask",
        grace: { reads: 2, for: Duration.hours(48) },
        guards: {
          removals: 100,
          removalPercent: 5,
          groupRemovalPercent: 50,
          emptiedGroups: 3,
          sourceShrink: 5,
          additions: 1000,
          groupGrowthPercent: 100,
          newGroups: 50,
          ruleChange: "apply"
        },
        exceptions: [
          // The last millisecond of that day in Prague, where it is summer time: 22:00 UTC ends it.
          {
            email: "anna@globex.com",
            group: "Plan Gold",
            what: "always",
            until: Date.UTC(2026, 3, 1, 22) - 1,
            reason: "ticket 4711, by phone",
            by: "petra",
            line: 1
          },
          { email: "bob@x.io", group: "VIP", what: "never", until: null, reason: "", by: "", line: 2 }
        ],
        emptyGroups: "skip",
        deleteEmptyGroups: false,
        refresh: { counts: Duration.hours(6), full: Duration.days(30) },
        fullRead: Duration.hours(24),
        planMaxAge: Duration.days(7),
        maxWait: Duration.minutes(15),
        schedule: "7 * * * *",
        timezone: "Europe/Prague",
        meaning: [
          "meaning of rules: version 1",
          'from "zendesk"',
          'to "cstar"',
          'rule 1: organization * where contract = "active" and members >= 3 -> "{name}"',
          'rule 2: tag "plan_*", "vip" -> "Plan {name}"',
          'rule 3: tag "churn*" -> into "At risk"',
          "match 1: email",
          'match 2: "customer_no" of the source = "externalId" of the target',
          "match 3: file",
          'match 3: file: email "anna@globex.com" -> "cus_2"',
          'match 3: file: email "jan@globex.com" -> "cus_1"',
          "removals: ours",
          "adopt groups by: externalId",
          "adopt members: none",
          "adopt names: keep"
        ]
      })
      assert.strictEqual(config.file, path.join(dir, "groupbridge.yaml"))
      assert.strictEqual(config.state, path.join(dir, ".groupbridge/state.db"))
      assert.deepEqual(config.backup, { dir: "/var/backup/groupbridge", keep: 30, maxBytes: 5e9 })
      assert.deepEqual(config.keep, Duration.days(400))
      assert.deepEqual(config.secrets, ["from-environment", "key-from-file"])
    })
  )

  it.effect("needs no more than connections and a sync with a rule; literal secrets are known as such", () =>
    Effect.gen(function* () {
      const { dir, config } = yield* loadRight({ "groupbridge.yaml": minimal() })
      assert.strictEqual(config.syncs.get("customers")?.timezone, null)
      assert.deepEqual(config.syncs.get("customers")?.match, [{ _tag: "Email" }])
      assert.deepEqual(config.secrets, ["tok-literal-1", "key-literal-1"])
      assert.strictEqual(config.backup.dir, path.join(dir, ".groupbridge/backup"))
    })
  )

  it.effect("reads every form of budget and condition", () =>
    Effect.gen(function* () {
      const connections = `  a: { connector: cstar, teamId: t, apiKey: aaaaaaaa, budget: 90% }
  b: { connector: cstar, teamId: t, apiKey: aaaaaaaa, budget: 10/second }
  c: { connector: cstar, teamId: t, apiKey: aaaaaaaa, budget: 100 / minute }
`
      const sync = `        where: { a: "!= x y", b: 3, c: true, d: "< -1.5", e: '!= "3"', f: "= true", g: "3", h: ">2" }\n`
      const { config } = yield* loadRight({ "groupbridge.yaml": minimal({ connections, sync }) })
      assert.deepEqual(
        ["a", "b", "c"].map((name) => config.connections.get(name)?.budget),
        [
          { _tag: "Share", share: 0.9 },
          { _tag: "Calls", calls: 10, perMillis: 1000 },
          { _tag: "Calls", calls: 100, perMillis: 60_000 }
        ]
      )
      assert.deepEqual(config.syncs.get("customers")?.rules[0]?.where, [
        { field: "a", operator: "!=", value: "x y" },
        { field: "b", operator: "=", value: 3 },
        { field: "c", operator: "=", value: true },
        { field: "d", operator: "<", value: -1.5 },
        { field: "e", operator: "!=", value: "3" },
        { field: "f", operator: "=", value: true },
        { field: "g", operator: "=", value: "3" },
        { field: "h", operator: ">", value: 2 }
      ])
    })
  )

  it.effect("knows anchors, and lists as from", () =>
    Effect.gen(function* () {
      const connections = "  other: { connector: zendesk, subdomain: x, accessToken: tok-literal-2 }\n"
      const rest = `  second:
    from: [zendesk, other]
    to: cstar
    rules: &rules
      - kind: tag
  third: { from: [other], to: cstar, rules: *rules }
`
      const { config } = yield* loadRight({ "groupbridge.yaml": minimal({ connections, rest }) })
      assert.deepEqual(config.syncs.get("second")?.from, ["zendesk", "other"])
      assert.deepEqual(config.syncs.get("third")?.from, ["other"])
      assert.deepEqual(config.syncs.get("third")?.rules, config.syncs.get("second")?.rules)
    })
  )
})

describe("finding the file", () => {
  it.effect("looks upwards, and takes the named one from where the person stands", () =>
    Effect.gen(function* () {
      const dir = yield* folder({ "groupbridge.yaml": "", "a/b/x.yaml": "" })
      assert.strictEqual(yield* ConfigFile.find(undefined, path.join(dir, "a/b")), path.join(dir, "groupbridge.yaml"))
      assert.strictEqual(yield* ConfigFile.find("b/x.yaml", path.join(dir, "a")), path.join(dir, "a/b/x.yaml"))
      const missing = yield* Effect.flip(ConfigFile.find("y.yaml", dir))
      assert.strictEqual(missing.message, `y.yaml:1:1  no such file; looked at ${path.join(dir, "y.yaml")}`)
      const folderNamed = yield* Effect.either(ConfigFile.find("a", dir))
      assert.isTrue(Either.isLeft(folderNamed))
    }).pipe(Effect.scoped)
  )

  it.effect("says where it looked and what to do", () =>
    Effect.gen(function* () {
      const dir = yield* folder({})
      const missing = yield* Effect.flip(ConfigFile.find(undefined, dir))
      assert.include(missing.message, `not found in ${dir} or a folder above it; groupbridge init writes one`)
    }).pipe(Effect.scoped)
  )

  it.effect("tells a file that cannot be read", () =>
    Effect.gen(function* () {
      const { lines } = yield* load({})
      assert.match(lines[0] ?? "", /^groupbridge\.yaml:1:1 {2}no such file; looked at \//)
    })
  )

  it.effect("takes merge keys and keys of one's own that begin with x-", () =>
    Effect.gen(function* () {
      const rest = `x-usual:
  guards: &careful { removals: 7, additions: 9 }
  grown: &grown { <<: *careful, additions: 11 }
  more: &more { newGroups: 3, removals: 1 }
`
      const sync = "    guards: { <<: [*grown, *more], emptiedGroups: 2 }\n"
      const { config } = yield* loadRight({ "groupbridge.yaml": rest + minimal({ sync }) })
      const { additions, emptiedGroups, newGroups, removals } = [...config.syncs.values()][0]!.guards
      assert.deepStrictEqual({ additions, emptiedGroups, newGroups, removals }, { additions: 11, emptiedGroups: 2, newGroups: 3, removals: 7 })
    })
  )

  it.effect("reads exceptions and map files as spreadsheets write them", () =>
    Effect.gen(function* () {
      const sync = "    match: [{ file: m.csv }]\n    exceptions: e.csv\n"
      const forms: ReadonlyArray<readonly [map: Uint8Array | string, exceptions: Uint8Array | string]> = [
        ["email;target;;\r\nann@x.io;cus_1;;\r\n;;;\r\n", "sep=;\r\nemail;group;what\r\nann@x.io;Zoé;always\r\n;;\r\n\u001a"],
        ["\uFEFFtarget\temail\ncus_1\tann@x.io", "ann@x.io\tZoé\talways\n"],
        [Buffer.from("\uFEFFemail,target\nann@x.io,cus_1\n", "utf16le"), Buffer.from("ann@x.io;Zoé;always\n", "latin1")]
      ]
      for (const [map, exceptions] of forms) {
        const { config } = yield* loadRight({ "groupbridge.yaml": minimal({ sync }), "m.csv": map, "e.csv": exceptions })
        const [first] = [...config.syncs.values()]
        assert.deepStrictEqual(
          first?.match.flatMap((one) => (one._tag === "File" ? one.rows.map(({ target, value }) => [value, target]) : [])),
          [["ann@x.io", "cus_1"]]
        )
        assert.deepStrictEqual(
          first?.exceptions.map(({ email, group, what }) => [email, group, what]),
          [["ann@x.io", "Zoé", "always"]]
        )
        const guesses = first?.meaning.filter((line) => line.includes("guess"))
        assert.strictEqual(guesses?.length, typeof map === "string" ? 0 : 1)
      }
    })
  )
})
