/** The steps of the schema that version 0.1.0 was released with; see `Schema`. */

/** What each table is for stands above it; ids are interned integers, so that the large tables are narrow and diffs are merges. */
const first = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- A configured connection and the account it is bound to.
CREATE TABLE connection (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, connector TEXT, account TEXT, label TEXT, actor TEXT, role TEXT,
  identified_at INTEGER, groups_listed_at INTEGER, customers_listed_at INTEGER, canary_at INTEGER, clock_offset INTEGER
) STRICT;
CREATE TABLE pacer_use (connection INTEGER NOT NULL, endpoint TEXT, at INTEGER NOT NULL) STRICT;

CREATE TABLE sync (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, paused_until INTEGER, paused_by TEXT, paused_reason TEXT) STRICT;
-- A wish's owner: one source of one sync.
CREATE TABLE claimant (id INTEGER PRIMARY KEY, sync INTEGER NOT NULL, connection INTEGER NOT NULL, UNIQUE (sync, connection)) STRICT;

CREATE TABLE run (
  id INTEGER PRIMARY KEY, sync INTEGER NOT NULL, kind TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER,
  status TEXT, summary TEXT, error TEXT, who TEXT, host TEXT
) STRICT;
CREATE INDEX run_by_sync ON run (sync, id);
CREATE TABLE lease (name TEXT PRIMARY KEY, number INTEGER NOT NULL, holder TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- One reading of a source, with what proves it complete.
CREATE TABLE read (id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, complete INTEGER) STRICT;
CREATE TABLE read_stream (read INTEGER NOT NULL, name TEXT NOT NULL, rows INTEGER NOT NULL, complete INTEGER NOT NULL, reason TEXT, PRIMARY KEY (read, name)) STRICT, WITHOUT ROWID;
-- The state of each part of a snapshot as of the last read: absence counts only where complete is 1.
CREATE TABLE read_part (connection INTEGER NOT NULL, part TEXT NOT NULL, complete INTEGER NOT NULL, reason TEXT, PRIMARY KEY (connection, part)) STRICT, WITHOUT ROWID;
CREATE TABLE cursor (connection INTEGER NOT NULL, stream TEXT NOT NULL, value TEXT NOT NULL, read INTEGER NOT NULL, PRIMARY KEY (connection, stream)) STRICT, WITHOUT ROWID;

-- The snapshot. gone_cause: absent (from a complete read), deleted or merged (the vendor said so).
CREATE TABLE source_group (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, kind TEXT NOT NULL, carrier TEXT NOT NULL, key TEXT NOT NULL,
  name TEXT NOT NULL, external_id TEXT, fields TEXT NOT NULL, since INTEGER NOT NULL, gone_cause TEXT, gone_at INTEGER,
  UNIQUE (connection, kind, carrier, key)
) STRICT;
CREATE TABLE source_customer (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, key TEXT NOT NULL, email TEXT, address TEXT, external_id TEXT, name TEXT,
  role TEXT NOT NULL, excluded TEXT, suspended INTEGER NOT NULL, verified INTEGER NOT NULL, fields TEXT NOT NULL,
  since INTEGER NOT NULL, changed INTEGER NOT NULL, gone_cause TEXT, gone_at INTEGER,
  UNIQUE (connection, key)
) STRICT;
CREATE INDEX source_customer_address ON source_customer (connection, address) WHERE address IS NOT NULL;
CREATE TABLE source_membership (grp INTEGER NOT NULL, customer INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (grp, customer)) STRICT, WITHOUT ROWID;
CREATE INDEX source_membership_customer ON source_membership (customer, grp);
CREATE TABLE source_inclusion (grp INTEGER NOT NULL, organization INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (grp, organization)) STRICT, WITHOUT ROWID;

-- Target groups: those that exist (key is set) and those still to be made (key is null). handle: the wish it serves, "zendesk/organization:5512" or "into:At risk".
CREATE TABLE target_group (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, key TEXT, handle TEXT, basis TEXT, made_by_us INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL, folded TEXT NOT NULL, slug TEXT, description TEXT, external_id TEXT, written TEXT, mark_state TEXT, mark_key TEXT,
  count INTEGER, counted_at INTEGER, expected_count INTEGER, members_read_at INTEGER, created_at INTEGER, gone_at INTEGER, run INTEGER,
  UNIQUE (connection, key), UNIQUE (connection, handle)
) STRICT;
CREATE INDEX target_group_external ON target_group (connection, external_id) WHERE external_id IS NOT NULL;
CREATE TABLE target_customer (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, key TEXT NOT NULL, email TEXT, address TEXT, external_id TEXT, name TEXT,
  seen_at INTEGER NOT NULL, gone_at INTEGER, UNIQUE (connection, key)
) STRICT;
CREATE INDEX target_customer_address ON target_customer (connection, address) WHERE address IS NOT NULL;
CREATE INDEX target_customer_external ON target_customer (connection, external_id) WHERE external_id IS NOT NULL;
-- Addresses that the target does not know, and when to ask again.
CREATE TABLE lookup (connection INTEGER NOT NULL, address TEXT NOT NULL, asked_at INTEGER NOT NULL, next_at INTEGER NOT NULL, misses INTEGER NOT NULL, PRIMARY KEY (connection, address)) STRICT, WITHOUT ROWID;
-- Who is who, once known, for good: until either end is proved gone.
CREATE TABLE customer_link (
  source_customer INTEGER NOT NULL, target_connection INTEGER NOT NULL, target_customer INTEGER NOT NULL, basis TEXT NOT NULL, value TEXT, since INTEGER NOT NULL,
  PRIMARY KEY (source_customer, target_connection)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_link_target ON customer_link (target_customer);

-- The ledger: what we believe the target holds. origin: applied, found, adopted.
CREATE TABLE assignment (grp INTEGER NOT NULL, customer INTEGER NOT NULL, origin TEXT NOT NULL, since INTEGER NOT NULL, run INTEGER, PRIMARY KEY (grp, customer)) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_customer ON assignment (customer, grp);
-- Rows of ours that a person took out at the target. decision: null (asked), accepted.
CREATE TABLE drift (grp INTEGER NOT NULL, customer INTEGER NOT NULL, origin TEXT NOT NULL, seen_at INTEGER NOT NULL, decision TEXT, PRIMARY KEY (grp, customer)) STRICT, WITHOUT ROWID;
-- Wishes. A wish stands while lapsed_at is null; a lapsed one stays, with its first cause, until its row has left the ledger.
CREATE TABLE claim (
  claimant INTEGER NOT NULL, grp INTEGER NOT NULL, customer INTEGER NOT NULL, via INTEGER, person INTEGER, since INTEGER NOT NULL, cause TEXT NOT NULL,
  lapsed_at INTEGER, lapsed_reads INTEGER, lapse_cause TEXT, PRIMARY KEY (claimant, grp, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_lapsed ON claim (claimant, grp, customer) WHERE lapsed_at IS NOT NULL;
-- Rows that an undo took back: left alone until released.
CREATE TABLE pin (grp INTEGER NOT NULL, customer INTEGER NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (grp, customer)) STRICT, WITHOUT ROWID;

-- Sizes and config meaning as of the last run of a sync in which nothing was held, or whose hold was decided.
CREATE TABLE baseline (sync INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL, removable INTEGER NOT NULL, meaning TEXT NOT NULL) STRICT;
CREATE INDEX target_group_folded ON target_group (connection, folded);
CREATE TABLE baseline_read (sync INTEGER NOT NULL, connection INTEGER NOT NULL, read INTEGER NOT NULL, PRIMARY KEY (sync, connection)) STRICT, WITHOUT ROWID;
CREATE TABLE baseline_stream (sync INTEGER NOT NULL, connection INTEGER NOT NULL, stream TEXT NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (sync, connection, stream)) STRICT, WITHOUT ROWID;
CREATE TABLE baseline_group (sync INTEGER NOT NULL, grp INTEGER NOT NULL, members INTEGER NOT NULL, PRIMARY KEY (sync, grp)) STRICT, WITHOUT ROWID;

-- What waits for a person. state: open, approved, rejected, closed. customer is 0 for changes of groups.
CREATE TABLE held_part (
  id INTEGER PRIMARY KEY, sync INTEGER NOT NULL, guard TEXT NOT NULL, state TEXT NOT NULL, opened_at INTEGER NOT NULL, run INTEGER NOT NULL,
  lim INTEGER NOT NULL, value INTEGER NOT NULL, unit TEXT NOT NULL, why TEXT NOT NULL, proposal TEXT, closed_at INTEGER
) STRICT;
CREATE TABLE held_row (part INTEGER NOT NULL, op TEXT NOT NULL, grp INTEGER NOT NULL, customer INTEGER NOT NULL, PRIMARY KEY (op, grp, customer, part)) STRICT, WITHOUT ROWID;
CREATE INDEX held_row_part ON held_row (part);
CREATE TABLE decision (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, host TEXT NOT NULL, what TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT, details TEXT) STRICT;

-- The changes of a run as planned, and what came of each. state: planned, done, already, refused, void.
CREATE TABLE planned (
  run INTEGER NOT NULL, op TEXT NOT NULL, grp INTEGER NOT NULL, customer INTEGER NOT NULL, cause TEXT NOT NULL, approved INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'planned', call INTEGER, settled_at INTEGER, PRIMARY KEY (run, op, grp, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX planned_done ON planned (settled_at) WHERE state = 'done';
-- Every write call: its intent is stored before it is sent, its outcome after. outcome null: under way, or lost with its process.
CREATE TABLE call (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, lease INTEGER NOT NULL, connection INTEGER NOT NULL, op TEXT NOT NULL, grp INTEGER NOT NULL, intent_at INTEGER NOT NULL,
  answered_at INTEGER, outcome TEXT, status INTEGER, detail TEXT
) STRICT;
CREATE INDEX call_open ON call (connection) WHERE outcome IS NULL;
CREATE TABLE call_row (call INTEGER NOT NULL, customer INTEGER NOT NULL, absent INTEGER NOT NULL, outcome TEXT, PRIMARY KEY (call, customer)) STRICT, WITHOUT ROWID;
-- Changes that the vendor refused, its words, and when to try again. print: what they rested on, so that a changed record is tried at once.
CREATE TABLE refused (op TEXT NOT NULL, grp INTEGER NOT NULL, customer INTEGER NOT NULL, reason TEXT NOT NULL, print TEXT NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL, PRIMARY KEY (op, grp, customer)) STRICT, WITHOUT ROWID;
-- Removals that only a person can do.
CREATE TABLE task (id INTEGER PRIMARY KEY, sync INTEGER NOT NULL, grp INTEGER NOT NULL, customer INTEGER NOT NULL, cause TEXT NOT NULL, opened_at INTEGER NOT NULL, done_at INTEGER, UNIQUE (grp, customer, done_at)) STRICT;
`

/**
 * What a change rested on when it was planned, so that it can be taken back and explained after its wish is gone: the wish's owner, the
 * source group and person behind it, the ledger's origin before, and of a changed group what it was (`was`) and what it becomes (`draft`), as JSON.
 */
const second = `
ALTER TABLE planned ADD COLUMN claimant INTEGER;
ALTER TABLE planned ADD COLUMN via INTEGER;
ALTER TABLE planned ADD COLUMN person INTEGER;
ALTER TABLE planned ADD COLUMN origin TEXT;
ALTER TABLE planned ADD COLUMN was TEXT;
ALTER TABLE planned ADD COLUMN draft TEXT;
-- The run that this one took back, and the held part that it applied.
ALTER TABLE run ADD COLUMN undoes INTEGER;
ALTER TABLE run ADD COLUMN approves INTEGER;
-- Lines that tell why a part waits, as JSON: what its changes showed when they were last looked at.
ALTER TABLE held_part ADD COLUMN told TEXT NOT NULL DEFAULT '[]';
`

/** Which approved part let a change through. The part's own rows go when the change is made. */
const third = `
CREATE TABLE approved_change (run INTEGER NOT NULL, op TEXT NOT NULL, grp INTEGER NOT NULL, customer INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY (run, op, grp, customer)) STRICT, WITHOUT ROWID;
`

/**
 * Calls that carry one customer and several groups: a row of a call names both ends. What such targets need besides: when a customer's
 * groups were read last, and rows that were asked for without a sure answer.
 */
const fourth = `
ALTER TABLE call ADD COLUMN customer INTEGER;
CREATE TABLE call_pair (call INTEGER NOT NULL, grp INTEGER NOT NULL, customer INTEGER NOT NULL, absent INTEGER NOT NULL, outcome TEXT, PRIMARY KEY (call, grp, customer)) STRICT, WITHOUT ROWID;
INSERT INTO call_pair SELECT r.call, c.grp, r.customer, r.absent, r.outcome FROM call_row r JOIN call c ON c.id = r.call;
DROP TABLE call_row;
ALTER TABLE call_pair RENAME TO call_row;
ALTER TABLE target_customer ADD COLUMN read_at INTEGER;
-- Rows in the ledger that the target may not hold: they are added once more as long as somebody wishes them.
CREATE TABLE unsure (grp INTEGER NOT NULL, customer INTEGER NOT NULL, PRIMARY KEY (grp, customer)) STRICT, WITHOUT ROWID;
-- Work that goes customer by customer.
CREATE INDEX planned_customer ON planned (run, op, customer) WHERE state = 'planned';
ALTER TABLE task ADD COLUMN approved INTEGER NOT NULL DEFAULT 0;
`

/** Further addresses of customers whom a target did not know by their own, and when each was asked for them last. */
const otherAddresses = `
CREATE TABLE source_address (customer INTEGER NOT NULL, address TEXT NOT NULL, PRIMARY KEY (customer, address)) STRICT, WITHOUT ROWID;
CREATE INDEX source_address_address ON source_address (address);
-- address: the customer's own at that time; with another one they are asked anew at once.
CREATE TABLE address_ask (customer INTEGER PRIMARY KEY, address TEXT NOT NULL, asked_at INTEGER NOT NULL, next_at INTEGER NOT NULL, asks INTEGER NOT NULL) STRICT;
`

/** Syncs of staff. The team of a target is one that a single sync writes to. */
const staff = `
-- People of a target's team, by their folded address. origin: applied (we invited them), found. place: member, invited, out (was there, and then not, without us).
-- role, roles: the wish as it was when it and the team last agreed, and what the source said then. source, agent: the record that wished them last.
CREATE TABLE team_person (
  id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, address TEXT NOT NULL, email TEXT NOT NULL, name TEXT, origin TEXT, place TEXT, member TEXT,
  role TEXT, roles TEXT, source INTEGER, agent TEXT, changed_at INTEGER NOT NULL, UNIQUE (connection, address)
) STRICT;
-- The changes of a run as planned, in the order of seq, and what came of each. state: planned, done, already, refused, void. part: the approved part that let it through.
CREATE TABLE team_planned (
  run INTEGER NOT NULL, person INTEGER NOT NULL, op TEXT NOT NULL, seq INTEGER NOT NULL, role TEXT NOT NULL, was TEXT, raise INTEGER NOT NULL, cause TEXT NOT NULL,
  member TEXT, roles TEXT NOT NULL, origin TEXT, source INTEGER, agent TEXT, approved INTEGER NOT NULL, part INTEGER, state TEXT NOT NULL DEFAULT 'planned', call INTEGER, settled_at INTEGER,
  PRIMARY KEY (run, person, op)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_planned_done ON team_planned (settled_at) WHERE state = 'done';
-- As call: the intent is stored before it is sent, the outcome after.
CREATE TABLE team_call (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, lease INTEGER NOT NULL, connection INTEGER NOT NULL, op TEXT NOT NULL, person INTEGER NOT NULL, intent_at INTEGER NOT NULL,
  answered_at INTEGER, outcome TEXT, detail TEXT
) STRICT;
CREATE INDEX team_call_open ON team_call (connection) WHERE outcome IS NULL;
-- What a decision is about: it holds as long as the source says the same (roles).
CREATE TABLE team_held (
  part INTEGER NOT NULL, op TEXT NOT NULL, person INTEGER NOT NULL, role TEXT NOT NULL, was TEXT, cause TEXT NOT NULL, roles TEXT NOT NULL, origin TEXT, source INTEGER, agent TEXT,
  PRIMARY KEY (part, op, person)
) STRICT, WITHOUT ROWID;
CREATE TABLE team_refused (op TEXT NOT NULL, person INTEGER NOT NULL, role TEXT NOT NULL, roles TEXT NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL, PRIMARY KEY (op, person)) STRICT, WITHOUT ROWID;
-- Whether a held part is about staff.
ALTER TABLE held_part ADD COLUMN staff INTEGER NOT NULL DEFAULT 0;
`

/**
 * Streams that tell what changed since a cursor: which readings told only that, and what a cursor rests on. A cursor continues the read
 * `full_read` and counts only under its `basis`, a digest of account, role and options.
 */
const changes = `
ALTER TABLE read_stream ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE read_part ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cursor ADD COLUMN basis TEXT NOT NULL DEFAULT '';
ALTER TABLE cursor ADD COLUMN full_read INTEGER NOT NULL DEFAULT 0;
`

/** Whether all customers of this one's address are known: it was asked for, or everybody was listed. Who was only met somewhere may share it. */
const sought = `
ALTER TABLE target_customer ADD COLUMN sought INTEGER NOT NULL DEFAULT 0;
`

export const released: ReadonlyArray<string> = [first, second, third, fourth, otherAddresses, staff, changes, sought]
