/** What reading and storing an account costs without an engine: the bound of everything that does both. Times are milliseconds. */
import Sqlite from "better-sqlite3"
import * as Schema from "effect/Schema"
import { request } from "undici"
import type { Account } from "./AccountServer.ts"

const Page = Schema.Struct({ meta: Schema.Struct({ has_more: Schema.Boolean, after_cursor: Schema.NullOr(Schema.String) }) })
const decodePage = Schema.decodeUnknownSync(Page)
const Feed = Schema.Struct({ end_of_stream: Schema.Boolean })
const decodeFeed = Schema.decodeUnknownSync(Feed)

const getter = ({ source, sourceOptions }: Account) => {
  const authorization = `Basic ${Buffer.from(`${String(sourceOptions["email"])}/token:${String(sourceOptions["apiToken"])}`).toString("base64")}`
  return async (path: string): Promise<unknown> => {
    const { body } = await request(`${source}/api/v2/${path}`, { headers: { authorization } })
    return JSON.parse(await body.text())
  }
}

/** Reads the lists page by page as a script would, and throws the rows away. */
const readLists = async (account: Account, ...lists: ReadonlyArray<string>): Promise<void> => {
  const get = getter(account)
  for (const list of lists) {
    for (let after = ""; ;) {
      const { meta } = decodePage(await get(`${list}?page[size]=100${after}`))
      if (!meta.has_more) break
      after = `&page[after]=${meta.after_cursor}`
    }
  }
}

export const read = async (account: Account): Promise<number> => {
  const started = performance.now()
  await readLists(account, "users", "organizations", "organization_memberships")
  return performance.now() - started
}

/** Reads what a run reads that knows the rest: who we are, what changed since then (a page of each), and the list that tells no changes. */
export const readChanges = async (account: Account, since: number): Promise<{ readonly millis: number; readonly cpuMillis: number }> => {
  const get = getter(account)
  const [started, cpu] = [performance.now(), process.cpuUsage()]
  await get("users/me")
  for (const feed of ["users/cursor", "organizations"]) {
    const { end_of_stream } = decodeFeed(await get(`incremental/${feed}?start_time=${Math.floor(since / 1000)}`))
    if (!end_of_stream) throw new Error("more changed than a page shows")
  }
  await readLists(account, "organization_memberships")
  const { system, user } = process.cpuUsage(cpu)
  return { millis: performance.now() - started, cpuMillis: (user + system) / 1000 }
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
