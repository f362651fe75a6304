/** Defects that somebody could make: each a change of the engine's text that still compiles, and does what it must not. */

export interface Mutant {
  readonly name: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly text: string
  readonly instead: string
  /** A test that must notice it where no history can tell: what it lets through, other limits still hold. */
  readonly test?: string
}

export const mutants: ReadonlyArray<Mutant> = [
  {
    name: "a refused list counts as read whole",
    file: "src/read/StreamReader.ts",
    text: "reason: refusal ?? judge({ declaration, pages }, progress)",
    instead: "reason: refusal === null ? judge({ declaration, pages }, progress) : null"
  },
  {
    name: "what others put in is removed too",
    file: "state/Difference.ts",
    text: `sync.removals === "ours" ? "('applied', 'adopted')"`,
    instead: `sync.removals === "ours" ? "('applied', 'adopted', 'found')"`
  },
  {
    name: "who was there already counts as added by us",
    file: "src/apply/Rows.ts",
    text: `if (changed === "none") return same(call, () => "found")`,
    instead: `if (changed === "none") return same(call, () => "applied")`
  },
  {
    name: "what a killed run left under way is not settled",
    file: "src/apply/Evidence.ts",
    text: "yield* Effect.forEach(calls, (call) => settle(sight, call), { discard: true })",
    instead: `yield* Effect.forEach(calls, (call) => call.op.startsWith("group.") ? journal.settleGroup(call, "undone", null) : journal.settleRows(call, new Map(), null), { discard: true })`
  },
  {
    name: "runs in which something is held move the baseline",
    file: "state/SqlitePlan.ts",
    text: `if (number(sql, "SELECT count(*) AS n FROM held_part WHERE sync = ? AND state = 'open'", sync) > 0) return`,
    instead: "",
    test: "test/promises/Invariants.test.ts"
  },
  {
    name: "what people took out is put back unasked",
    file: "state/Holds.ts",
    text: `frame.sync.drift === "ask"`,
    instead: `frame.sync.drift === "accept"`
  },
  {
    name: "the time of grace is over at once",
    file: "state/Difference.ts",
    text: "`(${claim}.lapsed_reads >= ?2 AND ${claim}.lapsed_at <= ?3)`",
    instead: "`(${claim}.lapsed_reads >= min(1, ?2) AND ${claim}.lapsed_at <= max(?3, ${claim}.lapsed_at))`"
  },
  {
    name: "a changed address loses the match",
    file: "state/SqliteReconcile.ts",
    text: `sql.run("DELETE FROM held_identity")`,
    instead: `sql.run("DELETE FROM held_identity"); sql.run("DELETE FROM customer_link WHERE basis = 'email' AND value IS NOT (SELECT address FROM source_customer c WHERE c.id = source_customer)")`
  },
  {
    name: "an approval covers later rows too",
    file: "state/SqlitePlan.ts",
    text: "UPDATE change SET dropped = 'only' WHERE dropped IS NULL AND (op, grp, customer) NOT IN",
    instead: "UPDATE change SET dropped = 'only' WHERE dropped IS NULL AND 0 AND (op, grp, customer) NOT IN"
  },
  {
    name: "of two customers with one address the first is taken",
    file: "state/SqliteReconcile.ts",
    text: "FROM (${found}) WHERE n = 1 AND id NOT IN (SELECT source_customer FROM held_identity)`",
    instead: "FROM (${found}) WHERE n >= 1`"
  },
  {
    name: "an exception never takes anybody out",
    file: "state/Claims.ts",
    text: `else sql.run("DELETE FROM desired WHERE grp = ? AND customer = ?", grp, customer)`,
    instead: ""
  },
  {
    name: "the ledger does not follow what calls did",
    file: "state/Settling.ts",
    text: `if (result === "applied" || result === "found") {`,
    instead: `if (result === "found") {`
  },
  {
    name: "limits forget what earlier runs of the day did",
    file: "state/Lately.ts",
    text: "now - day",
    instead: "now"
  },
  {
    name: "what was taken back is done again at once",
    file: "state/Difference.ts",
    text: "sql.run(`${pinned} (grp, customer) IN (SELECT grp, customer FROM pin)`)",
    instead: ""
  },
  {
    name: "what changes do not tell is gone",
    file: "state/SqliteSnapshot.ts",
    text: `part.complete && part.by === "list"`,
    instead: "part.complete",
    test: "test/run/Incremental.test.ts"
  },
  {
    name: "of what changes tell twice the first counts",
    file: "state/Staging.ts",
    text: "AND telling < ${last}",
    instead: "AND telling = ${last}",
    test: "test/run/Incremental.test.ts"
  },
  {
    name: "how many changes there are counts as a size",
    file: "state/LastList.ts",
    text: "AND y.changes = 0",
    instead: "",
    test: "test/promises/ChangeFaults.test.ts"
  },
  {
    name: "what is left of changes that broke off is believed",
    file: "src/read/StreamReader.ts",
    text: "yield* store.unstage(before)",
    instead: "",
    test: "test/promises/ChangeFaults.test.ts"
  }
]
