/** The state's schema, as numbered steps that are never edited after a release. Times are epoch milliseconds. */
import { released } from "./ReleasedSteps.ts"

/** Narrow lists of customers: the active ones in the order of their numbers, those left out, and those gone at a target, which are few. */
const customerLists = `
CREATE INDEX source_customer_active ON source_customer (connection, id, address) WHERE gone_at IS NULL AND role = 'customer' AND excluded IS NULL;
CREATE INDEX source_customer_excluded ON source_customer (connection) WHERE excluded IS NOT NULL;
CREATE INDEX target_customer_gone ON target_customer (connection) WHERE gone_at IS NOT NULL;
`

/**
 * Which account has shown what a claim rests on: of each claimant and part of its source who last showed it whole. earlier_actor: an ended claim
 * that only that account has shown, and that the present one lacks.
 */
const actors = `
CREATE TABLE claimant_view (claimant INTEGER NOT NULL, part TEXT NOT NULL, actor TEXT, PRIMARY KEY (claimant, part)) STRICT, WITHOUT ROWID;
INSERT INTO claimant_view SELECT m.id, p.part, n.actor FROM claimant m JOIN connection n ON n.id = m.connection JOIN read_part p ON p.connection = m.connection;
ALTER TABLE claim ADD COLUMN earlier_actor TEXT;
`

/** Limits that no document names and that refusals taught, with the moment of the run that stored them. */
const inferredLimits = `
CREATE TABLE pacer_limit (
  connection INTEGER NOT NULL, endpoint TEXT, calls INTEGER NOT NULL, per_millis INTEGER NOT NULL, confirmed INTEGER NOT NULL, stored_at INTEGER NOT NULL
) STRICT;
`

/** In which encoding a stream's texts were read, and in which the last that a person has seen were. */
const encodings = `
ALTER TABLE read_stream ADD COLUMN encoding TEXT;
ALTER TABLE read_stream ADD COLUMN guessed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE baseline_stream ADD COLUMN encoding TEXT;
`

/** Rows of the snapshot that their source left in doubt, by part: what they lack is not absent. */
const rowDoubts = `
CREATE TABLE row_doubt (id INTEGER NOT NULL, part TEXT NOT NULL, connection INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (id, part)) STRICT, WITHOUT ROWID;
`

/**
 * Names outlive renames: `prefix` begins the group keys and marks of a connection's groups. It is the connection's first name, and stays when
 * the connection is renamed. `former_name` holds the names that connections and syncs had before (kind: connection, sync; id: of their row).
 */
const renames = `
ALTER TABLE connection ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
UPDATE connection SET prefix = name;
CREATE UNIQUE INDEX connection_prefix ON connection (prefix);
CREATE TABLE former_name (kind TEXT NOT NULL, name TEXT NOT NULL, id INTEGER NOT NULL, renamed_at INTEGER NOT NULL, PRIMARY KEY (kind, name)) STRICT, WITHOUT ROWID;
`

/**
 * Why changes that the last run of a sync considered were not made, by row (customer 0: the group itself); `run`: the first that gave the reason.
 * And with each change of a run, since when it was claimed and when the claim expired (epoch ms).
 */
const reasons = `
CREATE TABLE skipped_change (
  sync INTEGER NOT NULL, op TEXT NOT NULL, grp INTEGER NOT NULL, customer INTEGER NOT NULL, reason TEXT NOT NULL, run INTEGER NOT NULL,
  PRIMARY KEY (sync, op, grp, customer)
) STRICT, WITHOUT ROWID;
ALTER TABLE planned ADD COLUMN claimed_at INTEGER;
ALTER TABLE planned ADD COLUMN expired_at INTEGER;
`

/** What is known of rows that a target's lists lacked, or whose answers were lost: whose they are when they show again. */
const lists = `
-- Rows of ours that a target did not show any more, as they were; key: the target's id of their group. They get their origin back if they reappear.
CREATE TABLE vanished (
  grp INTEGER NOT NULL, customer INTEGER NOT NULL, key TEXT NOT NULL, origin TEXT NOT NULL, since INTEGER NOT NULL, run INTEGER, seen_at INTEGER NOT NULL, PRIMARY KEY (grp, customer)
) STRICT, WITHOUT ROWID;
-- Rows of the ledger that reappeared at a target that does not show since when: ours as far as we know, and never removed unasked.
CREATE TABLE unconfirmed_origin (grp INTEGER NOT NULL, customer INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (grp, customer)) STRICT, WITHOUT ROWID;
-- When a row was first asked for by a call whose answer was lost, as long as nothing has shown what it did.
CREATE TABLE lost_intent (op TEXT NOT NULL, grp INTEGER NOT NULL, customer INTEGER NOT NULL, intent_at INTEGER NOT NULL, PRIMARY KEY (op, grp, customer)) STRICT, WITHOUT ROWID;
`

