/** Slugs of groups that are named by one which we choose: no two alike, and the same in every run. */
import * as BlockReason from "../../src/model/BlockReason.ts"
import * as Naming from "../../src/reconcile/Naming.ts"
import type { Row, Statements } from "../database/Statements.ts"

/** The slug belongs to another desired group of this mapping, or to a group that another desired group has or had. */
const isTaken = (sql: Statements, connection: number, slug: string, handle: string): boolean =>
  sql.get(
    `SELECT 1 FROM desired_group WHERE slug = ?1 AND group_key <> ?2
     UNION ALL SELECT 1 FROM target_group WHERE connection = ?3 AND coalesce(key, slug) = ?1
     AND coalesce(group_key, '') <> ?2 LIMIT 1`,
    slug,
    handle,
    connection
  ) !== undefined

const block = (sql: Statements, { group_key: key }: Row, reason: BlockReason.BlockReason): void => {
  sql.run("UPDATE desired_group SET blocked = ? WHERE group_key = ? AND blocked IS NULL", BlockReason.encode(reason), key)
}

/**
 * Gives every desired group without a group a slug of its own. One that is empty, too long or anybody else's too ends in four characters of the
 * desired group's handle, whichever came first; one that the config names is taken as it is or not at all.
 */
export const choose = (sql: Statements, connection: number, longest: number): void => {
  sql.run("UPDATE desired_group SET slug = t.key FROM target_group t WHERE t.id = desired_group.target_group")
  const open = sql.all(`SELECT group_key, slug, explicit_slug FROM desired_group
    WHERE target_group IS NULL AND blocked IS NULL ORDER BY group_key`)
  const chosen: Array<readonly [handle: string, slug: string]> = []
  for (const row of open) {
    const [handle, slug] = [String(row["group_key"]), String(row["slug"] ?? "")]
    const fits = slug !== "" && slug.length <= longest
    const taken = fits && isTaken(sql, connection, slug, handle)
    if (fits && !taken) continue
    if (row["explicit_slug"] === 0) chosen.push([handle, Naming.cut(slug, longest, handle)])
    else block(sql, row, taken ? { code: "slug-taken", slug } : { code: "slug-refused", most: longest })
  }
  // Not before all are looked at: of two that meet, both are given another one.
  for (const [handle, slug] of chosen) sql.run("UPDATE desired_group SET slug = ? WHERE group_key = ?", slug, handle)
  sql.run(
    `UPDATE desired_group SET blocked = json_object('code', 'no-free-slug')
     WHERE blocked IS NULL AND target_group IS NULL AND (EXISTS (SELECT 1 FROM desired_group o
       WHERE o.slug = desired_group.slug AND o.group_key <> desired_group.group_key)
       OR EXISTS (SELECT 1 FROM target_group t WHERE t.connection = ? AND t.key = desired_group.slug
         AND coalesce(t.group_key, '') <> desired_group.group_key))`,
    connection
  )
}
