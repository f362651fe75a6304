/** The mapping of one run over SQLite's temporary tables. */
import * as BlockReason from "../../src/model/BlockReason.ts"
import { foldName, type GroupCarrier, type GroupKind } from "../../src/model/Group.ts"
import { type MappingStore, type Mapped, type NumberedCandidate } from "../../src/reconcile/MappingStore.ts"
import { connectionId, groupKey } from "../database/Intern.ts"
import type { Database } from "../database/Database.ts"
import type { Row, Statements } from "../database/Statements.ts"
import * as GroupSize from "./GroupSize.ts"
import * as GroupRenames from "./GroupRenames.ts"
import * as Slugs from "./Slugs.ts"

const candidate = (row: Row): NumberedCandidate => ({
  number: Number(row["id"]),
  connection: String(row["connection"]),
  prefix: String(row["prefix"]),
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

const take = (sql: Statements, { desired: { draft, handle, rule }, number }: Mapped): void =>
  void sql.run(
    "INSERT INTO mapping (source_group, group_key, rule, line, name) VALUES (?, ?, ?, ?, ?)",
    number,
    handle,
    rule.index,
    rule.place.line,
    draft.name
  )

const storeDesiredGroup = (sql: Statements, mapped: Mapped): void => {
  const { cut, desired, explicitSlug } = mapped
  const { draft, handle } = desired
  take(sql, mapped)
  // The first desired group of a handle names the group: source groups come in the order in which they were first seen.
  sql.run(
    `INSERT OR IGNORE INTO desired_group (group_key, name, folded, slug, description, external_id, explicit_external,
      explicit_slug, cut, custom, missing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    handle,
    draft.name,
    // A name that only stands in meets no other one.
    desired.missing.length === 0 ? foldName(draft.name) : handle,
    draft.slug ?? null,
    draft.description ?? null,
    draft.externalId ?? null,
    desired.explicitExternalId ? 1 : 0,
    explicitSlug ? 1 : 0,
    cut ? 1 : 0,
    JSON.stringify(draft.customFields),
    desired.missing.length === 0 ? null : JSON.stringify(desired.missing)
  )
  for (const old of desired.previousKeys) sql.run("INSERT OR IGNORE INTO previous VALUES (?, ?)", handle, old)
}

/** One step of the search: desired groups still without a group take the one that `condition` names, if it is one alone. */
const adopt = (sql: Statements, to: number, basis: string, condition: string, column: "target_group" | "proposal"): void => {
  const found = `SELECT w.group_key, min(t.id) AS id, count(*) AS n FROM desired_group w
    JOIN target_group t ON t.connection = ?1 AND t.key IS NOT NULL AND t.gone_at IS NULL
    AND (t.group_key IS NULL OR t.group_key = w.group_key) AND t.id NOT IN (SELECT x.target_group FROM desired_group x
      WHERE x.basis = 'previously') AND ${condition} WHERE w.target_group IS NULL AND w.proposal IS NULL
      AND w.blocked IS NULL GROUP BY w.group_key`
  const basisColumn = column === "target_group" ? "basis" : "proposal_basis"
  sql.run(
    `UPDATE desired_group SET blocked = json_object('code', 'several-groups', 'groups', f.n, 'by', ?2) FROM (${found}) f
      WHERE f.group_key = desired_group.group_key AND f.n > 1`,
    to,
    basis
  )
  sql.run(
    `UPDATE desired_group SET ${column} = f.id, ${basisColumn} = ?2 FROM (${found}) f
    WHERE f.group_key = desired_group.group_key AND f.n = 1`,
    to,
    basis
  )
}

/** Groups without a field that their rule's name or external id asks for are skipped; where no group of the rule has it, the rule is meant otherwise. */
const blockMissingFields = (sql: Statements): void => {
  sql.run(
    `UPDATE desired_group SET blocked = json_object('code', iif(r.known, 'field-missing', 'no-such-field'),
      'fields', json(missing), 'rule', r.rule, 'line', r.line)
     FROM mapping m JOIN (SELECT m.rule, min(m.line) AS line, max(w.missing IS NULL) AS known
       FROM mapping m JOIN desired_group w ON w.group_key = m.group_key GROUP BY m.rule) r ON r.rule = m.rule
     WHERE m.group_key = desired_group.group_key AND desired_group.missing IS NOT NULL`
  )
}

const conditions = {
  externalId: "t.external_id IS NOT NULL AND t.external_id = w.external_id",
  slug: "t.slug IS NOT NULL AND w.slug IS NOT NULL AND t.slug = w.slug",
  // A cut name says little of the group behind it.
  name: "t.folded = w.folded AND w.cut = 0"
} as const

/** Two desired groups meeting in one name or one group: who is linked already keeps it, the others wait for the config to say what is meant. */
const blockMeetings = (sql: Statements): void => {
  sql.run(
    `UPDATE desired_group SET blocked = json_object('code', 'name-meets')
     WHERE blocked IS NULL AND coalesce(basis, '') <> 'link'
     AND EXISTS (SELECT 1 FROM desired_group o WHERE o.folded = desired_group.folded
       AND o.group_key <> desired_group.group_key)`
  )
  sql.run(
    `UPDATE desired_group SET blocked = json_object('code', 'group-meets')
     WHERE blocked IS NULL AND coalesce(basis, '') <> 'link' AND target_group IS NOT NULL
     AND EXISTS (SELECT 1 FROM desired_group o WHERE o.target_group = desired_group.target_group
       AND o.group_key <> desired_group.group_key)`
  )
}

/** An exception asks for somebody in the group, by its name or handle. */
const namedIn = "EXISTS (SELECT 1 FROM json_each(?4) e WHERE e.value = w.folded OR e.value = w.group_key)"

/** Somebody would join the group: an active customer who is linked, or one of whose addresses the target has. */
const joined = `EXISTS (
  SELECT 1 FROM mapping p
  JOIN group_member m ON m.group_id = p.source_group JOIN active_customer c ON c.id = m.source_customer_id
  WHERE p.group_key = w.group_key AND (?3
    OR EXISTS (SELECT 1 FROM customer_link l JOIN target_customer t ON t.id = l.target_customer_id AND t.gone_at IS NULL
      WHERE l.source_customer_id = c.id AND l.target_connection = ?1)
    OR EXISTS (SELECT 1 FROM target_customer t WHERE t.connection = ?1 AND t.gone_at IS NULL AND t.address = c.address)
    OR EXISTS (SELECT 1 FROM source_address a CROSS JOIN target_customer t ON t.connection = ?1 AND t.gone_at IS NULL
      AND t.address = a.address WHERE a.source_customer_id = c.id)))`

export const make = (database: Database): typeof MappingStore.Service => ({
  clear: database.use((sql) => {
    sql.run("DELETE FROM mapping")
    sql.run("DELETE FROM desired_group")
    sql.run("DELETE FROM previous")
  }),
  candidates: (connections, after, limit, count) =>
    database.use((sql) => {
      const ids = connections.map((name) => connectionId(sql, name))
      if (count && after === null) GroupSize.countAll(sql)
      // By number: by connection all groups would be read and sorted for each page.
      return sql
        .all(
          `SELECT g.id, k.name AS connection, k.prefix, g.kind, g.carrier, g.key, g.name, g.external_id, g.fields,
            ${count ? "coalesce((SELECT members FROM group_size WHERE group_id = g.id), 0)" : "0"} AS members
           FROM source_group g CROSS JOIN connection k ON k.id = g.connection
           WHERE +g.connection IN (${ids.map(() => "?").join(", ")}) AND g.gone_at IS NULL AND g.id > ?
           ORDER BY g.id LIMIT ?`,
          ...ids,
          after ?? 0,
          limit
        )
        .map(candidate)
    }),
  take: (mapped) =>
    database.atomically((sql) => {
      for (const item of mapped) take(sql, item)
    }),
  store: (mapped) =>
    database.atomically((sql) => {
      for (const item of mapped) storeDesiredGroup(sql, item)
    }),
  resolve: ({ sync, to, adopt: allowed, naming: { nameLength, slugs }, makes, names, renames, listIsWhole }) =>
    database.atomically((sql) => {
      const connection = connectionId(sql, to)
      sql.run(`UPDATE desired_group SET target_group = NULL, basis = NULL, proposal = NULL, proposal_basis = NULL,
        blocked = NULL`)
      if (nameLength !== null) {
        sql.run(
          `UPDATE desired_group SET blocked = json_object('code', 'name-too-long', 'characters', length(name), 'most',
            CAST(?1 AS INTEGER)) WHERE length(name) > ?1`,
          nameLength
        )
      }
      blockMissingFields(sql)
      sql.run(
        `UPDATE desired_group SET target_group = t.id, basis = 'link' FROM target_group t
          WHERE t.connection = ? AND t.group_key = desired_group.group_key AND t.key IS NOT NULL`,
        connection
      )
      GroupRenames.follow(sql, connection)
      GroupRenames.keepOwn(sql, connection, sync, database.lineage)
      adopt(
        sql,
        connection,
        "mark",
        `t.mark_state
        = '${database.lineage}' AND t.mark_key = w.group_key`,
        "target_group"
      )
      for (const basis of ["externalId", "slug", "name"] as const) {
        adopt(sql, connection, basis, conditions[basis], allowed.includes(basis) ? "target_group" : "proposal")
      }
      GroupRenames.proposeRecreated(sql, connection)
      blockMeetings(sql)
      if (renames) GroupRenames.blockTakenNames(sql, connection, names)
      sql.run(
        `UPDATE desired_group SET blocked = json_object('code', 'cut-name', 'name', name)
         WHERE cut = 1 AND target_group IS NULL AND blocked IS NULL
         AND EXISTS (SELECT 1 FROM target_group t WHERE t.connection = ? AND t.key IS NOT NULL AND t.gone_at IS NULL
           AND t.folded = desired_group.folded)`,
        connection
      )
      if (slugs !== null) Slugs.choose(sql, connection, slugs.longest)
      if (!makes)
        sql.run(`UPDATE desired_group SET blocked = json_object('code', 'no-create-call')
          WHERE target_group IS NULL AND proposal IS NULL AND blocked IS NULL`)
      if (!listIsWhole) {
        sql.run(`UPDATE desired_group SET blocked = json_object('code', 'list-incomplete')
          WHERE target_group IS NULL AND blocked IS NULL`)
      }
      sql.run(`UPDATE mapping SET target_group = w.target_group, blocked = w.blocked FROM desired_group w
        WHERE w.group_key = mapping.group_key`)
    }),
  toBeMade: ({ always, anybody, empty, to }) =>
    database.use((sql) => {
      const row = sql.get(
        `SELECT 1 FROM desired_group w WHERE target_group IS NULL AND blocked IS NULL
          AND (?2 OR ${namedIn} OR ${joined}) LIMIT 1`,
        connectionId(sql, to),
        empty ? 1 : 0,
        anybody ? 1 : 0,
        JSON.stringify(always.map((name) => groupKey(sql, name)))
      )
      return row !== undefined
    }),
  blocked: database.use((sql) =>
    sql
      .all("SELECT group_key, name, blocked FROM desired_group WHERE blocked IS NOT NULL ORDER BY group_key")
      .map((row) => ({ handle: String(row["group_key"]), name: String(row["name"]), reason: BlockReason.decode(String(row["blocked"])) }))
  )
})