/** The read in which a group's name, external id or fields were last found changed; 0: not since it was first read. */
const groupChanges = `
ALTER TABLE source_group ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
`

/** Keys of intents, when the first intent with a key was stored, and whether a call's answer was lost, so that its retry carries the key on. */
const idempotencyKeys = `
ALTER TABLE call ADD COLUMN idempotency_key TEXT;
ALTER TABLE call ADD COLUMN first_at INTEGER;
ALTER TABLE call ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
CREATE INDEX call_lost ON call (op, grp) WHERE lost = 1;
ALTER TABLE team_call ADD COLUMN idempotency_key TEXT;
ALTER TABLE team_call ADD COLUMN first_at INTEGER;
ALTER TABLE team_call ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
CREATE INDEX team_call_lost ON team_call (op, person) WHERE lost = 1;
`

/** What each line of exceptions.csv was first about. name: its group as written, folded. run: the last run in which a rule mapped to that group. customer 0: of the group alone. */
const exceptions = `
CREATE TABLE exception_binding (
  sync INTEGER NOT NULL, address TEXT NOT NULL, name TEXT NOT NULL, grp INTEGER NOT NULL, customer INTEGER NOT NULL, what TEXT NOT NULL, run INTEGER NOT NULL,
  PRIMARY KEY (sync, address, name, grp, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX exception_binding_group ON exception_binding (grp, customer);
`

/** Columns that get another name: the old one, the new one, and the tables that have it. */
const columnNames: ReadonlyArray<readonly [string, string, string]> = [
  [
    "grp",
    "group_id",
    "assignment drift claim pin held_row planned call call_row refused task approved_change unsure skipped_change vanished unconfirmed_origin lost_intent exception_binding baseline_group source_membership source_inclusion"
  ],
  [
    "customer",
    "target_customer_id",
    "assignment drift claim pin held_row planned call call_row refused task approved_change unsure skipped_change vanished unconfirmed_origin lost_intent exception_binding"
  ],
  ["customer", "source_customer_id", "source_membership source_address address_ask"],
  ["source_customer", "source_customer_id", "customer_link"],
  ["target_customer", "target_customer_id", "customer_link"],
  ["via", "source_group_id", "claim planned"],
  ["person", "source_customer_id", "claim planned"],
  ["lapsed_at", "expired_at", "claim"],
  ["lapsed_reads", "expired_reads", "claim"],
  ["lapse_cause", "expiry_cause", "claim"],
  ["told", "reasons", "held_part"],
  ["handle", "group_key", "target_group"]
]

/** Tables that get another name. */
const tableNames: ReadonlyArray<readonly [string, string]> = [
  ["drift", "manual_removal"],
  ["pin", "undo_pin"],
  ["planned", "planned_change"],
  ["unsure", "unconfirmed_write"]
]

/**
 * The terms that vendors and databases use, in place of the project's own; a customer of the target and one of the source are told apart by the
 * column's name.
 */
const standardTerms = `
${columnNames.flatMap(([old, name, tables]) => tables.split(" ").map((table) => `ALTER TABLE ${table} RENAME COLUMN ${old} TO ${name};`)).join("\n")}
${tableNames.map(([old, name]) => `ALTER TABLE ${old} RENAME TO ${name};`).join("\n")}
DROP INDEX claim_lapsed;
CREATE INDEX claim_expired ON claim (claimant, group_id, target_customer_id) WHERE expired_at IS NOT NULL;
DROP INDEX planned_done;
CREATE INDEX planned_change_done ON planned_change (settled_at) WHERE state = 'done';
DROP INDEX planned_customer;
CREATE INDEX planned_change_customer ON planned_change (run, op, target_customer_id) WHERE state = 'planned';
`

/** Problems by what they are known by, from run to run (connection 0: it is about none). */
const problems = `
CREATE TABLE problem (
  kind TEXT NOT NULL, sync INTEGER NOT NULL, connection INTEGER NOT NULL, subject TEXT NOT NULL, size INTEGER NOT NULL, since INTEGER NOT NULL,
  reported_at INTEGER, reported_size INTEGER NOT NULL, PRIMARY KEY (kind, sync, connection, subject)
) STRICT, WITHOUT ROWID;
`

