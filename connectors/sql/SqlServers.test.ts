/** The same over real servers: PostgreSQL and MariaDB of this machine, where Debian's packages are installed. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"
import * as DatabaseServers from "../../test/kit/DatabaseServers.ts"
import { queries, tables } from "./sandbox.ts"
import * as TestConnection from "./TestConnection.ts"

interface Subject {
  readonly name: string
  readonly bin: string | null
  readonly package: string
  readonly start: (bin: string) => Promise<DatabaseServers.DatabaseServer>
  readonly crowd: (size: number) => string
  readonly password: (word: string) => ReadonlyArray<string>
  readonly sleep: string
  readonly kill: string
  /** Columns of many types, and the fields that they become. */
  readonly types: readonly [query: string, fields: Readonly<Record<string, unknown>>]
  readonly bytes: string
  readonly expects: RegExp
}

const subjects: ReadonlyArray<Subject> = [
  {
    name: "PostgreSQL",
    bin: DatabaseServers.postgresPrograms,
    package: "postgresql",
    start: DatabaseServers.postgres,
    crowd: (size) => `INSERT INTO people SELECT 'n' || n, 'n' || n || '@x.example', 'Number ' || n, NULL, 0, 0 FROM generate_series(1, ${size}) n`,
    password: (word) => [
      `CREATE ROLE reader LOGIN PASSWORD '${word}'`,
      "CREATE OR REPLACE FUNCTION hba() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('COPY (SELECT %L) TO %L', 'host all reader 127.0.0.1/32 scram-sha-256', current_setting('hba_file')); END $$",
      "SELECT hba()",
      "SELECT pg_reload_conf()"
    ],
    sleep: "SELECT '1' AS id FROM pg_sleep(5)",
    kill: "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'groupbridge'",
    types: [
      `SELECT 1::bigint AS id, true AS yes, 9007199254740993::bigint AS big, 1.5::numeric AS exact, 1.50::numeric AS padded, 'NaN'::float8 AS nan, '2026-01-31 12:00+02'::timestamptz AS at,
        '{"a":1}'::jsonb AS json, 'b7e1a3a0-0000-4000-8000-000000000001'::uuid AS uuid, NULL::int AS none`,
      {
        yes: true,
        big: "9007199254740993",
        exact: 1.5,
        padded: "1.50",
        nan: "NaN",
        at: "2026-01-31 10:00:00+00",
        json: '{"a": 1}',
        uuid: "b7e1a3a0-0000-4000-8000-000000000001",
        none: null
      }
    ],
    bytes: "SELECT 1 AS id, '\\x01'::bytea AS photo",
    expects: /^query customers: the database expects about \d+ rows at a cost of [\d.]+ \(Seq Scan of people\)$/
  },
  {
    name: "MariaDB",
    bin: DatabaseServers.mariadbPrograms,
    package: "mariadb-server-core",
    start: DatabaseServers.mariadb,
    crowd: (size) => `INSERT INTO people SELECT CONCAT('n', seq), CONCAT('n', seq, '@x.example'), CONCAT('Number ', seq), NULL, 0, 0 FROM seq_1_to_${size}`,
    password: (word) => [`CREATE USER reader@'127.0.0.1' IDENTIFIED BY '${word}'`, "GRANT SELECT ON shop.* TO reader@'127.0.0.1'"],
    sleep: "SELECT '1' AS id, SLEEP(5) AS slept FROM people",
    kill: "BEGIN NOT ATOMIC FOR one IN (SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND user = 'root') DO KILL CONNECTION one.id; END FOR; END",
    types: [
      `SELECT 1 AS id, isGood AS yes, (SELECT isGood FROM bits) AS also, 9007199254740993 AS big, CAST(1.50 AS DECIMAL(5,2)) AS padded, CAST('2026-01-31 12:00:00' AS DATETIME) AS at, JSON_OBJECT('a', 1) AS json, TRUE AS truth, NULL AS none FROM bits`,
      { yes: true, also: true, big: "9007199254740993", padded: "1.50", at: "2026-01-31 12:00:00", json: '{"a": 1}', truth: 1, none: null }
    ],
    bytes: "SELECT 1 AS id, CAST(x'01' AS BINARY) AS photo",
    expects: /^query customers: the database expects to look at about \d+ rows of people$/
  }
]

