/** How fast the difference between wishes and ledger is found, beside SQLite's own EXCEPT over the same rows in the same process. */
import type { Statements } from "../../state/database/Statements.ts"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Cstar from "../../connectors/cstar/CstarTarget.ts"
import type { SyncConfig } from "../../src/config/Config.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import * as Database from "../../state/database/Database.ts"
import * as SqliteReconcileStore from "../../state/reconcile/SqliteReconcileStore.ts"
import { type Figure, type Size, thousands } from "./Figure.ts"

/** Members of a group. */
const perGroup = 500

const sync: SyncConfig = {
  name: "customers",
  place: { line: 1, column: 1 },
  from: ["zendesk"],
  to: "cstar",
  rules: [],
  match: [{ _tag: "Email" }],
  removals: "ours",
  adopt: { groups: ["externalId"], members: "none", names: "keep" },
  drift: "ask",
  grace: { reads: 1, for: Duration.zero },
  guards: {
    removals: 1e9,
    removalPercent: 100,
    groupRemovalPercent: 100,
    emptiedGroups: 1e9,
    sourceShrink: 100,
    additions: 1e9,
    groupGrowthPercent: 1e9,
    newGroups: 1e9,
    ruleChange: "apply"
  },
  exceptions: [],
  emptyGroups: "skip",
  deleteEmptyGroups: false,
  refresh: { counts: Duration.hours(6), full: Duration.days(30) },
  fullRead: Duration.hours(24),
  planMaxAge: Duration.days(7),
  maxWait: Duration.minutes(15),
  schedule: null,
  timezone: null,
  meaning: []
}

