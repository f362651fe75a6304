/** Tables that exist only while the state is open. */
import { skipReasons } from "../../src/model/SkipReason.ts"

/** Codes as a list of SQL texts. */
const codes = (all: ReadonlyArray<string>): string => all.map((code) => `'${code}'`).join(", ")

/** Tables of one run's work. They live in SQLite's temporary database: gone with the process, never in a backup. */
export const temporary = `
CREATE TEMP TABLE stage_customer (key TEXT NOT NULL, email TEXT, address TEXT, external_id TEXT, name TEXT,
  role TEXT NOT NULL, excluded TEXT, suspended INTEGER NOT NULL, verified INTEGER NOT NULL, fields TEXT NOT NULL,
  report INTEGER NOT NULL);
CREATE TEMP TABLE stage_group (kind TEXT NOT NULL, carrier TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
  external_id TEXT, fields TEXT NOT NULL, report INTEGER NOT NULL);
CREATE TEMP TABLE stage_membership (kind TEXT NOT NULL, key TEXT NOT NULL, customer_key TEXT NOT NULL,
  report INTEGER NOT NULL);
CREATE TEMP TABLE stage_inclusion (kind TEXT NOT NULL, key TEXT NOT NULL, organization TEXT NOT NULL,
  report INTEGER NOT NULL);
CREATE TEMP TABLE stage_gone (record TEXT NOT NULL, kind TEXT, carrier TEXT, key TEXT NOT NULL, cause TEXT NOT NULL,
  report INTEGER NOT NULL);
CREATE TEMP TABLE stage_doubt (part TEXT NOT NULL, key TEXT NOT NULL, reason TEXT NOT NULL, report INTEGER NOT NULL);
CREATE TEMP TABLE reported (record TEXT NOT NULL, kind TEXT NOT NULL, carrier TEXT NOT NULL, key TEXT NOT NULL,
  report INTEGER NOT NULL, PRIMARY KEY (record, kind, carrier, key)) WITHOUT ROWID;
CREATE TEMP TABLE resolved (group_id INTEGER NOT NULL, member_id INTEGER NOT NULL,
  PRIMARY KEY (group_id, member_id)) WITHOUT ROWID;
CREATE TEMP TABLE mapping (source_group INTEGER PRIMARY KEY, group_key TEXT NOT NULL, rule INTEGER NOT NULL,
  line INTEGER NOT NULL, name TEXT NOT NULL, target_group INTEGER, blocked TEXT);
CREATE INDEX temp.mapping_group_key ON mapping (group_key);
-- Active customers of each source group that has any, as of the last first page of groups that was counted.
CREATE TEMP TABLE group_size (group_id INTEGER PRIMARY KEY, members INTEGER NOT NULL);
CREATE TEMP TABLE desired_group (group_key TEXT PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL, slug TEXT,
  description TEXT, external_id TEXT, explicit_external INTEGER NOT NULL, explicit_slug INTEGER NOT NULL,
  cut INTEGER NOT NULL, custom TEXT NOT NULL, target_group INTEGER, basis TEXT, proposal INTEGER, proposal_basis TEXT,
  blocked TEXT CHECK (json_valid(blocked)), missing TEXT CHECK (json_valid(missing))) WITHOUT ROWID;
CREATE TEMP TABLE previous (group_key TEXT NOT NULL, old TEXT NOT NULL, PRIMARY KEY (group_key, old)) WITHOUT ROWID;
CREATE INDEX temp.desired_group_folded ON desired_group (folded);
CREATE INDEX temp.desired_group_target ON desired_group (target_group);
CREATE TEMP TABLE needed (address TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE seen_group (group_id INTEGER PRIMARY KEY, count INTEGER);
CREATE TEMP TABLE seen_customer (target_customer_id INTEGER PRIMARY KEY);
CREATE TEMP TABLE seen_member (group_id INTEGER NOT NULL, target_customer_id INTEGER NOT NULL, joined_at INTEGER,
  PRIMARY KEY (group_id, target_customer_id)) WITHOUT ROWID;
CREATE TEMP TABLE linked (source_customer_id INTEGER PRIMARY KEY, connection INTEGER NOT NULL, address TEXT,
  target_customer_id INTEGER NOT NULL, basis TEXT NOT NULL, value TEXT, since INTEGER);
CREATE INDEX temp.linked_customer ON linked (connection, target_customer_id);
CREATE TEMP TABLE ambiguous_customer (source_customer_id INTEGER PRIMARY KEY, reason TEXT NOT NULL);
CREATE TEMP TABLE candidate (source_customer_id INTEGER PRIMARY KEY, target_customer_id INTEGER NOT NULL,
  targets INTEGER NOT NULL, value TEXT);
CREATE TEMP TABLE map_row (field TEXT NOT NULL, value TEXT NOT NULL, target TEXT NOT NULL, line INTEGER NOT NULL,
  PRIMARY KEY (field, value)) WITHOUT ROWID;
-- Customers that a map file gives a target which the target does not have (asked: its id, or its address folded; place: the file and line).
CREATE TEMP TABLE unknown_target (source_customer_id INTEGER PRIMARY KEY, asked TEXT NOT NULL, place TEXT NOT NULL);
CREATE TEMP TABLE unmatched_customer (source_customer_id INTEGER PRIMARY KEY, reason TEXT NOT NULL);
CREATE TEMP TABLE exception_row (line INTEGER NOT NULL, what TEXT NOT NULL, group_id INTEGER NOT NULL,
  target_customer_id INTEGER NOT NULL);
CREATE TEMP TABLE matched (source_customer_id INTEGER PRIMARY KEY, target_customer_id INTEGER NOT NULL);
CREATE TEMP TABLE desired (group_id INTEGER NOT NULL, target_customer_id INTEGER NOT NULL, source_group_id INTEGER,
  source_customer_id INTEGER, PRIMARY KEY (group_id, target_customer_id)) WITHOUT ROWID;
CREATE TEMP TABLE expired_row (group_id INTEGER NOT NULL, target_customer_id INTEGER NOT NULL,
  claimant INTEGER NOT NULL, cause TEXT NOT NULL, kept TEXT, PRIMARY KEY (group_id, target_customer_id)) WITHOUT ROWID;
CREATE TEMP TABLE candidate_change (op TEXT NOT NULL, group_id INTEGER NOT NULL, target_customer_id INTEGER NOT NULL,
  cause TEXT NOT NULL, claimant INTEGER, part INTEGER, approved INTEGER NOT NULL DEFAULT 0,
  skip_reason TEXT CHECK (skip_reason IN (${codes(skipReasons)})),
  origin TEXT, draft TEXT, PRIMARY KEY (op, group_id, target_customer_id)) WITHOUT ROWID;
-- Changes that wait for a person whatever their number: the guard of doubt, and the row it is about.
CREATE TEMP TABLE doubt (guard TEXT NOT NULL, op TEXT NOT NULL, group_id INTEGER NOT NULL,
  target_customer_id INTEGER NOT NULL, PRIMARY KEY (guard, op, group_id, target_customer_id)) WITHOUT ROWID;
-- Why a guard of doubt holds, as JSON of a HoldReason.
CREATE TEMP TABLE doubt_reason (guard TEXT NOT NULL, reason TEXT NOT NULL, UNIQUE (guard, reason));
CREATE TEMP TABLE by_hand (group_id INTEGER NOT NULL, target_customer_id INTEGER NOT NULL, what TEXT NOT NULL,
  PRIMARY KEY (group_id, target_customer_id)) WITHOUT ROWID;
CREATE TEMP TABLE selected_change (n INTEGER PRIMARY KEY, run INTEGER NOT NULL, op TEXT NOT NULL,
  group_id INTEGER NOT NULL, target_customer_id INTEGER NOT NULL);
CREATE TEMP TABLE saved_plan_row (op TEXT NOT NULL, group_id TEXT NOT NULL, target_customer_id TEXT NOT NULL,
  PRIMARY KEY (op, group_id, target_customer_id)) WITHOUT ROWID;
`