for (const subject of subjects) {
  if (subject.bin === null) process.stdout.write(`${subject.name} is not installed (apt-get install ${subject.package}), so its tests are skipped\n`)
}

describe.each(subjects.map((subject) => [subject.name, subject] as const))("%s", (_name, subject) => {
  const on = it.scopedLive.skipIf(subject.bin === null)
  let server: DatabaseServers.DatabaseServer
  beforeAll(async () => {
    if (subject.bin === null) return
    server = await subject.start(subject.bin)
    await server.run(...tables.split(";").filter((one) => one.trim() !== ""))
    await server.run(
      "CREATE TABLE bits (isGood BIT(1))",
      "INSERT INTO bits VALUES (b'1')",
      "INSERT INTO people VALUES ('1', 'ann@x.example', 'Ann', NULL, 0, 0), ('2', 'bob@x.example', 'Bob', 'B2', 1, 1)",
      "INSERT INTO companies VALUES ('10', 'Globex', NULL)",
      "INSERT INTO employments VALUES ('1', '10')",
      "INSERT INTO tags VALUES ('2', 'vip')"
    )
  }, 120_000)
  afterAll(() => server?.stop())
  const connect = (options: Readonly<Record<string, unknown>> = {}) => Effect.suspend(() => TestConnection.connect({ url: server.url, ...queries, ...options }))
  const run = (...statements: ReadonlyArray<string>) => Effect.promise(() => server.run(...statements))

  on("shows all three queries as they were when the first began", () =>
    Effect.gen(function* () {
      const { records } = yield* connect()
      const customers = yield* records("customers")
      yield* run("INSERT INTO people VALUES ('3', NULL, NULL, NULL, 0, 0)", "INSERT INTO employments VALUES ('3', '10')", "DELETE FROM tags")
      const others = [...(yield* records("groups")), ...(yield* records("memberships"))]
      assert.deepStrictEqual(
        [...customers, ...others].map((record) =>
          record._tag === "Customer"
            ? [record.customer.id, record.customer.externalId, record.customer.role, record.customer.suspended]
            : record._tag === "Group"
              ? record.group.name
              : record._tag === "Membership"
                ? [record.customer, record.group.id]
                : record
        ),
        [["1", null, "customer", false], ["2", "B2", "staff", true], "Globex", "vip", ["1", "10"], ["2", "tag vip"]]
      )
      assert.strictEqual((yield* records("customers")).length, 3)
      yield* run("DELETE FROM employments WHERE person = '3'", "DELETE FROM people WHERE id = '3'", "INSERT INTO tags VALUES ('2', 'vip')")
    })
  )

  on("makes fields of every type of column, and refuses bytes", () =>
    Effect.gen(function* () {
      const [query, fields] = subject.types
      const [record] = yield* Effect.flatMap(connect({ customers: query }), ({ records }) => records("customers"))
      assert.deepStrictEqual(record?._tag === "Customer" ? [record.customer.id, record.customer.fields] : [], ["1", fields])
      const refused = yield* Effect.flatMap(connect({ customers: subject.bytes }), ({ records }) => Effect.flip(records("customers")))
      assert.match(refused.message, /row 1: the field "photo" holds bytes/)
    })
  )

  on("cannot write, nor run a second statement", () =>
    Effect.gen(function* () {
      for (const customers of ["DELETE FROM people", "SELECT id FROM people; DELETE FROM people", "SELECT id FROM people; COMMIT; DELETE FROM people"]) {
        const error = yield* Effect.flatMap(connect({ customers }), ({ records }) => Effect.flip(records("customers")))
        assert.match(error.message, /read-only|READ ONLY|syntax|multiple commands/i, customers)
      }
      assert.strictEqual((yield* Effect.flatMap(connect(), ({ records }) => records("customers"))).length, 2)
    })
  )

  on("stops a query that takes too long, and says so", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flatMap(connect({ customers: subject.sleep, timeoutSeconds: 1 }), ({ records }) => Effect.flip(records("customers")))
      assert.strictEqual(error.reason, "Unavailable")
      assert.match(error.message, /query customers: the database worked on it for more than 1 seconds, so it was stopped/)
    })
  )

  on("fails a read whose connection is lost, and ends it nowhere", () =>
    Effect.gen(function* () {
      yield* run(subject.crowd(60_000))
      // So much that it does not all fit between the two programs before the connection is lost.
      const { stream } = yield* connect({ customers: "SELECT id, REPEAT('x', 2000) AS name FROM people" })
      let isKilled = false
      const pages = yield* stream("customers").pipe(
        Stream.tap(() =>
          isKilled
            ? Effect.void
            : Effect.zipRight(
                run(subject.kill),
                Effect.sync(() => void (isKilled = true))
              )
        ),
        Stream.either,
        Stream.runCollect,
        Effect.map(Chunk.toReadonlyArray)
      )
      const failure = pages.at(-1)
      assert.strictEqual(failure?._tag === "Left" ? failure.left.reason : "ended", "Unavailable", inspect(failure))
      assert.deepStrictEqual(
        pages.filter((page) => page._tag === "Right" && page.right.end !== null),
        []
      )
    })
  )

  on("streams: a reader that takes its time holds a few pages, and all rows come once", () =>
    Effect.gen(function* () {
      const { read, source } = yield* connect()
      const pages = yield* read("customers")
      const ids = pages.flatMap(({ records }) => records.map((record) => (record._tag === "Customer" ? record.customer.id : "")))
      assert.deepStrictEqual([ids.length, new Set(ids).size], [60_002, 60_002])
      assert.isAtMost(Math.max(...pages.map(({ rows }) => rows)), 1000)
      assert.deepStrictEqual(
        Option.map(yield* source.customer("n59999"), ({ email }) => email),
        Option.some("n59999@x.example")
      )
      assert.isTrue(Option.isNone(yield* source.customer("n60001")))
      yield* run("DELETE FROM people WHERE id LIKE 'n%'")
    })
  )

  on("names the user, and what queries are expected to cost", () =>
    Effect.gen(function* () {
      const { source } = yield* connect()
      const { account, actor } = yield* source.identify
      assert.match(account, /^(postgres|mysql) 127\.0\.0\.1:\d+\/shop$/)
      assert.match(actor ?? "", /^(postgres|root@.*)$/)
      assert.match((yield* source.costs ?? Effect.succeed([]))[0] ?? "", subject.expects)
    })
  )

  on("never shows the password, refused or not", () =>
    Effect.gen(function* () {
      const word = "hunter22-secret"
      yield* run(...subject.password(word))
      const as = (user: string, password: string) => server.url.replace(/\/\/[^@]*@/, `//${user}:${password}@`)
      for (const url of [as("reader", `${word}x`), as("reader", word).replace("127.0.0.1", "127.0.0.2"), `${as("reader", word)}?sslmode=verify-full`]) {
        const { redactor, source } = yield* connect({ url })
        const error = yield* Effect.flip(source.identify)
        for (const text of [error.message, inspect(error, { depth: 20, showHidden: true }), inspect(source, { depth: 20, showHidden: true })])
          assert.notInclude(text, word)
        assert.notInclude(redactor.redact(`it was ${word}`), `was ${word} `)
      }
      const refused = yield* Effect.flatMap(connect({ url: as("reader", `${word}x`) }), ({ source }) => Effect.flip(source.identify))
      assert.strictEqual(refused.reason, "Unauthorized", refused.message)
    })
  )
})
