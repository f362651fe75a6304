/** Why a held part waits, in words: made while its changes are at hand, and kept with it. */
import type { Frame } from "../src/reconcile/ReconcileStore.ts"
import { connectionId, syncId } from "./Connections.ts"
import type { Statements } from "./Database.ts"

const causeWords: Readonly<Record<string, string>> = {
  left: "left their organization",
  untagged: "tag removed",
  "customer-gone": "deleted at the source",
  "group-gone": "their group is deleted at the source",
  merged: "merged at the source",
  excluded: "now staff, or left out by the config",
  "rule-changed": "the config changed",
  exception: "exceptions.csv",
  "not-wanted": "no rule asks for it",
  joined: "joined",
  tagged: "tagged",
  matched: "newly matched",
  "first-run": "first run",
  restored: "taken out by hand at the target",
  new: "new groups"
}

const whyLines = (sql: Statements, part: number): ReadonlyArray<string> =>
  sql
    .all("SELECT c.op, c.cause, count(*) AS n FROM change c WHERE c.part = ? AND c.op <> 'group.create' GROUP BY 1, 2 ORDER BY 3 DESC", part)
    .map(
      (row) =>
        `${String(row["n"])} ${row["op"] === "assignment.add" ? "would join" : "would leave"}: ${causeWords[String(row["cause"])] ?? String(row["cause"])}`
    )

/** The same people losing one tag and gaining another is a rename, if half of them or more agree. */
const renameProposal = (sql: Statements, frame: Frame, part: number): { readonly why: string; readonly proposal: string } | null => {
  for (const source of frame.sync.from) {
    const connection = connectionId(sql, source)
    const since = sql.get("SELECT read FROM baseline_read WHERE sync = ? AND connection = ?", syncId(sql, frame.sync.name), connection)?.["read"]
    if (since === undefined) continue
    const gained = sql.get(
      `SELECT old.name AS old, new.name AS new, count(DISTINCT cl.person) AS n, (SELECT count(*) FROM change WHERE part = ?1 AND op = 'assignment.remove') AS total, p.rule, p.line
       FROM change ch JOIN claim cl ON cl.claimant = ch.claimant AND cl.grp = ch.grp AND cl.customer = ch.customer
       JOIN source_group old ON old.id = cl.via AND old.kind = 'tag' AND old.connection = ?2
       JOIN source_membership m ON m.customer = cl.person AND m.since > ?3 JOIN source_group new ON new.id = m.grp AND new.kind = 'tag' AND new.id <> old.id
       LEFT JOIN mapping p ON p.source_group = new.id
       WHERE ch.part = ?1 AND ch.op = 'assignment.remove' AND ch.cause = 'untagged' GROUP BY old.id, new.id ORDER BY n DESC LIMIT 1`,
      part,
      connection,
      since
    )
    if (gained === undefined || Number(gained["n"]) * 2 < Number(gained["total"])) continue
    const rule = gained["rule"] === null ? "a rule that takes it" : `rule ${String(gained["rule"])} (line ${String(gained["line"])})`
    return {
      why: `${String(gained["n"])} of them lost tag ${String(gained["old"])} and now carry ${String(gained["new"])}`,
      proposal: `put  previously: [${String(gained["old"])}]  into ${rule}, and nobody leaves`
    }
  }
  return null
}

const adoptionLines = (sql: Statements, part: number): ReadonlyArray<string> =>
  sql
    .all(
      `SELECT w.name, w.proposal_basis AS basis, t.key FROM change c JOIN wanted w ON w.target_group = c.grp JOIN target_group t ON t.id = w.proposal WHERE c.part = ? AND c.op = 'group.create' ORDER BY 1 LIMIT 5`,
      part
    )
    .map(
      (row) =>
        `"${String(row["name"])}" is there already with the same ${String(row["basis"])} (${String(row["key"])}); approving takes it over, adopt.groups: [${String(row["basis"])}] always does`
    )

/** Stores with each open part of the sync what a person should know of it beside the figures of its guard. */
export const store = (sql: Statements, frame: Frame): void => {
  for (const { guard, id } of sql.all("SELECT id, guard FROM held_part WHERE sync = ? AND state = 'open'", syncId(sql, frame.sync.name))) {
    const part = Number(id)
    const rename = renameProposal(sql, frame, part)
    const why = [...whyLines(sql, part), ...(guard === "adoption" ? adoptionLines(sql, part) : []), ...(rename === null ? [] : [rename.why])]
    sql.run("UPDATE held_part SET told = ?, proposal = ? WHERE id = ?", JSON.stringify(why), rename?.proposal ?? null, part)
  }
}
