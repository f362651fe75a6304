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
    file: "src/reconcile/Expiry.ts",
    text: `(row.origin === "found" && (removals !== "all" || !row.isMapped))`,
    instead: `(row.origin === "found" && !row.isMapped)`
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
    text: "yield* Effect.forEach(calls, (call) => Effect.zipRight(journal.noteLost(call), settle(sight, call)), { discard: true })",
    instead: `yield* Effect.forEach(calls, (call) => call.op.startsWith("group.") ? journal.settleGroup(call, "undone", null) : journal.settleRows(call, new Map(), null), { discard: true })`
  },
  {
    name: "runs in which something is held move the baseline",
    file: "state/plan/SqlitePlanStore.ts",
    text: `if (number(sql, "SELECT count(*) AS n FROM held_part WHERE sync = ? AND state = 'open' AND guard <> 'configGone'", sync) > 0) return`,
    instead: "",
    test: "test/promises/Invariants.test.ts"
  },
  {
    name: "what people took out is put back unasked",
    file: "state/plan/Holds.ts",
    text: `frame.sync.drift === "ask"`,
    instead: `frame.sync.drift === "accept"`
  },
  {
    name: "the time of grace is over at once",
    file: "src/reconcile/Expiry.ts",
    text: "reads >= grace.reads && at <= now - Duration.toMillis(grace.for)",
    instead: "reads >= Math.min(1, grace.reads) && at <= now + Duration.toMillis(grace.for)"
  },
  {
    name: "a changed address loses the match",
    file: "state/reconcile/CustomerIdentity.ts",
    text: "WHERE c.connection = ?1 AND l.target_customer_id NOT IN",
    instead: "WHERE c.connection = ?1 AND (l.basis <> 'email' OR l.value IS c.address) AND l.target_customer_id NOT IN"
  },
  {
    name: "an approval covers later rows too",
    file: "state/plan/SqlitePlanStore.ts",
    text: "AND (op, group_id, target_customer_id) NOT IN (SELECT op, group_id, target_customer_id FROM held_row\n            WHERE part = ?1)",
    instead: "AND 0"
  },
  {
    name: "of two customers with one address the first is taken",
    file: "state/reconcile/CustomerIdentity.ts",
    text: "WHERE f.targets = 1 AND f.source_customer_id NOT IN (SELECT source_customer_id FROM ambiguous_customer)`",
    instead: "WHERE f.targets >= 1`"
  },
  {
    name: "an exception never takes anybody out",
    file: "state/reconcile/Claims.ts",
    text: "sql.run(`DELETE FROM desired WHERE (group_id, target_customer_id) IN (${Exceptions.never})`)",
    instead: ""
  },
  {
    name: "the ledger does not follow what calls did",
    file: "state/apply/Settlement.ts",
    text: `if (result === "applied" || result === "found") {`,
    instead: `if (result === "found") {`
  },
  {
    name: "limits forget what earlier runs of the day did",
    file: "state/plan/RollingWindow.ts",
    text: "now - window",
    instead: "now"
  },
  {
    name: "what was taken back is done again at once",
    file: "state/reconcile/Diff.ts",
    text: "sql.run(`${pinned} (group_id, target_customer_id) IN (SELECT group_id, target_customer_id FROM undo_pin)`)",
    instead: ""
  },
  {
    name: "a source without any row is believed",
    file: "state/plan/EmptySource.ts",
    text: "if (now > 0) continue",
    instead: "if (now >= 0) continue",
    test: "test/run/EmptySource.test.ts"
  },
  {
    name: "another account's view is believed",
    file: "state/reconcile/ActorViews.ts",
    text: "AND k.earlier_actor IS NOT NULL",
    instead: "AND k.earlier_actor = ''",
    test: "test/run/Actor.test.ts"
  },
  {
    name: "a row that reappears has lost its origin",
    file: "state/reconcile/SqliteReconcileStore.ts",
    text: "Vanished.restore(sql, now)",
    instead: "",
    test: "test/run/TargetLag.test.ts"
  },
  {
    name: "of two machines with copies of one state both write",
    file: "src/apply/LastWriter.ts",
    text: "return shown.filter((one) => isOthers(known, one))",
    instead: "return shown.filter((one) => isOthers(known, one) && one.writer === null)"
  },
  {
    name: "a state that has written nothing yet makes what another copy of it made",
    file: "src/run/ObserveTarget.ts",
    text: "const age = hasWritten || listed",
    instead: "const age = !hasWritten || listed"
  },
  {
    name: "what another machine put in is not ours once this one goes on",
    file: "state/database/LastWriter.ts",
    text: `sql.run(rereadGroups("?"), connection)`,
    instead: ""
  },
  {
    name: "a list that lags is believed",
    file: "src/read/TargetReader.ts",
    text: "const wait = ReadLag.wait(lag, first.writtenAt, now)",
    instead: "const wait = ReadLag.wait({ ...lag, millis: 0 }, first.writtenAt, now)"
  },
  {
    name: "what a repeated call calls skipped is somebody else's",
    file: "src/apply/Rows.ts",
    text: "mayBeOurs(call, outcome) ? yield* Evidence.skipped(work, call) : outcome",
    instead: "outcome",
    test: "test/run/TargetLag.test.ts"
  },
  {
    name: "a renamed source is another one, though its account is the same",
    file: "src/run/ConfigGone.ts",
    text: "return twins.length === 1 && heirs.length === 1 && name !== undefined ? [{ old, name }] : []",
    instead: "return twins.length === 0 && name !== undefined ? [{ old, name }] : []"
  },
  {
    name: "a renamed target or sync begins anew, and nobody is asked",
    file: "src/run/ConfigGone.ts",
    text: "blocked: findings.some(({ blocks }) => blocks.includes(sync)),",
    instead: "blocked: false,"
  },
  {
    name: "a command that renames leaves what rests on the old name",
    file: "state/run/Renames.ts",
    text: "sql.run(`UPDATE ${kind} SET name = ? WHERE id = ?`, name, id)",
    instead: ""
  },
  {
    name: "one of two new names of an account is taken for the old one",
    file: "src/run/ConfigGone.ts",
    text: "twins.length === 1 && heirs.length === 1 && name",
    instead: "twins.length === 1 && name",
    test: "test/run/ConfigGone.test.ts"
  },
  {
    name: "a group of ours is made again under another key",
    file: "state/reconcile/SqliteMappingStore.ts",
    text: "GroupRenames.keepOwn(sql, connection, sync, database.lineage)",
    instead: "",
    test: "test/run/OwnGroups.test.ts"
  },
  {
    name: "what changes do not tell is gone",
    file: "state/read/SqliteSnapshotStore.ts",
    text: `part.complete && part.by === "list"`,
    instead: "part.complete",
    test: "test/run/Incremental.test.ts"
  },
  {
    name: "of what changes tell twice the first counts",
    file: "state/read/Staging.ts",
    text: "AND report < ${last}",
    instead: "AND report = ${last}",
    test: "test/run/Incremental.test.ts"
  },
  {
    name: "how many changes there are counts as a size",
    file: "state/read/LastFullRead.ts",
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
  },
  {
    name: "a held part counts rows as people",
    file: "state/plan/HeldParts.ts",
    text: "count(DISTINCT target_customer_id) FILTER (WHERE op = 'assignment.remove') AS leave",
    instead: "count(*) AS leave",
    test: "test/run/HeldCounts.test.ts"
  },
  {
    name: "a few people who moved make a rename",
    file: "src/reconcile/Rename.ts",
    text: "moved > 0 && moved * 2 >= had",
    instead: "moved > 0 && had > 0",
    test: "test/reconcile/Rename.test.ts"
  },
  {
    name: "the group of an organization that was made again is emptied",
    file: "state/plan/Holds.ts",
    text: "OR (op = 'assignment.remove' AND group_id IN (SELECT proposal",
    instead: "OR (op = 'group.delete' AND group_id IN (SELECT proposal"
  },
  {
    name: "two groups get one name by a rename",
    file: "state/reconcile/GroupRenames.ts",
    text: "while (blocked() > 0)",
    instead: "while (false && blocked() > 0)",
    test: "test/run/Renamed.test.ts"
  },
  {
    name: "a changed config renames groups unasked",
    file: "state/reconcile/ConfigChange.ts",
    text: "const isChanged = JSON.stringify(before.meant) !== JSON.stringify(sync.meaning)",
    instead: "const isChanged = JSON.stringify(before.meant) === JSON.stringify(sync.meaning) && before.at < 0",
    test: "test/run/ConfigChange.test.ts"
  },
  {
    name: "a look misses whose address was taken",
    file: "state/reconcile/CustomerIdentity.ts",
    text: "    judgeLinked(sql, matching)",
    instead: "    if (kept !== null) judgeLinked(sql, matching)",
    test: "test/run/Agreement.test.ts"
  },
  {
    name: "explain forgets the time of grace",
    file: "src/explain/Verdict.ts",
    text: "lapsed === null ? 1 : lapsed.reads + 1",
    instead: "lapsed === null ? 9 : lapsed.reads + 9",
    test: "test/run/ExplainNext.test.ts"
  },
  {
    name: "a limit that is reached is passed",
    file: "src/plan/Judgement.ts",
    text: "tripped: applies && removals > 0 && value > limit",
    instead: "tripped: applies && removals > 0 && value >= limit",
    test: "test/plan/Judgement.test.ts"
  },
  {
    name: "exception by name",
    file: "state/reconcile/Exceptions.ts",
    text: "before.groups.length > 0 ? before.groups : [",
    instead: "before.groups.length > before.groups.length ? before.groups : [",
    test: "test/run/Exceptions.test.ts"
  },
  {
    name: "an exceptions file that lost its lines means no exceptions",
    file: "state/reconcile/Exceptions.ts",
    text: "if (frame.sync.exceptions.length === 0) return",
    instead: ""
  },
  {
    name: "a rename that the config follows already is proposed again",
    file: "src/reconcile/Rename.ts",
    text: "isRename(move) && !move.isKnown",
    instead: "isRename(move) && move.isKnown !== null",
    test: "test/run/Renamed.test.ts"
  },
  {
    name: "a field that a group does not have is an empty text in its name",
    file: "src/reconcile/Rules.ts",
    text: `[...new Set([...lacking(rule.name ?? "", candidate), ...partly])]`,
    instead: "partly",
    test: "test/cli/NameFields.test.ts"
  },
  {
    name: "a run goes by what is left of a config that is not right",
    file: "src/cli/World.ts",
    text: "(invalid === null ? Effect.succeed(loaded) : Effect.fail(invalid))",
    instead: '(loaded.file !== "" ? Effect.succeed(loaded) : Effect.fail(invalid!))',
    test: "test/cli/Around.test.ts"
  },
  {
    name: "a state that cannot be written cannot be looked at",
    file: "state/database/Database.ts",
    text: `purpose !== "look" || cause instanceof StateError`,
    instead: `purpose === "look" || cause instanceof StateError`,
    test: "test/cli/Around.test.ts"
  },
  {
    name: "a migration that was cut off is over",
    file: "state/query/OpenMigration.ts",
    text: `if (row === undefined || row["last"] === null) return null`,
    instead: `if (row !== undefined) return null`,
    test: "test/run/Migration.test.ts"
  },
  {
    name: "what a run found before it knew of another copy stays found",
    file: "state/reconcile/OthersRows.ts",
    text: "(a.origin IS NULL OR (a.origin = 'found' AND",
    instead: "(a.origin IS NULL OR (a.origin = 'adopted' AND"
  },
  {
    name: "another copy's groups are looked for until the first run only",
    file: "src/run/ObserveTarget.ts",
    text: ".known?.wentOn === true",
    instead: `.known?.claim === "claimed"`
  },
  {
    name: "rows of ours are not looked for where no rule leads",
    file: "state/read/SqliteTargetStore.ts",
    text: "AND (${served} OR (${ours})) ORDER BY g.id",
    instead: "AND (${served} OR (${ours} AND false)) ORDER BY g.id"
  },
  {
    name: "an undo deletes a group that one look shows empty",
    file: "state/plan/SqliteUndoStore.ts",
    text: "AND NOT ${suddenlyEmpty}`",
    instead: "AND (true OR NOT ${suddenlyEmpty})`"
  },
  {
    name: "an exception is for who took its address",
    file: "state/reconcile/Exceptions.ts",
    text: "(?3 = 'never' OR c.id NOT IN",
    instead: "(?3 <> '' OR c.id NOT IN"
  },
  {
    name: "a cut list of groups ends what was decided about them",
    file: "state/plan/ExpiredRows.ts",
    text: "WHERE w.blocked IS NOT NULL)",
    instead: "WHERE w.blocked IS NULL)"
  },
  {
    name: "a config that does not load is no news",
    file: "src/notify/Problems.ts",
    text: `counted(sync, "", "config", isConfigBroken ? 1 : 0)`,
    instead: `counted(sync, "", "config", isConfigBroken ? 0 : 0)`,
    test: "test/cli/Serve.test.ts"
  }
]
