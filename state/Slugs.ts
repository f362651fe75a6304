/** Slugs of groups that are named by one which we choose: no two alike, and the same in every run. */
import * as Naming from "../src/reconcile/Naming.ts"
import type { Row, Statements } from "./Database.ts"

/** The slug belongs to another wish of this mapping, or to a group that another wish has or had. */
const isTaken = (sql: Statements, connection: number, slug: string, handle: string): boolean =>
  sql.get(
    `SELECT 1 FROM wanted WHERE slug = ?1 AND handle <> ?2
     UNION ALL SELECT 1 FROM target_group WHERE connection = ?3 AND coalesce(key, slug) = ?1 AND coalesce(handle, '') <> ?2 LIMIT 1`,
    slug,
    handle,
    connection
  ) !== undefined

const block = (sql: Statements, { handle }: Row, reason: string): void => {
  sql.run("UPDATE wanted SET blocked = ? WHERE handle = ? AND blocked IS NULL", reason, handle)
}

/**
 * Gives every wish without a group a slug of its own. One that is empty, too long or anybody else's too ends in four characters of the
 * wish's handle, whoever came first; one that the config names is taken as it is or not at all.
 */
export const choose = (sql: Statements, connection: number, longest: number): void => {
  sql.run("UPDATE wanted SET slug = t.key FROM target_group t WHERE t.id = wanted.target_group")
  const open = sql.all("SELECT handle, slug, explicit_slug FROM wanted WHERE target_group IS NULL AND blocked IS NULL ORDER BY handle")
  const chosen: Array<readonly [handle: string, slug: string]> = []
  for (const row of open) {
    const [handle, slug] = [String(row["handle"]), String(row["slug"] ?? "")]
    const fits = slug !== "" && slug.length <= longest
    const taken = fits && isTaken(sql, connection, slug, handle)
    if (fits && !taken) continue
    if (row["explicit_slug"] === 0) chosen.push([handle, Naming.cut(slug, longest, handle)])
    else
      block(
        sql,
        row,
        taken
          ? `another group has the slug "${slug}" that its rule names; put into: into both rules if one group is meant`
          : `the target cannot take the slug that its rule names (at most ${longest} characters)`
      )
  }
  // Not before all are looked at: of two that meet, both are given another one.
  for (const [handle, slug] of chosen) sql.run("UPDATE wanted SET slug = ? WHERE handle = ?", slug, handle)
  sql.run(
    `UPDATE wanted SET blocked = 'no slug could be found that is no other group''s; name one by slug: in its rule'
     WHERE blocked IS NULL AND target_group IS NULL AND (EXISTS (SELECT 1 FROM wanted o WHERE o.slug = wanted.slug AND o.handle <> wanted.handle)
       OR EXISTS (SELECT 1 FROM target_group t WHERE t.connection = ? AND t.key = wanted.slug AND coalesce(t.handle, '') <> wanted.handle))`,
    connection
  )
}
