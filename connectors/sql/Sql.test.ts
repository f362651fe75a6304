/** What the queries show and what they must not, over SQLite; what servers alone can do stands in SqlServers.test.ts. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { resolve } from "node:path"
import * as Sandbox from "./sandbox.ts"
import * as SqlUrl from "./SqlUrl.ts"
import { connector } from "./SqlConnector.ts"
import * as TestConnection from "./TestConnection.ts"

const customer = {
  id: "1",
  email: null,
  externalId: null,
  name: null,
  role: "customer",
  suspended: false,
  verified: true,
  excluded: null,
  fields: {}
} as const

const shop = (queries: Readonly<Partial<Record<"customers" | "groups" | "memberships", string>>> = {}) =>
  Effect.gen(function* () {
    const sandbox = Sandbox.make()
    sandbox.source.load({
      customers: [
        { id: "1", email: "ann@x.example", name: "Ann", tags: ["vip"] },
        { id: "2", email: "bob@x.example", name: "Bob" }
      ],
      organizations: [{ id: "10", name: "Globex" }],
      memberships: [{ customer: "2", organization: "10" }]
    })
    return { sandbox, ...(yield* TestConnection.connect({ ...sandbox.options(""), ...queries })) }
  })

describe("rows", () => {
  it.scoped("become customers, whatever the case of names, with all other columns as fields", () =>
    Effect.gen(function* () {
      const { records } = yield* shop({
        customers: `SELECT 7 AS ID, ' a@x.example ' AS Email, 'A1' AS EXTERNAL_ID, 'Staff' AS role, 1 AS suspended, 'no' AS verified,
          'gold' AS plan, 3 AS seats, 1.5 AS "field:names", 9007199254740993 AS big, NULL AS none;`
      })
      assert.deepStrictEqual(yield* records("customers"), [
        {
          _tag: "Customer",
          customer: {
            ...customer,
            id: "7",
            email: "a@x.example",
            externalId: "A1",
            role: "staff",
            suspended: true,
            verified: false,
            fields: { plan: "gold", seats: 3, names: 1.5, big: "9007199254740993", none: null }
          }
        }
      ])
    })
  )

  it.scoped("become groups, and memberships under the group's kind", () =>
    Effect.gen(function* () {
      const { records } = yield* shop()
      yield* records("customers")
      assert.deepStrictEqual(
        (yield* records("groups")).map((record) => (record._tag === "Group" ? [record.group.kind, record.group.id, record.group.name] : [])),
        [
          ["organization", "10", "Globex"],
          ["tag", "tag vip", "vip"]
        ]
      )
      assert.deepStrictEqual(yield* records("memberships"), [
        { _tag: "Membership", group: { kind: "organization", carrier: "customer", id: "10" }, customer: "2" },
        { _tag: "Membership", group: { kind: "tag", carrier: "customer", id: "tag vip" }, customer: "1" }
      ])
    })
  )
})

describe("a wrong row or column fails the read, with its query and place", () => {
  const wrong: ReadonlyArray<readonly ["customers" | "groups" | "memberships", query: string, message: RegExp]> = [
    ["customers", "SELECT id, email FROM people UNION ALL SELECT NULL, 'x'", /query customers: row 3: "id" is NULL, and it is needed$/],
    ["customers", "SELECT '' AS id", /row 1: "id" is "", and it is needed/],
    ["customers", "SELECT x'0102' AS id", /"id" holds bytes, and a text or a whole number is needed: CAST it/],
    ["customers", "SELECT 1 AS id, x'0102' AS photo", /the field "photo" holds bytes: CAST it, or leave the column out/],
    ["customers", "SELECT 1 AS id, NULL AS suspended", /"suspended" is NULL; allowed: .*; say what that means, as in COALESCE\(\.\.\., false\)/],
    ["customers", "SELECT 1 AS id, 2 AS verified", /"verified" is "2"; allowed: 0, 1, true, false/],
    ["customers", "SELECT 1 AS id, 'boss' AS role", /"role" is "boss"; allowed: customer, staff$/],
    ["customers", "SELECT 1 AS id, 'x' AS emial", /unknown column "emial"; did you mean "email"\? If it is a field of your own, name it with AS "field:emial"/],
    ["customers", "SELECT 1 AS id, 2 AS id", /the column "id" stands there twice/],
    ["customers", "SELECT email FROM people", /the column "id" is missing; name one with AS/],
    ["customers", "SELECT id FROM nowhere", /query customers: no such table: nowhere/],
    ["customers", "DELETE FROM people", /query customers: /],
    ["customers", "SELECT 1 AS id UNION ALL SELECT 2 UNION ALL SELECT 1", /the id "1" stands in more than one row; each needs a row of its own/],
    ["groups", "SELECT 1 AS id, 'A' AS name UNION ALL SELECT 1, 'B'", /query groups: the id "1" stands in more than one row/],
    ["groups", "SELECT 1 AS id, 'A' AS name, 'segment' AS kind", /"kind" is "segment"; allowed: organization, tag/],
    ["groups", "SELECT 1 AS id", /the column "name" is missing/],
    ["memberships", "SELECT person AS customer, company AS group_id, 1 AS since FROM employments", /unknown column "since"; allowed: customer, group/],
    ["memberships", "SELECT '9' AS customer_id, '10' AS group_id", /the query of customers shows no customer "9"; join it with this query/],
    ["memberships", "SELECT '1' AS customer_id, '11' AS group_id", /row 1: the query of groups shows no group "11"; join it with this query/],
    [
      "memberships",
      "SELECT NULL AS customer_id, '10' AS group_id FROM (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6)",
      /row 5: "customer" is NULL, and it is needed; and 1 more$/
    ]
  ]
  for (const [name, query, message] of wrong) {
    it.scoped(`${name}: ${query.slice(0, 70)}`, () =>
      Effect.gen(function* () {
        const { records } = yield* shop({ [name]: query })
        const error = yield* Effect.flip(records(name))
        assert.match(error.message, message)
      })
    )
  }
})

describe("one snapshot", () => {
  it.scoped("shows all three queries as they were when the first began, and the next read shows what came since", () =>
    Effect.gen(function* () {
      const { records, sandbox } = yield* shop()
      const all = Effect.gen(function* () {
        const customers = yield* records("customers")
        sandbox.run("DELETE FROM employments; DELETE FROM people WHERE id = '2'")
        return [...customers, ...(yield* records("groups")), ...(yield* records("memberships"))].length
      })
      assert.strictEqual(yield* all, 6)
      sandbox.run("SELECT 1")
      assert.strictEqual(yield* all, 4)
    })
  )

  it.scoped("is left by a read that fails, and the next begins a new one", () =>
    Effect.gen(function* () {
      const { records, sandbox } = yield* shop({
        customers: "SELECT id, email, CASE id WHEN '1' THEN external_id ELSE 'x' END AS role FROM people WHERE id = '1'"
      })
      assert.match((yield* Effect.flip(records("customers"))).message, /"role" is NULL/)
      sandbox.run("UPDATE people SET external_id = 'staff'")
      assert.strictEqual((yield* records("customers")).length, 1)
    })
  )

  it.scoped("is read from its beginning where memberships are asked for first", () =>
    Effect.gen(function* () {
      const { records } = yield* shop()
      assert.strictEqual((yield* records("memberships")).length, 2)
    })
  )

  it.scoped("is not waited for by the next reader where one page was enough", () =>
    Effect.gen(function* () {
      const { records, source, stream } = yield* shop()
      yield* Stream.runHead(stream("customers"))
      assert.isTrue(Option.isSome(yield* source.customer("1")))
      assert.isTrue(Option.isNone(yield* source.customer("3")))
      assert.strictEqual((yield* records("customers")).length, 2)
    })
  )
})

it.scoped("says which file is missing, and what is no database", () =>
  Effect.gen(function* () {
    const options = { customers: "SELECT 1 AS id", groups: "SELECT 1 AS id", memberships: "SELECT 1 AS id" }
    const { source } = yield* TestConnection.connect({ ...options, url: "sqlite:/nowhere/shop.db" })
    const error = yield* Effect.flip(source.identify)
    assert.deepStrictEqual([error.reason, /looked at \/nowhere\/shop\.db/.test(error.message)], ["Misconfigured", true])
    const { source: text } = yield* TestConnection.connect({ ...options, url: `sqlite:${import.meta.filename}` })
    assert.match((yield* Effect.flip(text.identify)).message, /file is not a database/)
  })
)

it.scoped("is checked without being read: a query that the database refuses is found", () =>
  Effect.gen(function* () {
    const { source } = yield* shop({ groups: "SELECT id FROM nowhere" })
    assert.match((yield* Effect.flip(source.costs ?? Effect.succeed([]))).message, /query groups: no such table/)
  })
)

describe("the URL", () => {
  const server = { host: "db.example", user: "me", password: "p@ss/word", database: "shop" }
  const right: ReadonlyArray<readonly [string, unknown]> = [
    ["postgres://me:p%40ss%2Fword@db.example/shop", { ...server, kind: "postgres", port: 5432, tls: "full" }],
    ["mariadb://me:p%40ss%2Fword@db.example:3307/shop?sslmode=require", { ...server, kind: "mysql", port: 3307, tls: "unchecked" }],
    [
      "postgresql://localhost/shop?host=/run/postgresql",
      { kind: "postgres", host: "/run/postgresql", port: 5432, user: undefined, password: undefined, database: "shop", tls: "off" }
    ],
    ["postgres://[::1]/shop", { kind: "postgres", host: "::1", port: 5432, user: undefined, password: undefined, database: "shop", tls: "off" }],
    ["sqlite:///srv/shop.db", { kind: "sqlite", file: "/srv/shop.db" }]
  ]
  for (const [url, place] of right) it(`reads ${url}`, () => assert.deepStrictEqual(Either.getOrThrow(SqlUrl.parse(url)), place as never))

  const wrong: ReadonlyArray<readonly [string, RegExp]> = [
    ["postgres://me:hunter22@db.example", /names no database/],
    ["postgres://me:hunter22@db.example/shop?sslmode=prefer", /sslmode that is not known here; allowed: disable, require, verify-full/],
    ["postgres://me:hunter22@db.example/shop?ssl=1", /parameter ssl, which is not known/],
    ["postgres://me:hunter/22@:x/shop", /is no URL of a database; write postgres:/],
    ["oracle://me:hunter22@db.example/shop", /is no URL of a database/],
    ["sqlite:", /names no file/]
  ]
  for (const [url, problem] of wrong) {
    it(`refuses ${url.replace("hunter22", "...")}`, () => {
      const found = Either.getOrThrow(Either.flip(SqlUrl.parse(url)))
      assert.match(found, problem)
      assert.notMatch(found, /hunter/)
      const decoded = Schema.decodeUnknownEither(connector.options)({ url, customers: "x", groups: "x", memberships: "x" })
      assert.notMatch(String(Either.isLeft(decoded) ? problem : decoded), /hunter/)
    })
  }

  it("names its SQLite file relative to the config file", () => {
    assert.strictEqual(
      SqlUrl.located("sqlite:data/shop.db", (path) => resolve("/srv", path)),
      "sqlite:/srv/data/shop.db"
    )
    assert.strictEqual(
      SqlUrl.located("postgres://h/d", () => "x"),
      "postgres://h/d"
    )
  })
})
