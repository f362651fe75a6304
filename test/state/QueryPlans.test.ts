/** The commands that look at the state, and the deciding of identities, read no table whole for each row of another. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Connectors from "../../connectors/registry.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as Explain from "../../src/explain/Explain.ts"
import { ExplanationStore } from "../../src/explain/ExplanationStore.ts"
import * as Mapping from "../../src/reconcile/Mapping.ts"
import { MappingStore } from "../../src/reconcile/MappingStore.ts"
import * as Database from "../../state/database/Database.ts"
import type { Row, Statements } from "../../state/database/Statements.ts"
import * as SqliteExplanation from "../../state/query/explain/SqliteExplanation.ts"
import * as SqliteAuditLog from "../../state/query/SqliteAuditLog.ts"
import * as SqliteOverview from "../../state/query/SqliteOverview.ts"
import * as SqliteProblemStore from "../../state/query/SqliteProblemStore.ts"
import * as SqliteMappingStore from "../../state/reconcile/SqliteMappingStore.ts"
import * as SqliteReconcileStore from "../../state/reconcile/SqliteReconcileStore.ts"
import * as SqliteTargetStore from "../../state/read/SqliteTargetStore.ts"
import * as SqliteNameStore from "../../state/run/SqliteNameStore.ts"
import * as LinkedState from "../kit/LinkedState.ts"

const connectors = await Connectors.load()

/** Tables that hold a row for each thing that the config names, for each part of a source, or for each member of a team and change of one. */
const few = new Set(["connection", "sync", "claimant", "read_part", "held_part", "team_person", "team_planned"])

