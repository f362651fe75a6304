/** What only a changed config brings about, seen from the config at the baseline, in SQL. */
import type { SyncConfig } from "../src/config/Config.ts"
import * as Meaning from "../src/config/Meaning.ts"
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import { connectionId, syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"

type Meant = ReadonlyArray<string>

/** What the config meant at the baseline, and when that was. */
const baseline = (sql: Statements, sync: SyncConfig): { readonly at: number; readonly meant: Meant } | null => {
  const row = sql.get("SELECT at, meaning FROM baseline WHERE sync = ?", syncId(sql, sync.name))
  return row === undefined ? null : { at: Number(row["at"]), meant: JSON.parse(String(row["meaning"])) as Meant }
}

/** Rows that nobody ever wished, or whose wish had ended already when the last good run left them as they were: a changed `removals:` or `from:` brings them up. */
const released = (sync: SyncConfig, at: number, meant: Meant): string => {
  const added = sync.meaning.filter((line) => !meant.includes(line))
  const ended = `(claimant, grp, customer) IN (SELECT claimant, grp, customer FROM claim WHERE lapsed_at <= ${at})`
  const foreign = "(claimant IS NULL OR (grp, customer) IN (SELECT grp, customer FROM assignment WHERE origin = 'found'))"
  if (added.includes("removals: all")) return meant.includes("removals: never") ? `(${foreign} OR ${ended})` : foreign
  return added.includes("removals: ours") && meant.includes("removals: never") ? ended : added.some((line) => line.startsWith("from ")) ? ended : "false"
}

/** Whom a changed option of a connection leaves out. */
const leftOut = (sql: Statements, sync: SyncConfig, meant: Meant): string => {
  const changed = sync.from.filter((name) => Meaning.hasOtherOptions(name, sync.meaning, meant)).map((name) => connectionId(sql, name))
  return `(cause = 'excluded' AND (claimant, grp, customer) IN (SELECT l.claimant, l.grp, l.customer FROM claim l JOIN source_customer p ON p.id = l.person
    WHERE p.excluded IS NOT NULL AND p.connection IN (${changed.join(", ")})))`
}

/** The condition on a `change` that only a changed config makes. */
export const condition = (sql: Statements, { sync }: Frame): string => {
  const before = baseline(sql, sync)
  const removals = before === null ? "false" : `(${released(sync, before.at, before.meant)} OR ${leftOut(sql, sync, before.meant)})`
  return `(cause = 'rule-changed' OR (op = 'assignment.remove' AND ${removals}))`
}

/** What makes new matches of a source the config's doing: ways of matching that are new, and whether an option decides anew who is left out. */
export const matching = (sql: Statements, sync: SyncConfig, source: string): { readonly bases: ReadonlyArray<string>; readonly options: boolean } => {
  const before = baseline(sql, sync)
  if (before === null) return { bases: [], options: false }
  const options = Meaning.hasOtherOptions(source, sync.meaning, before.meant)
  return { bases: [...Meaning.newBases(sync.match, before.meant), ...(options ? [Meaning.otherAddress] : [])], options }
}
