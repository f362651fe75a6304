/** What is known of targets, over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { TargetCustomer } from "../../src/model/Customer.ts"
import * as Address from "../../src/model/Address.ts"
import { type TargetStore } from "../../src/read/TargetStore.ts"
import { connectionId } from "../database/Intern.ts"
import * as TargetGroups from "./TargetGroups.ts"
import * as TargetStaging from "./TargetStaging.ts"
import * as Backups from "../database/Backups.ts"
import type { Database } from "../database/Database.ts"
import type { Statements } from "../database/Statements.ts"
import * as LookupBackoff from "./LookupBackoff.ts"
import * as UnmatchedCustomers from "./UnmatchedCustomers.ts"

/** Stores a customer as the target shows it now and answers its number. */
export const storeCustomer = (sql: Statements, connection: number, customer: TargetCustomer, now: number): number => {
  sql.run(
    `INSERT INTO target_customer (connection, key, email, address, external_id, name, seen_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (connection, key) DO UPDATE SET email = coalesce(excluded.email, email),
     address = coalesce(excluded.address, address),
       external_id = coalesce(excluded.external_id, external_id), name = coalesce(excluded.name, name),
       seen_at = excluded.seen_at, gone_at = NULL,
       sought = CASE WHEN gone_at IS NULL AND address IS coalesce(excluded.address, address) THEN sought ELSE 0 END`,
    connection,
    customer.id,
    customer.email,
    Address.normalise(customer.email),
    customer.externalId,
    customer.name,
    now
  )
  return Number(sql.get("SELECT id FROM target_customer WHERE connection = ? AND key = ?", connection, customer.id)?.["id"])
}

/** Customers who share an address with one seen from `since` on were seen too. */
const noteSought = (sql: Statements, connection: number, since: number): void => {
  sql.run("UPDATE target_customer SET sought = 1 WHERE connection = ? AND seen_at >= ? AND sought = 0", connection, since)
}

const storeMiss = (sql: Statements, connection: number, address: string, now: number): void => {
  const misses = Number(sql.get("SELECT misses FROM lookup WHERE connection = ? AND address = ?", connection, address)?.["misses"] ?? 0) + 1
  sql.run("INSERT OR REPLACE INTO lookup VALUES (?, ?, ?, ?, ?)", connection, address, now, now + LookupBackoff.after(misses), misses)
}

/** Of groups that are due for a full look only by their age so many are read in a run, those read longest ago first, so that no run bears all of it. */
const slice = 200

const groupsToRead = (depth: "none" | "counts" | "full"): string => {
  const unread = "g.members_read_at IS NULL AND (g.count IS NULL OR g.count > 0)"
  const moved = "g.expected_count IS NOT NULL AND g.count IS NOT NULL AND g.count <> g.expected_count"
  const served = "g.id IN (SELECT target_group FROM desired_group WHERE target_group IS NOT NULL)"
  const due = `g.id IN (SELECT id FROM target_group g WHERE connection = ?1 AND key IS NOT NULL AND gone_at IS NULL
    AND members_read_at < ?2 AND ${served}
    ORDER BY members_read_at, id LIMIT ${slice})`
  const always = `(${unread}) OR g.reread_since IS NOT NULL`
  const condition = depth === "full" ? "true" : depth === "counts" ? `${always} OR (${moved}) OR ${due}` : always
  // No rule leads there any more, but rows of ours may be: those of another copy of this state, and those that an earlier look did not show.
  const ours = `g.group_key IS NOT NULL AND (g.reread_since IS NOT NULL OR ((g.count IS NULL OR ${moved})
    AND EXISTS (SELECT 1 FROM vanished v WHERE v.group_id = g.id)))`
  return `SELECT g.id, g.key, g.name FROM target_group g WHERE g.connection = ?1 AND g.key IS NOT NULL
    AND g.gone_at IS NULL AND (${condition}) AND ?2 IS NOT NULL
    AND (${served} OR (${ours})) ORDER BY g.id`
}

const customersToRead = (full: boolean): string => `
  SELECT t.id, t.key, coalesce(t.email, t.name, t.key) AS name FROM target_customer t
  WHERE t.connection = ?1 AND t.gone_at IS NULL AND ?2 IS NOT NULL
    AND (EXISTS (SELECT 1 FROM assignment a WHERE a.target_customer_id = t.id)${full ? " OR t.id IN (SELECT target_customer_id FROM standing_claim)" : ""})
    AND ${full ? "true" : "coalesce(t.read_at, 0) < ?2"} ORDER BY coalesce(t.read_at, 0), t.id LIMIT ?3`