/** So many assignments of four groups a customer; one in a hundred is new at the source, and as many have left it. */
const fill = (sql: Statements, rows: number): void => {
  const customers = rows / 4
  const groups = Math.ceil(rows / perGroup)
  const numbers = (count: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
  sql.run("INSERT INTO connection (id, name, prefix) VALUES (1, 'zendesk', 'zendesk'), (2, 'cstar', 'cstar')")
  sql.run("INSERT INTO sync (id, name) VALUES (1, 'customers')")
  sql.run("INSERT INTO claimant (id, sync, connection) VALUES (1, 1, 1)")
  sql.run(
    `${numbers(groups)} INSERT INTO source_group (id, connection, kind, carrier, key, name, fields, since) SELECT i, 1, 'organization', 'customer', 'g' || i, 'Group ' || i, '{}', 1 FROM n`
  )
  sql.run(
    `${numbers(groups)} INSERT INTO target_group (id, connection, key, group_key, basis, made_by_us, name, folded) SELECT i, 2, 't' || i, 'zendesk/organization:g' || i, 'mark', 1, 'Group ' || i, 'group ' || i FROM n`
  )
  sql.run(
    `${numbers(customers)} INSERT INTO source_customer (id, connection, key, email, address, role, suspended, verified, fields, since, changed) SELECT i, 1, 'c' || i, i || '@x.io', i || '@x.io', 'customer', 0, 1, '{}', 1, 1 FROM n`
  )
  sql.run(
    `${numbers(customers)} INSERT INTO target_customer (id, connection, key, email, address, seen_at) SELECT i, 2, 'c' || i, i || '@x.io', i || '@x.io', 1 FROM n`
  )
  sql.run("INSERT INTO customer_link SELECT id, 2, id, 'email', address, 1 FROM source_customer")
  // Row i: customer (i - 1) % customers, in a group of their own round.
  const all = `${numbers(rows)}, m(group_id, customer_id, i) AS (SELECT 1 + (i * 7919 + (i - 1) / ${customers}) % ${groups}, 1 + (i - 1) % ${customers}, i FROM n)`
  sql.run(`INSERT OR IGNORE INTO source_membership SELECT * FROM (${all} SELECT group_id, customer_id, 1 FROM m WHERE i % 100 <> 1 ORDER BY 1, 2)`)
  sql.run(`INSERT OR IGNORE INTO assignment SELECT * FROM (${all} SELECT group_id, customer_id, 'applied', 1, 1 FROM m WHERE i % 100 <> 2 ORDER BY 1, 2)`)
  sql.run(
    "INSERT INTO claim (claimant, group_id, target_customer_id, source_group_id, source_customer_id, since, cause, expired_at, expired_reads, expiry_cause) SELECT 1, group_id, target_customer_id, group_id, target_customer_id, 1, 'joined', NULL, NULL, NULL FROM assignment"
  )
  sql.run("INSERT INTO mapping SELECT id, 'zendesk/organization:' || key, 1, 1, name, id, NULL FROM source_group")
  sql.run(
    "INSERT INTO desired_group (group_key, name, folded, explicit_external, explicit_slug, cut, custom, target_group) SELECT 'zendesk/organization:' || key, name, lower(name), 0, 0, 0, '{}', id FROM source_group"
  )
  for (const part of ["customers", "groups:organization/customer", "memberships:organization/customer"])
    sql.run("INSERT INTO read_part (connection, part, complete) VALUES (1, ?, 1)", part)
  sql.run("CREATE TEMP TABLE wished (group_id INTEGER NOT NULL, customer_id INTEGER NOT NULL, PRIMARY KEY (group_id, customer_id)) WITHOUT ROWID")
  sql.run("CREATE TEMP TABLE held (group_id INTEGER NOT NULL, customer_id INTEGER NOT NULL, PRIMARY KEY (group_id, customer_id)) WITHOUT ROWID")
  sql.run("INSERT INTO wished SELECT group_id, source_customer_id FROM source_membership")
  sql.run("INSERT INTO held SELECT group_id, target_customer_id FROM assignment")
}

const timed = <A>(work: () => A): { readonly millis: number; readonly result: A } => {
  const started = performance.now()
  const result = work()
  return { millis: performance.now() - started, result }
}

export const run = (size: Size): Promise<ReadonlyArray<Figure>> => {
  const rows = { smoke: 1_000, small: 100_000, full: 1_000_000 }[size]
  const dir = mkdtempSync(join(tmpdir(), "groupbridge-bench-"))
  return Effect.gen(function* () {
    const database = yield* Database.open(join(dir, "state.db"))
    yield* database.atomically((sql) => fill(sql, rows))
    const raw = yield* database.use((sql) =>
      timed(() => [sql.all("SELECT * FROM wished EXCEPT SELECT * FROM held").length, sql.all("SELECT * FROM held EXCEPT SELECT * FROM wished").length])
    )
    const store = SqliteReconcileStore.make(database)
    const frame: Frame = { sync, read: ["zendesk"], run: 1, now: 10, target: Cstar.declaration, words: new Map([["zendesk", "user"]]) }
    const step = <A, E>(work: Effect.Effect<A, E>) =>
      Effect.gen(function* () {
        const started = performance.now()
        yield* work
        return performance.now() - started
      })
    const match = yield* step(store.linkCustomers(frame, sync.match))
    const claims = yield* step(store.claim(frame, "zendesk"))
    const compare = yield* step(store.compare(frame))
    const { millis: read, result } = yield* database.use((sql) =>
      timed(() => sql.all("SELECT op, group_id, target_customer_id, cause, origin FROM candidate_change WHERE skip_reason IS NULL").length)
    )
    const expected = raw.result.reduce((sum, count) => sum + count, 0)
    if (result !== expected) return yield* Effect.dieMessage(`${result} changes found, and there are ${expected}`)
    const seconds = (millis: number) => `${(millis / 1000).toFixed(2)} s`
    const bound = `EXCEPT both ways: ${seconds(raw.millis)}`
    const figures: ReadonlyArray<Figure> = [
      {
        name: `diff of ${thousands(rows)} assignments, ${thousands(expected)} changes`,
        value: seconds(compare + read),
        bound,
        ratio: (compare + read) / raw.millis,
        goal: { sense: "<=", ratio: 1.3 }
      },
      {
        name: "the same with identity, wishes and causes worked out anew",
        value: `${seconds(match + claims + compare + read)} (${seconds(match)} identity, ${seconds(claims)} wishes)`,
        bound,
        ratio: (match + claims + compare + read) / raw.millis,
        goal: null
      }
    ]
    return figures
  }).pipe(Effect.scoped, Effect.ensuring(Effect.sync(() => rmSync(dir, { recursive: true, force: true }))), Effect.runPromise)
}
