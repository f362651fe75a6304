/** What only a changed config brings about, seen from the config at the baseline, in SQL. */
import type { SyncConfig } from "../../src/config/Config.ts"
import * as Meaning from "../../src/config/Meaning.ts"
import type { Frame } from "../../src/reconcile/ReconcileStore.ts"
import { connectionId, syncId } from "../database/Intern.ts"
import type { Statements } from "../database/Statements.ts"

type Meant = ReadonlyArray<string>

/** What the config meant at the baseline, and when that was. */
const baseline = (sql: Statements, sync: SyncConfig): { readonly at: number; readonly meant: Meant } | null => {
  const row = sql.get("SELECT at, meaning FROM baseline WHERE sync = ?", syncId(sql, sync.name))
  return row === undefined ? null : { at: Number(row["at"]), meant: JSON.parse(String(row["meaning"])) as Meant }
}

/** Rows that no claim ever wanted, or whose claim had ended already when the last good run left them as they were: a changed `removals:` or `from:` brings them up. */
const released = (sync: SyncConfig, at: number, meant: Meant): string => {
  const added = sync.meaning.filter((line) => !meant.includes(line))
  const ended = `(claimant, group_id, target_customer_id) IN (SELECT claimant, group_id, target_customer_id FROM claim
    WHERE expired_at <= ${at})`
  const foreign = `(claimant IS NULL OR (group_id, target_customer_id) IN (SELECT group_id, target_customer_id
    FROM assignment WHERE origin = 'found'))`
  if (added.includes("removals: all")) return meant.includes("removals: never") ? `(${foreign} OR ${ended})` : foreign
  return added.includes("removals: ours") && meant.includes("removals: never") ? ended : added.some((line) => line.startsWith("from ")) ? ended : "false"
}

/** Whom a changed option of a connection leaves out. */
const leftOut = (sql: Statements, sync: SyncConfig, meant: Meant): string => {
  const changed = sync.from.filter((name) => Meaning.hasOtherOptions(name, sync.meaning, meant)).map((name) => connectionId(sql, name))
  return `(cause = 'excluded' AND (claimant, group_id, target_customer_id) IN
    (SELECT l.claimant, l.group_id, l.target_customer_id FROM claim l
      JOIN source_customer p ON p.id = l.source_customer_id
    WHERE p.excluded IS NOT NULL AND p.connection IN (${changed.join(", ")})))`
}

/** Groups that are to be named otherwise though no source group behind them is new or says anything else than at the baseline. */
const renamed = (sql: Statements, sync: SyncConfig): string =>
  `(op = 'group.update' AND group_id NOT IN (SELECT m.target_group FROM mapping m
    JOIN source_group s ON s.id = m.source_group
    JOIN baseline_read r ON r.sync = ${syncId(sql, sync.name)} AND r.connection = s.connection
    WHERE m.target_group IS NOT NULL AND max(s.since, s.changed) > r.read))`

/** The condition on a `change` that only a changed config makes, or a version of the program that reads the same rules otherwise. */
export const condition = (sql: Statements, { sync }: Frame): string => {
  const before = baseline(sql, sync)
  if (before === null) return "cause = 'rule-changed'"
  const removals = `(${released(sync, before.at, before.meant)} OR ${leftOut(sql, sync, before.meant)})`
  const isChanged = JSON.stringify(before.meant) !== JSON.stringify(sync.meaning)
  return `(cause = 'rule-changed' OR (op = 'assignment.remove' AND ${removals})${isChanged ? ` OR ${renamed(sql, sync)}` : ""})`
}

/** What makes new matches of a source the config's doing: ways of matching that are new, and whether an option decides anew who is left out. */
export const matching = (sql: Statements, sync: SyncConfig, source: string): { readonly bases: ReadonlyArray<string>; readonly options: boolean } => {
  const before = baseline(sql, sync)
  if (before === null) return { bases: [], options: false }
  const options = Meaning.hasOtherOptions(source, sync.meaning, before.meant)
  return { bases: [...Meaning.newBases(sync.match, before.meant), ...(options ? [Meaning.otherAddress] : [])], options }
}