export const make = (database: Database): typeof TargetStore.Service => ({
  groupsListedAt: (name) =>
    database.use((sql) => {
      const at = sql.get("SELECT groups_listed_at AS at FROM connection WHERE name = ?", name)?.["at"]
      return typeof at === "number" ? at : null
    }),
  beginGroups: () => database.use((sql) => void sql.run("DELETE FROM seen_group")),
  stageGroups: (name, groups) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const connection = connectionId(sql, name)
        for (const group of groups)
          sql.run("INSERT OR IGNORE INTO seen_group VALUES (?, ?)", TargetGroups.store(sql, connection, group, now), group.count ?? null)
        return Number(sql.get("SELECT count(*) AS n FROM seen_group")?.["n"])
      })
    ),
  missingGroups: (name, limit) =>
    database.use((sql) =>
      sql
        .all(
          `SELECT key, counted_at FROM target_group WHERE connection = ? AND key IS NOT NULL AND group_key IS NOT NULL
            AND gone_at IS NULL AND id NOT IN (SELECT group_id FROM seen_group) LIMIT ?`,
          connectionId(sql, name),
          limit
        )
        .map((row) => ({ id: String(row["key"]), knownAt: row["counted_at"] === null ? null : Number(row["counted_at"]) }))
    ),
  finishGroups: (name, complete) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const connection = connectionId(sql, name)
        if (!complete) return
        sql.run(
          `UPDATE target_group SET gone_at = ? WHERE connection = ? AND key IS NOT NULL AND gone_at IS NULL
            AND id NOT IN (SELECT group_id FROM seen_group)`,
          now,
          connection
        )
        // Who is in a group that nobody is in need not be read.
        sql.run(
          `UPDATE target_group SET members_read_at = ?, expected_count = 0
            WHERE members_read_at IS NULL AND id IN (SELECT group_id FROM seen_group WHERE count = 0)`,
          now
        )
        sql.run("UPDATE connection SET groups_listed_at = ? WHERE id = ?", now, connection)
      })
    ),
  madeAny: database.use((sql) => sql.get("SELECT 1 FROM target_group WHERE made_by_us = 1 LIMIT 1") !== undefined),
  foreignMarks: (name) =>
    database.use((sql) =>
      sql
        .all(
          `SELECT mark_state AS state, count(*) AS n FROM target_group
            WHERE connection = ? AND gone_at IS NULL AND mark_state IS NOT NULL AND mark_state <> ? GROUP BY 1
            ORDER BY 2 DESC`,
          connectionId(sql, name),
          database.lineage
        )
        .map((row) => ({
          state: String(row["state"]),
          groups: Number(row["n"]),
          copy: database.backups === null ? null : (Backups.newestOf(database.backups, String(row["state"]))?.file ?? null)
        }))
    ),
  unmarkedMatch: (name) =>
    database.use((sql) => {
      const row = sql.get(
        `SELECT t.key FROM desired_group w JOIN target_group t ON t.id = coalesce(w.target_group, w.proposal)
         WHERE t.connection = ? AND t.key IS NOT NULL AND t.gone_at IS NULL AND t.group_key IS NULL
         AND t.mark_state IS NULL AND t.mark_key IS NULL
         ORDER BY coalesce(w.basis, w.proposal_basis) <> 'externalId', t.id LIMIT 1`,
        connectionId(sql, name)
      )
      return row === undefined ? null : String(row["key"])
    }),
  storeCustomers: (name, customers) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const connection = connectionId(sql, name)
        for (const customer of customers) storeCustomer(sql, connection, customer, now)
      })
    ),
  customersSeen: (name, since) =>
    database.use((sql) =>
      Number(
        sql.get("SELECT count(*) AS n FROM target_customer WHERE connection = ? AND seen_at >= ? AND gone_at IS NULL", connectionId(sql, name), since)?.["n"]
      )
    ),
  missingCustomers: (name, since, limit) =>
    database.use((sql) =>
      sql
        .all(
          `SELECT DISTINCT address FROM target_customer t WHERE connection = ? AND gone_at IS NULL AND seen_at < ?
            AND address IS NOT NULL
           AND EXISTS (SELECT 1 FROM customer_link l WHERE l.target_customer_id = t.id) LIMIT ?`,
          connectionId(sql, name),
          since,
          limit
        )
        .map((row) => String(row["address"]))
    ),
  finishCustomers: (name, since) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const connection = connectionId(sql, name)
        sql.run("UPDATE target_customer SET gone_at = ? WHERE connection = ? AND gone_at IS NULL AND seen_at < ?", now, connection, since)
        noteSought(sql, connection, since)
        sql.run("UPDATE connection SET customers_listed_at = ? WHERE id = ?", now, connection)
        const unknown = `SELECT address FROM needed n WHERE NOT EXISTS (SELECT 1 FROM target_customer t
          WHERE t.connection = ?1 AND t.address = n.address AND t.gone_at IS NULL)
          AND NOT EXISTS (SELECT 1 FROM target_customer t WHERE t.connection = ?1 AND t.key = n.address AND t.gone_at IS NULL)`
        for (const row of sql.all(unknown, connection)) storeMiss(sql, connection, String(row["address"]), now)
      })
    ),
  externalIdsShown: (name) =>
    database.use((sql) => {
      const shown = "EXISTS (SELECT 1 FROM target_customer t WHERE t.connection = c.id AND t.external_id IS NOT NULL)"
      const row = sql.get(`SELECT ${shown} AS shown FROM connection c WHERE c.name = ? AND c.customers_listed_at IS NOT NULL`, name)
      return row === undefined ? null : row["shown"] === 1
    }),
  customersSought: (name, since) => database.atomically((sql) => noteSought(sql, connectionId(sql, name), since)),
  needed: (name, sources, named) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const connection = connectionId(sql, name)
        const ids = sources.map((source) => connectionId(sql, source))
        sql.run("DELETE FROM needed")
        return sql.run(`INSERT INTO needed ${UnmatchedCustomers.addresses}`, JSON.stringify(ids), connection, now, JSON.stringify(named))
      })
    ),
  nextNeeded: (_name, after, limit) =>
    database.use((sql) => sql.all("SELECT address FROM needed WHERE address > ? ORDER BY address LIMIT ?", after, limit).map((row) => String(row["address"]))),
  storeLookup: (name, address, found) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const connection = connectionId(sql, name)
        // An id may be one of several spellings of a customer's; a map file is believed only in the one that the target shows.
        if (found.length === 0 || (Address.normalise(address) === null && !found.some(({ id }) => id === address))) storeMiss(sql, connection, address, now)
        else sql.run("DELETE FROM lookup WHERE connection = ? AND address = ?", connection, address)
        for (const customer of found) sql.run("UPDATE target_customer SET sought = 1 WHERE id = ?", storeCustomer(sql, connection, customer, now))
      })
    ),
  groupsToRead: (name, depth, fullBefore) =>
    database.use((sql) =>
      sql
        .all(groupsToRead(depth), connectionId(sql, name), fullBefore)
        .map((row) => ({ group: Number(row["id"]), id: String(row["key"]), name: String(row["name"]) }))
    ),
  customersToRead: (name, full, before, limit) =>
    database.use((sql) =>
      sql
        .all(customersToRead(full), connectionId(sql, name), before, full ? -1 : limit)
        .map((row) => ({ customer: Number(row["id"]), id: String(row["key"]), name: String(row["name"]) }))
    ),
  stageGroupsOf: (customer, groups) => database.atomically((sql) => TargetStaging.stageGroups(sql, customer, groups)),
  beginMembers: database.use((sql) => {
    sql.run("DELETE FROM seen_group")
    sql.run("DELETE FROM seen_member")
    sql.run("DELETE FROM seen_customer")
  }),
  stageMembers: (name, group, members) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        const connection = connectionId(sql, name)
        if (members.length === 0) sql.run("DELETE FROM seen_member WHERE group_id = ?", group)
        for (const member of members) {
          sql.run("INSERT OR IGNORE INTO seen_member VALUES (?, ?, ?)", group, storeCustomer(sql, connection, member.customer, now), member.joinedAt)
        }
        return Number(sql.get("SELECT count(*) AS n FROM seen_member WHERE group_id = ?", group)?.["n"])
      })
    ),
  differing: (of, lag) => Effect.flatMap(Clock.currentTimeMillis, (now) => database.use((sql) => TargetStaging.differing(sql, of, now - lag))),
  believeOurs: (of, since) => database.atomically((sql) => TargetStaging.believeOurs(sql, of, since)),
  differences: (limit) => database.use((sql) => TargetStaging.differences(sql, limit)),
  takenOut: (name, limit) =>
    database.use((sql) =>
      sql
        .all(
          `SELECT DISTINCT t.id, t.key, t.address FROM seen_group s CROSS JOIN assignment a ON a.group_id = s.group_id
           JOIN target_customer t ON t.id = a.target_customer_id AND t.gone_at IS NULL AND t.address IS NOT NULL
           WHERE t.connection = ? AND NOT EXISTS (SELECT 1 FROM seen_member m
             WHERE m.group_id = a.group_id AND m.target_customer_id = a.target_customer_id) LIMIT ?`,
          connectionId(sql, name),
          limit
        )
        .map((row) => ({ customer: Number(row["id"]), id: String(row["key"]), address: String(row["address"]) }))
    ),
  customerGone: (customer) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.use((sql) => void sql.run("UPDATE target_customer SET gone_at = ? WHERE id = ? AND gone_at IS NULL", now, customer))
    ),
  finishMembers: (group) =>
    database.use((sql) => {
      sql.run("INSERT OR REPLACE INTO seen_group SELECT ?, count(*) FROM seen_member WHERE group_id = ?", group, group)
    })
})
