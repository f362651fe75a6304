/** How fast a source is read into the snapshot, beside reading the same pages and storing the same rows by hand; and a whole run without changes. */
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { request } from "undici"
import * as Zendesk from "../../connectors/zendesk/ZendeskConnector.ts"
import * as SlotPacer from "../../src/http/SlotPacer.ts"
import * as UndiciClient from "../../src/http/UndiciClient.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as SourceReader from "../../src/read/SourceReader.ts"
import * as SqliteState from "../../state/SqliteState.ts"
import type { Account, Ask } from "./AccountServer.ts"
import * as Child from "./Child.ts"
import { type Figure, type Size, thousands } from "./Figure.ts"

const Page = Schema.Struct({ meta: Schema.Struct({ has_more: Schema.Boolean, after_cursor: Schema.NullOr(Schema.String) }) })
const decodePage = Schema.decodeUnknownSync(Page)

/** Reads the lists page by page as a script would, and throws the rows away. */
const rawRead = async (root: string, authorization: string): Promise<number> => {
  const started = performance.now()
  for (const list of ["users", "organizations", "organization_memberships"]) {
    for (let after = ""; ;) {
      const { body } = await request(`${root}/api/v2/${list}?page[size]=100${after}`, { headers: { authorization } })
      const { meta } = decodePage(JSON.parse(await body.text()))
      if (!meta.has_more) break
      after = `&page[after]=${meta.after_cursor}`
    }
  }
  return performance.now() - started
}

/** Inserts so many customers and memberships, 500 rows a statement, in the order of their keys. */
const rawInsert = (file: string, customers: number, memberships: number): number => {
  const db = new Sqlite(file)
  db.pragma("journal_mode = WAL")
  db.pragma("synchronous = FULL")
  db.exec(
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, key TEXT, email TEXT, name TEXT); CREATE TABLE membership (grp INTEGER, customer INTEGER, PRIMARY KEY (grp, customer)) WITHOUT ROWID"
  )
  const started = performance.now()
  const rows = (table: string, total: number, row: (index: number) => ReadonlyArray<unknown>) => {
    for (let from = 0; from < total; from += 500) {
      const some = Array.from({ length: Math.min(500, total - from) }, (_, index) => row(from + index))
      db.prepare(`INSERT INTO ${table} VALUES ${some.map((one) => `(${one.map(() => "?").join(",")})`).join(",")}`).run(some.flat())
    }
  }
  db.transaction(() => {
    rows("customer", customers, (index) => [index, String(1_000_000 + index), `c${index}@example.com`, `Customer ${index}`])
    rows("membership", memberships, (index) => [Math.floor(index / 150), index % 150])
  })()
  const took = performance.now() - started
  db.close()
  return took
}

/** The engine's own reading, into a new state. */
const engineRead = (file: string, root: string, options: Readonly<Record<string, unknown>>): Promise<number> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 8 })
        const context = { name: "zendesk", client: yield* UndiciClient.make(null), pacer, redactor: SecretRedactor.make() }
        const decoded = yield* Schema.decodeUnknown(Zendesk.connector.options)({ ...options, baseUrl: root })
        const source = yield* Effect.fromNullable(Zendesk.connector.source).pipe(Effect.flatMap(({ make }) => make(decoded, context)))
        const started = performance.now()
        const { complete } = yield* SourceReader.read("zendesk", source, {
          basis: "bench",
          distrust: null,
          dry: false,
          full: true,
          fullEvery: 0,
          onRows: () => Effect.void
        })
        if (!complete) return yield* Effect.dieMessage("the source was not read whole")
        return performance.now() - started
      })
    ).pipe(Effect.provide(SqliteState.layer(file)))
  )

const seconds = (millis: number) => `${(millis / 1000).toFixed(1)} s`

export const run = async (size: Size): Promise<ReadonlyArray<Figure>> => {
  const memberships = size === "full" ? 1_000_000 : 30_000
  const customers = Math.ceil(memberships / 3)
  const dir = mkdtempSync(join(tmpdir(), "groupbridge-bench-"))
  const server = Child.serve<Ask, Account>("AccountServer.ts")
  try {
    const { config, source, sourceOptions } = await server.ask({ customers, organizations: Math.ceil(memberships / 150), memberships })
    const read = await rawRead(
      source,
      `Basic ${Buffer.from(`${String(sourceOptions["email"])}/token:${String(sourceOptions["apiToken"])}`).toString("base64")}`
    )
    const insert = rawInsert(join(dir, "raw.db"), customers, memberships)
    const engine = await engineRead(join(dir, "state.db"), source, sourceOptions)
    const sync = () => Child.measure(["dist/main.js", "sync", "--yes", "--json", "--config", config])
    await sync()
    const again = (await sync()).seconds * 1000
    const slower = Math.max(read, insert)
    const bound = `raw read ${seconds(read)}, raw insert ${seconds(insert)}`
    return [
      {
        name: `reading ${thousands(memberships)} memberships into the snapshot`,
        value: seconds(engine),
        bound,
        ratio: slower / engine,
        goal: { sense: ">=", ratio: 0.8 }
      },
      {
        name: `a whole sync without changes of ${thousands(memberships)} memberships`,
        value: seconds(again),
        bound,
        ratio: again / slower,
        goal: { sense: "<=", ratio: 2 }
      }
    ]
  } finally {
    server.end()
    rmSync(dir, { recursive: true, force: true })
  }
}
