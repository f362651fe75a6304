/** Customers' further addresses, over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Address from "../src/model/Address.ts"
import type { AddressStore } from "../src/read/AddressStore.ts"
import { connectionId } from "./Connections.ts"
import type { Database } from "./Database.ts"
import * as Patience from "./Patience.ts"
import * as Unlinked from "./Unlinked.ts"

/** When the customer's source was last read: what they told before that matches nobody, for the address may be somebody else's by now. */
export const lastRead = "(SELECT max(started_at) FROM read WHERE connection = c.connection)"

const leads = `EXISTS (SELECT 1 FROM source_address a JOIN target_customer t ON t.connection = ?2 AND t.address = a.address AND t.gone_at IS NULL WHERE a.customer = c.id)`

const toAsk = `
  SELECT c.id, c.key FROM source_customer c LEFT JOIN address_ask q ON q.customer = c.id AND q.address = c.address
  WHERE EXISTS (SELECT 1 FROM lookup k WHERE k.connection = ?2 AND k.address = c.address) AND ${Unlinked.unknown("c.address")}
    AND (q.customer IS NULL OR q.next_at <= ?3 OR (q.asked_at < ${lastRead} AND ${leads})) AND ${Unlinked.people}
  ORDER BY (q.customer IS NOT NULL AND ${leads}) DESC, coalesce(q.asked_at, 0), c.id LIMIT ?4`

export const make = (database: Database): typeof AddressStore.Service => ({
  toAsk: (to, source, limit) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.use((sql) =>
        sql
          .all(toAsk, JSON.stringify([connectionId(sql, source)]), connectionId(sql, to), now, limit)
          .map((row) => ({ customer: Number(row["id"]), id: String(row["key"]) }))
      )
    ),
  store: (customer, addresses) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const own = sql.get("SELECT address FROM source_customer WHERE id = ?", customer)?.["address"]
        const before = sql.get("SELECT asks FROM address_ask WHERE customer = ? AND address = ?", customer, own)?.["asks"]
        const asks = Number(before ?? 0) + 1
        sql.run("DELETE FROM source_address WHERE customer = ?", customer)
        for (const told of addresses) {
          const address = Address.normalise(told)
          if (address !== null && address !== own) sql.run("INSERT OR IGNORE INTO source_address VALUES (?, ?)", customer, address)
        }
        sql.run("INSERT OR REPLACE INTO address_ask VALUES (?, ?, ?, ?, ?)", customer, own, now, now + Patience.after(asks), asks)
      })
    ),
  forget: (source) =>
    database.atomically((sql) => {
      const of = "customer IN (SELECT id FROM source_customer WHERE connection = ?)"
      for (const table of ["source_address", "address_ask"]) sql.run(`DELETE FROM ${table} WHERE ${of}`, connectionId(sql, source))
    })
})