/** Whether a scan of the statement reads only few rows: of a small table by its name or alias, of a list that is handed in, or of few rows chosen before. */
const isSmall = (detail: string, text: string): boolean => {
  if (/VIRTUAL TABLE|CONSTANT ROW|^SCAN \(subquery/.test(detail)) return true
  const name = /^(?:SCAN|SEARCH) (\w+)/.exec(detail)?.[1] ?? ""
  const tables = [...text.matchAll(new RegExp(`(?:FROM|JOIN)\\s+(\\w+)\\s+(?:AS\\s+)?${name}\\b`, "g"))].map(([, table]) => table ?? "")
  return few.has(name) || (tables.length > 0 && tables.every((table) => few.has(table)))
}

interface Node {
  readonly detail: string
  readonly children: ReadonlyArray<Node>
}

const tree = (rows: ReadonlyArray<Row>, parent: number): ReadonlyArray<Node> =>
  rows.filter((row) => row["parent"] === parent).map((row) => ({ detail: String(row["detail"]), children: tree(rows, Number(row["id"])) }))

/** Reads a table whole, or all that belongs to one connection, which is most of it. */
const isWhole = (detail: string): boolean => /^SCAN |^SEARCH .*\(connection=\?\)$/.test(detail)

const scans = ({ children, detail }: Node): ReadonlyArray<string> => [...(isWhole(detail) ? [detail] : []), ...children.flatMap(scans)]

/** Whole reads within the loop over the rows of another table: after the first loop of a level, and in what is evaluated for each row. */
const nested = (level: ReadonlyArray<Node>, text: string): ReadonlyArray<string> => {
  const loops = level.filter(({ detail }) => /^(SCAN|SEARCH) /.test(detail) && !isSmall(detail, text))
  const inner = loops.slice(1).flatMap(({ detail }) => (isWhole(detail) ? [detail] : []))
  const correlated = level.filter(({ detail }) => detail.startsWith("CORRELATED")).flatMap(scans)
  return [...inner, ...correlated.filter((detail) => !isSmall(detail, text)), ...level.flatMap(({ children }) => nested(children, text))]
}

/** The database, noting the text of each statement that it runs. */
const recording = (database: Database.Database, texts: Set<string>): Database.Database => {
  const noting = (sql: Statements): Statements => {
    const note = (text: string) => {
      texts.add(text)
      return text
    }
    return {
      all: (text, ...values) => sql.all(note(text), ...values),
      get: (text, ...values) => sql.get(note(text), ...values),
      run: (text, ...values) => sql.run(note(text), ...values),
      insert: (text, ...values) => sql.insert(note(text), ...values)
    }
  }
  return { ...database, use: (work) => database.use((sql) => work(noting(sql))), atomically: (work) => database.atomically((sql) => work(noting(sql))) }
}

const config = (dir: string) =>
  Effect.suspend(() => {
    const file = join(dir, "groupbridge.yaml")
    writeFileSync(
      file,
      `connections:\n  zendesk: { connector: zendesk, subdomain: acme, email: a@x.io, apiToken: token }\n  cstar: { connector: cstar, teamId: team_1, apiKey: key }
syncs:\n  customers: { from: zendesk, to: cstar, rules: [{ kind: organization }], match: [email, externalId] }\n`
    )
    return ConfigFile.load({ file, connectors, env: {} })
  })

const works = ["status", "unmatched", "held", "runs", "groups", "check", "explain", "sync"] as const

/** A part that waits, with rows, and a run that has changed something. */
const history = `INSERT INTO held_part (id, sync, guard, state, opened_at, run, lim, value, unit, why)
    VALUES (1, 1, 'removals', 'open', 2000, 1, 1, 9, 'changes', '[]');
  INSERT INTO held_row (part, op, group_id, target_customer_id)
    SELECT 1, 'assignment.remove', group_id, target_customer_id FROM assignment LIMIT 9;
  INSERT INTO planned_change (run, op, group_id, target_customer_id, cause, approved, state, settled_at)
    SELECT 1, 'assignment.add', group_id, target_customer_id, 'first-run', 1, 'done', 2000 FROM assignment;
  INSERT INTO approved_change SELECT run, op, group_id, target_customer_id, 1 FROM planned_change;`

/** The statements of each kind of work over a small state, with the nested scans of their plans. */
const measured = (work: (typeof works)[number]) =>
  Effect.gen(function* () {
    const dir = mkdtempSync(join(tmpdir(), "groupbridge-"))
    const file = join(dir, "state.db")
    yield* LinkedState.make(file, { customers: 40, groups: 4, each: 2, unknown: 3 })
    const db = new Sqlite(file)
    db.exec(history)
    db.close()
    const sync = (yield* config(dir)).syncs.get("customers")
    const target = connectors.get("cstar")?.target?.declaration
    if (sync === undefined || target === undefined) throw new Error("no sync of customers")
    const texts = new Set<string>()
    const plain = yield* Database.open(file)
    const database = recording(plain, texts)
    const mapping = SqliteMappingStore.make(plain)
    yield* Effect.provideService(Mapping.make(sync), MappingStore, mapping)
    const [overview, reconcile] = [SqliteOverview.make(database), SqliteReconcileStore.make(database)]
    const sides = { sync, customers: target.customers }
    if (work === "status") assert.strictEqual((yield* overview.status(sides, 0, 0)).unmatched, 3)
    else if (work === "unmatched") assert.strictEqual((yield* overview.unmatched(sides, null)).rows.length, 3)
    else if (work === "held") {
      assert.strictEqual((yield* overview.parts).length, 1)
      assert.strictEqual((yield* overview.part(1))?.part.changes, 9)
      assert.strictEqual((yield* overview.partChanges(1, null)).rows.length, 9)
    } else if (work === "runs") {
      const log = SqliteAuditLog.make(database)
      assert.strictEqual((yield* overview.runs(50)).length, 1)
      assert.strictEqual((yield* overview.run(1))?.summary.assignments.add, 80)
      yield* log.select({ run: 1, from: null, to: null, groups: null, person: null }, "plan")
      assert.strictEqual((yield* log.selected(null)).rows.length, 80)
      yield* overview.decisions(50)
    } else if (work === "groups") {
      const recorded = SqliteMappingStore.make(database)
      yield* recorded.resolve(Mapping.resolution(sync, target.groups))
      assert.strictEqual((yield* recorded.candidates(["zendesk"], null, 10, true)).length, 4)
      yield* recorded.blocked
    } else if (work === "check") {
      assert.strictEqual((yield* overview.connection("cstar")).targetGroups, 4)
      assert.strictEqual(yield* overview.membershipCalls("cstar", "customer", 100), 40)
      assert.strictEqual(yield* overview.membershipCalls("cstar", "group", 100), 4)
      assert.deepStrictEqual(yield* overview.unreached(sync, 5000), [])
      yield* SqliteProblemStore.make(database).standing("customers", { name: "cstar", team: false })
      yield* SqliteNameStore.make(database).kept([])
    } else if (work === "sync") {
      const frame = { sync, read: ["zendesk"], run: 2, now: 5000, target, words: new Map() }
      const recorded = SqliteMappingStore.make(database)
      yield* SqliteTargetStore.make(database).needed("cstar", ["zendesk"], [])
      yield* recorded.candidates(["zendesk"], null, 10, true)
      yield* recorded.toBeMade({ to: "cstar", always: [], anybody: false, empty: false })
      yield* reconcile.linkGroups(frame)
      yield* reconcile.refreshLedger(frame)
      yield* reconcile.linkCustomers(frame, sync.match)
      yield* reconcile.claim(frame, "zendesk")
      yield* reconcile.compare(frame)
      yield* reconcile.summary(frame)
    } else {
      const about = () => ({ connector: "zendesk", record: "user", groups: target.groups, customers: target.customers })
      const answer = yield* Explain.explain({ customer: "c7@example.com", group: null, at: null, syncs: [sync], about }).pipe(
        Effect.provideService(MappingStore, mapping),
        Effect.provideService(ExplanationStore, SqliteExplanation.make(database))
      )
      assert.strictEqual(answer._tag === "Rows" ? answer.rows.length : 0, 2)
    }
    assert.isAbove(texts.size, 5)
    return yield* plain.use((sql) =>
      [...texts].flatMap((text) =>
        nested(tree(sql.all(`EXPLAIN QUERY PLAN ${text}`, ...bindings(text)), 0), text).map((scan) => `${scan} in ${text.replaceAll(/\s+/g, " ")}`)
      )
    )
  })

/** A value for each parameter: a plan does not depend on them. */
const bindings = (text: string): ReadonlyArray<unknown> => {
  const numbered = [...text.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number))
  const count = numbered.length > 0 ? Math.max(...numbered) : text.split("?").length - 1
  return Array.from({ length: count }, () => "[]")
}

describe("a query plan without nested full scans", () => {
  it.scoped.each(works)("has %s", (work) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* measured(work), [])
    })
  )
})
