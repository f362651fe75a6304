/** A state file as a sync leaves it that has linked many customers and filled many groups, written without the sync. */
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import * as Database from "../../state/database/Database.ts"

export interface Size {
  /** Customers of the source, each linked to one of the target. */
  readonly customers: number
  /** Organizations of the source, each with its group at the target. */
  readonly groups: number
  /** Organizations that each customer is in. */
  readonly each: number
  /** Further customers of the source whom the target does not know. */
  readonly unknown: number
}

/** Writes the state of a sync `customers` from `zendesk` to `cstar`, whose organizations are the groups. */
export const make = (file: string, { customers, each, groups, unknown }: Size) =>
  Effect.gen(function* () {
    yield* Effect.scoped(Database.open(file))
    const db = new Sqlite(file)
    db.pragma("journal_mode = WAL")
    db.pragma("synchronous = OFF")
    const numbers = (count: number) => `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
    db.exec(`BEGIN;
      INSERT INTO connection (id, name, connector, prefix) VALUES (1, 'zendesk', 'zendesk', 'zendesk'), (2, 'cstar', 'cstar', 'cstar');
      INSERT INTO sync (id, name) VALUES (1, 'customers');
      INSERT INTO claimant (id, sync, connection) VALUES (1, 1, 1);
      INSERT INTO read (id, connection, started_at, ended_at, complete) VALUES (1, 1, 1000, 2000, 1);
      INSERT INTO run (id, sync, kind, started_at, ended_at, status, summary, who, host) VALUES (1, 1, 'sync', 1000, 3000, 'done', NULL, 'petra', 'ops1');
      ${numbers(groups)} INSERT INTO source_group (connection, kind, carrier, key, name, fields, since) SELECT 1, 'organization', 'customer', 'o' || i, 'Organization ' || i, '{}', 1 FROM n;
      ${numbers(groups)} INSERT INTO target_group (connection, key, group_key, basis, made_by_us, name, folded, run)
        SELECT 2, 'g' || i, 'zendesk/organization:o' || i, 'made', 1, 'Organization ' || i, 'organization ' || i, 1 FROM n;
      ${numbers(customers + unknown)} INSERT INTO source_customer (connection, key, email, address, name, role, suspended, verified, fields, since, changed)
        SELECT 1, 's' || i, 'c' || i || '@example.com', 'c' || i || '@example.com', 'Customer ' || i, 'customer', 0, 1, '{"plan":"gold","region":"eu","seats":12}', 1, 1 FROM n;
      ${numbers(customers)} INSERT INTO target_customer (connection, key, email, address, name, seen_at, sought)
        SELECT 2, 't' || i, 'c' || i || '@example.com', 'c' || i || '@example.com', 'Customer ' || i, 2000, 1 FROM n;
      ${numbers(unknown)} INSERT INTO lookup (connection, address, asked_at, next_at, misses) SELECT 2, 'c' || (${customers} + i) || '@example.com', 2000, 9000, 1 FROM n WHERE ${unknown} > 0;
      INSERT INTO source_membership SELECT DISTINCT 1 + (c.id * 7 + e.value * 13) % ${groups}, c.id, 1 FROM source_customer c CROSS JOIN json_each('${JSON.stringify(Array.from({ length: each }, (_, index) => index))}') e ORDER BY 1, 2;
      INSERT INTO customer_link SELECT s.id, 2, t.id, 'email', t.address, 2000 FROM source_customer s CROSS JOIN target_customer t ON t.connection = 2 AND t.address = s.address;
      INSERT INTO assignment SELECT m.group_id, l.target_customer_id, 'applied', 2000, 1 FROM source_membership m CROSS JOIN customer_link l ON l.source_customer_id = m.source_customer_id ORDER BY 1, 2;
      INSERT INTO claim (claimant, group_id, target_customer_id, source_group_id, source_customer_id, since, cause) SELECT 1, m.group_id, l.target_customer_id, m.group_id, m.source_customer_id, 2000, 'first-run'
        FROM source_membership m CROSS JOIN customer_link l ON l.source_customer_id = m.source_customer_id ORDER BY 2, 3;
      COMMIT;`)
    db.pragma("wal_checkpoint(TRUNCATE)")
    db.close()
  })
