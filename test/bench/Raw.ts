/** What reading and storing an account costs without an engine: the bound of everything that does both. Times are milliseconds. */
import Sqlite from "better-sqlite3"
import * as Schema from "effect/Schema"
import { request } from "undici"
import type { Account } from "./AccountServer.ts"

const Page = Schema.Struct({ meta: Schema.Struct({ has_more: Schema.Boolean, after_cursor: Schema.NullOr(Schema.String) }) })
const decodePage = Schema.decodeUnknownSync(Page)

/** Reads the lists page by page as a script would, and throws the rows away. */
export const read = async ({ source, sourceOptions }: Account): Promise<number> => {
  const authorization = `Basic ${Buffer.from(`${String(sourceOptions["email"])}/token:${String(sourceOptions["apiToken"])}`).toString("base64")}`
  const started = performance.now()
  for (const list of ["users", "organizations", "organization_memberships"]) {
    for (let after = ""; ;) {
      const { body } = await request(`${source}/api/v2/${list}?page[size]=100${after}`, { headers: { authorization } })
      const { meta } = decodePage(JSON.parse(await body.text()))
      if (!meta.has_more) break
      after = `&page[after]=${meta.after_cursor}`
    }
  }
  return performance.now() - started
}

/** Inserts so many customers and memberships, 500 rows a statement, in the order of their keys. */
export const insert = (file: string, customers: number, memberships: number): number => {
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
