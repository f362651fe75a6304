/** Customers' further addresses, over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Address from "../../src/model/Address.ts"
import type { AddressStore } from "../../src/read/AddressStore.ts"
import { connectionId } from "../database/Intern.ts"
import type { Database } from "../database/Database.ts"
import * as LookupBackoff from "./LookupBackoff.ts"
import * as UnmatchedCustomers from "./UnmatchedCustomers.ts"

/** When the customer's source was last read: what they told before that matches nobody, for the address may be somebody else's by now. */
export const lastRead = "(SELECT max(started_at) FROM read WHERE connection = c.connection)"

const leads = `EXISTS (SELECT 1 FROM source_address a JOIN target_customer t ON t.connection = ?2
  AND t.address = a.address AND t.gone_at IS NULL WHERE a.source_customer_id = c.id)`

const toAsk = `
  SELECT c.id, c.key FROM active_customer c LEFT JOIN address_ask q ON q.source_customer_id = c.id
  AND q.address = c.address
  WHERE EXISTS (SELECT 1 FROM lookup k WHERE k.connection = ?2 AND k.address = c.address)
  AND ${UnmatchedCustomers.unknown("c.address")}
    AND (q.source_customer_id IS NULL OR q.next_at <= ?3 OR (q.asked_at < ${lastRead} AND ${leads}))
    AND ${UnmatchedCustomers.people}
  ORDER BY (q.source_customer_id IS NOT NULL AND ${leads}) DESC, coalesce(q.asked_at, 0), c.id LIMIT ?4`

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
        const before = sql.get("SELECT asks FROM address_ask WHERE source_customer_id = ? AND address = ?", customer, own)?.["asks"]
        const asks = Number(before ?? 0) + 1
        sql.run("DELETE FROM source_address WHERE source_customer_id = ?", customer)
        for (const reported of addresses) {
          const address = Address.normalise(reported)
          // Of what is stored only the form for look-ups is known: an address that means another one in that form is left out.
          if (address !== null && address !== own && address === Address.exact(reported))
            sql.run("INSERT OR IGNORE INTO source_address VALUES (?, ?)", customer, address)
        }
        sql.run("INSERT OR REPLACE INTO address_ask VALUES (?, ?, ?, ?, ?)", customer, own, now, now + LookupBackoff.after(asks), asks)
      })
    ),
  forget: (source) =>
    database.atomically((sql) => {
      const of = "source_customer_id IN (SELECT id FROM source_customer WHERE connection = ?)"
      for (const table of ["source_address", "address_ask"])
        sql.run(
          `DELETE FROM ${table}
        WHERE ${of}`,
          connectionId(sql, source)
        )
    })
})
