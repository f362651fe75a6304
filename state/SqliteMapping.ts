/** The mapping of one run over SQLite's temporary tables. */
import { foldName, type GroupCarrier, type GroupKind } from "../src/model/Group.ts"
import { type MappingStore, type Mapped, type NumberedCandidate } from "../src/reconcile/MappingStore.ts"
import { connectionId } from "./Connections.ts"
import type { Database, Row, Statements } from "./Database.ts"
import * as Slugs from "./Slugs.ts"

const memberCount = `(SELECT count(DISTINCT m.customer) FROM source_membership m JOIN source_customer c ON c.id = m.customer
  WHERE c.gone_at IS NULL AND c.role = 'customer' AND c.excluded IS NULL
    AND (m.grp = g.id OR m.grp IN (SELECT i.organization FROM source_inclusion i WHERE i.grp = g.id)))`

const candidate = (row: Row): NumberedCandidate => ({
  number: Number(row["id"]),
  connection: String(row["connection"]),
  members: Number(row["members"]),
  group: {
    kind: String(row["kind"]) as GroupKind,
    carrier: String(row["carrier"]) as GroupCarrier,
    id: String(row["key"]),
    name: String(row["name"]),
    externalId: row["external_id"] === null ? null : String(row["external_id"]),
    fields: JSON.parse(String(row["fields"]))
  }
})

const storeWish = (sql: Statements, { number, wish, cut, explicitSlug }: Mapped): void => {
  const { draft, handle, rule } = wish
  sql.run("INSERT INTO mapping (source_group, handle, rule, line, name) VALUES (?, ?, ?, ?, ?)", number, handle, rule.index, rule.place.line, draft.name)
  // The first wish of a handle names the group: source groups come in the order in which they were first seen.
  sql.run(
    "INSERT OR IGNORE INTO wanted (handle, name, folded, slug, description, external_id, explicit_external, explicit_slug, cut, custom) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    handle,
    draft.name,
    foldName(draft.name),
    draft.slug ?? null,
    draft.description ?? null,
    draft.externalId ?? null,
    wish.explicitExternalId ? 1 : 0,
    explicitSlug ? 1 : 0,
    cut ? 1 : 0,
    JSON.stringify(draft.customFields)
  )
  for (const old of wish.previousHandles) sql.run("INSERT OR IGNORE INTO previous VALUES (?, ?)", handle, old)
}

/** A wish without a group takes the one that was linked under its former name, unless that name is wished for too. */
const followRenames = (sql: Statements, to: number): void => {
  sql.run(
    `UPDATE wanted SET target_group = t.id, basis = 'previously' FROM previous p JOIN target_group t ON t.handle = p.old AND t.key IS NOT NULL AND t.gone_at IS NULL
     WHERE p.handle = wanted.handle AND t.connection = ? AND wanted.target_group IS NULL AND NOT EXISTS (SELECT 1 FROM wanted o WHERE o.handle = p.old)`,
    to
  )
}

/** One step of the search: wishes still without a group take the one that `condition` names, if it is one alone. */
const adopt = (sql: Statements, to: number, basis: string, condition: string, column: "target_group" | "proposal"): void => {
  const found = `SELECT w.handle, min(t.id) AS id, count(*) AS n FROM wanted w JOIN target_group t ON t.connection = ?1 AND t.key IS NOT NULL AND t.gone_at IS NULL
    AND (t.handle IS NULL OR t.handle = w.handle) AND ${condition} WHERE w.target_group IS NULL AND w.proposal IS NULL AND w.blocked IS NULL GROUP BY w.handle`
  const basisColumn = column === "target_group" ? "basis" : "proposal_basis"
  sql.run(
    `UPDATE wanted SET blocked = f.n || ' groups at the target have the same ' || ?2 FROM (${found}) f WHERE f.handle = wanted.handle AND f.n > 1`,
    to,
    basis
  )
  sql.run(`UPDATE wanted SET ${column} = f.id, ${basisColumn} = ?2 FROM (${found}) f WHERE f.handle = wanted.handle AND f.n = 1`, to, basis)
}

const conditions = {
  externalId: "t.external_id IS NOT NULL AND t.external_id = w.external_id",
  slug: "t.slug IS NOT NULL AND w.slug IS NOT NULL AND t.slug = w.slug",
  // A cut name says little of the group behind it.
  name: "t.folded = w.folded AND w.cut = 0"
} as const

/** Two wishes meeting in one name or one group: who is linked already keeps it, the others wait for the config to say what is meant. */
const blockMeetings = (sql: Statements): void => {
  sql.run(
    `UPDATE wanted SET blocked = 'another source group maps to the same name; give one of them a name of its own, or both the same into:'
     WHERE blocked IS NULL AND coalesce(basis, '') <> 'link' AND EXISTS (SELECT 1 FROM wanted o WHERE o.folded = wanted.folded AND o.handle <> wanted.handle)`
  )
  sql.run(
    `UPDATE wanted SET blocked = 'another source group maps to the same target group; use into: if that is meant'
     WHERE blocked IS NULL AND coalesce(basis, '') <> 'link' AND target_group IS NOT NULL AND EXISTS (SELECT 1 FROM wanted o WHERE o.target_group = wanted.target_group AND o.handle <> wanted.handle)`
  )
}

