/** Groups of targets as they are shown, over SQLite. */
import { foldName, type TargetGroup } from "../../src/model/Group.ts"
import type { Statements } from "../database/Statements.ts"

/** Stores a group as the target shows it now and answers its number. What the answer did not show stays as it was known. */
export const store = (sql: Statements, connection: number, group: TargetGroup, now: number): number => {
  const { mark, marksShown } = group
  sql.run(
    `INSERT INTO target_group (connection, key, name, folded, slug, description, external_id, mark_state, mark_key,
      count, counted_at, created_at, mark_writer, mark_machine, mark_written_at, mark_seen_at)
     VALUES (?1, ?2, ?3, ?13, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?14, ?15, ?16, iif(?12, ?10, NULL))
     ON CONFLICT (connection, key) DO UPDATE SET name = excluded.name, folded = excluded.folded,
     slug = coalesce(excluded.slug, slug), description = coalesce(excluded.description, description),
       external_id = coalesce(excluded.external_id, external_id),
       mark_state = iif(?12, excluded.mark_state, mark_state), mark_key = iif(?12, excluded.mark_key, mark_key),
       mark_writer = iif(?12, excluded.mark_writer, mark_writer),
       mark_machine = iif(?12, excluded.mark_machine, mark_machine),
       mark_written_at = iif(?12, excluded.mark_written_at, mark_written_at),
       mark_seen_at = iif(?12, excluded.mark_seen_at, mark_seen_at), count = coalesce(excluded.count, count),
       counted_at = excluded.counted_at,
       created_at = coalesce(excluded.created_at, created_at), gone_at = NULL`,
    connection,
    group.id,
    group.name,
    group.slug ?? null,
    group.description ?? null,
    group.externalId ?? null,
    mark?.state ?? null,
    // Shown, and empty: it carries none.
    mark?.key ?? (marksShown ? "" : null),
    group.count ?? null,
    now,
    group.createdAt ?? null,
    marksShown ? 1 : 0,
    foldName(group.name),
    mark?.writer?.run ?? null,
    mark?.writer?.machine ?? null,
    mark?.writer?.at ?? null
  )
  return Number(sql.get("SELECT id FROM target_group WHERE connection = ? AND key = ?", connection, group.id)?.["id"])
}