/** Notices until they are delivered, by the hook that they are for. */
const notices = `
CREATE TABLE notice (id INTEGER PRIMARY KEY, hook TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
`

/**
 * Who wrote last to a target, so that two machines with copies of one state notice each other. A copy that an earlier version made and that was put back
 * since (`meta.restored`) goes on from whatever number the target shows.
 */
const lastWriters = `
-- number: stored last; sent: known to be shown by the target; claim: claimed, restored; group_id: the group that carries it.
CREATE TABLE last_writer (
  connection INTEGER PRIMARY KEY, number INTEGER NOT NULL, machine TEXT NOT NULL, at INTEGER NOT NULL, sent INTEGER NOT NULL, run INTEGER, group_id INTEGER, claim TEXT
) STRICT;
ALTER TABLE target_group ADD COLUMN mark_writer INTEGER;
ALTER TABLE target_group ADD COLUMN mark_machine TEXT;
ALTER TABLE target_group ADD COLUMN mark_written_at INTEGER;
ALTER TABLE target_group ADD COLUMN mark_seen_at INTEGER;
ALTER TABLE target_group ADD COLUMN reread_since INTEGER;
UPDATE target_group SET reread_since = 0 WHERE EXISTS (SELECT 1 FROM meta WHERE key = 'restored') AND key IS NOT NULL AND gone_at IS NULL
  AND connection IN (SELECT connection FROM target_group WHERE made_by_us = 1 AND key IS NOT NULL) AND (members_read_at IS NOT NULL OR made_by_us = 1)
  AND NOT EXISTS (SELECT 1 FROM target_customer t WHERE t.connection = target_group.connection AND t.read_at IS NOT NULL);
INSERT INTO last_writer (connection, number, machine, at, sent, claim) SELECT DISTINCT connection, 0, '', 0, 0, 'restored' FROM target_group
  WHERE made_by_us = 1 AND key IS NOT NULL AND EXISTS (SELECT 1 FROM meta WHERE key = 'restored');
DELETE FROM meta WHERE key = 'restored';
`

/** That a state goes on after another copy of it wrote is remembered: the other may have made groups whose marks no list shows. */
const goneOn = `
ALTER TABLE last_writer ADD COLUMN went_on INTEGER NOT NULL DEFAULT 0;
UPDATE last_writer SET went_on = 1 WHERE claim IS NOT NULL;
`

/** Migrations, at most one open one of a sync, and the runs of each. */
const migrations = `
-- plan_hash, groups, memberships, calls, seconds: what the plan promised. verified: what reading back found, as JSON.
CREATE TABLE migration (
  id INTEGER PRIMARY KEY, sync INTEGER NOT NULL, phase TEXT NOT NULL, who TEXT NOT NULL, host TEXT NOT NULL, started_at INTEGER NOT NULL,
  plan_hash TEXT, groups INTEGER, memberships INTEGER, calls INTEGER, seconds REAL,
  approved_by TEXT, approved_host TEXT, approved_at INTEGER, approved_how TEXT, verified TEXT, ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX migration_open ON migration (sync) WHERE ended_at IS NULL;
ALTER TABLE run ADD COLUMN migration INTEGER;
CREATE INDEX run_migration ON run (migration) WHERE migration IS NOT NULL;
-- Those of earlier versions that were cut off had been approved before they wrote anything.
INSERT INTO migration (sync, phase, who, host, started_at, approved_by, approved_host, approved_at, approved_how)
  SELECT sync, 'fill', coalesce(who, ''), coalesce(host, ''), started_at, coalesce(who, ''), coalesce(host, ''), started_at, 'typed' FROM run r
  WHERE kind = 'migrate' AND coalesce(status, 'interrupted') IN ('interrupted', 'failed', 'partial') AND EXISTS (SELECT 1 FROM call WHERE run = r.id)
  AND NOT EXISTS (SELECT 1 FROM run o WHERE o.sync = r.sync AND o.id > r.id AND EXISTS (SELECT 1 FROM call WHERE run = o.id));
UPDATE run SET migration = (SELECT m.id FROM migration m WHERE m.sync = run.sync AND m.started_at = run.started_at) WHERE kind = 'migrate';
`

/** Steps in order: the state's `user_version` is the number of steps it has taken. */
export const steps: ReadonlyArray<string> = [
  ...released,
  customerLists,
  actors,
  inferredLimits,
  encodings,
  rowDoubts,
  renames,
  reasons,
  lists,
  groupChanges,
  idempotencyKeys,
  exceptions,
  standardTerms,
  problems,
  notices,
  lastWriters,
  goneOn,
  migrations
]