/** An exception asks for somebody in the group, by its name or handle. */
const namedIn = "EXISTS (SELECT 1 FROM json_each(?4) e WHERE e.value = w.folded OR e.value = w.handle)"

/** Somebody would join the group: an active customer who is linked, or one of whose addresses the target has. */
const joined = `EXISTS (
  SELECT 1 FROM mapping p
  JOIN (SELECT grp, customer FROM source_membership UNION ALL SELECT i.grp, m.customer FROM source_inclusion i JOIN source_membership m ON m.grp = i.organization) m ON m.grp = p.source_group
  JOIN source_customer c ON c.id = m.customer AND c.gone_at IS NULL AND c.role = 'customer' AND c.excluded IS NULL
  WHERE p.handle = w.handle AND (?3
    OR EXISTS (SELECT 1 FROM customer_link l JOIN target_customer t ON t.id = l.target_customer AND t.gone_at IS NULL WHERE l.source_customer = c.id AND l.target_connection = ?1)
    OR EXISTS (SELECT 1 FROM target_customer t WHERE t.connection = ?1 AND t.gone_at IS NULL
      AND (t.address = c.address OR t.address IN (SELECT a.address FROM source_address a WHERE a.customer = c.id)))))`

export const make = (database: Database): typeof MappingStore.Service => ({
  clear: database.use((sql) => {
    sql.run("DELETE FROM mapping")
    sql.run("DELETE FROM wanted")
    sql.run("DELETE FROM previous")
  }),
  candidates: (connections, after, limit, count) =>
    database.use((sql) => {
      const ids = connections.map((name) => connectionId(sql, name))
      return sql
        .all(
          `SELECT g.id, c.name AS connection, g.kind, g.carrier, g.key, g.name, g.external_id, g.fields, ${count ? memberCount : "0"} AS members
           FROM source_group g JOIN connection c ON c.id = g.connection
           WHERE g.connection IN (${ids.map(() => "?").join(", ")}) AND g.gone_at IS NULL AND g.id > ? ORDER BY g.id LIMIT ?`,
          ...ids,
          after,
          limit
        )
        .map(candidate)
    }),
  store: (mapped) =>
    database.atomically((sql) => {
      for (const item of mapped) storeWish(sql, item)
    }),
  resolve: ({ to, adopt: allowed, naming: { nameLength, slugs }, makes, listIsWhole }) =>
    database.atomically((sql) => {
      const connection = connectionId(sql, to)
      sql.run("UPDATE wanted SET target_group = NULL, basis = NULL, proposal = NULL, proposal_basis = NULL, blocked = NULL")
      if (nameLength !== null) {
        sql.run("UPDATE wanted SET blocked = 'its name has ' || length(name) || ' characters, and the target takes ' || ?1 WHERE length(name) > ?1", nameLength)
      }
      sql.run(
        "UPDATE wanted SET target_group = t.id, basis = 'link' FROM target_group t WHERE t.connection = ? AND t.handle = wanted.handle AND t.key IS NOT NULL",
        connection
      )
      followRenames(sql, connection)
      adopt(sql, connection, "mark", `t.mark_state = '${database.lineage}' AND t.mark_key = w.handle`, "target_group")
      for (const basis of ["externalId", "slug", "name"] as const) {
        adopt(sql, connection, basis, conditions[basis], allowed.includes(basis) ? "target_group" : "proposal")
      }
      blockMeetings(sql)
      sql.run(
        `UPDATE wanted SET blocked = 'a group called "' || name || '" is there already, and its name is a cut one, so nobody knows whether it is the same; give it a short name by name: in its rule'
         WHERE cut = 1 AND target_group IS NULL AND blocked IS NULL AND EXISTS (SELECT 1 FROM target_group t WHERE t.connection = ? AND t.key IS NOT NULL AND t.gone_at IS NULL AND t.folded = wanted.folded)`,
        connection
      )
      if (slugs !== null) Slugs.choose(sql, connection, slugs.longest)
      if (!makes)
        sql.run(
          "UPDATE wanted SET blocked = 'the target has no call to make a group; make it there, and name by adopt: how it is found' WHERE target_group IS NULL AND proposal IS NULL AND blocked IS NULL"
        )
      if (!listIsWhole) {
        sql.run(
          "UPDATE wanted SET blocked = 'the list of the target''s groups could not be read whole, so it might be there already' WHERE target_group IS NULL AND blocked IS NULL"
        )
      }
      sql.run("UPDATE mapping SET target_group = w.target_group, blocked = w.blocked FROM wanted w WHERE w.handle = mapping.handle")
    }),
  toBeMade: ({ always, anybody, empty, to }) =>
    database.use((sql) => {
      const row = sql.get(
        `SELECT 1 FROM wanted w WHERE target_group IS NULL AND blocked IS NULL AND (?2 OR ${namedIn} OR ${joined}) LIMIT 1`,
        connectionId(sql, to),
        empty ? 1 : 0,
        anybody ? 1 : 0,
        JSON.stringify(always)
      )
      return row !== undefined
    }),
  blocked: database.use((sql) =>
    sql
      .all("SELECT handle, name, blocked FROM wanted WHERE blocked IS NOT NULL ORDER BY handle")
      .map((row) => ({ handle: String(row["handle"]), name: String(row["name"]), reason: String(row["blocked"]) }))
  )
})
