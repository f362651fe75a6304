/** The log of what people decided: who, at which host, when, about what and why. */
import * as Id from "../../src/model/Id.ts"
import type { GuardName } from "../../src/model/Guard.ts"
import type { Decider, DecisionRow } from "../../src/model/Decision.ts"
import { textOf } from "./Columns.ts"
import type { Statements } from "./Statements.ts"

export const note = (
  sql: Statements,
  what: string,
  subject: string,
  { who, host, reason }: Decider,
  now: number,
  details: Readonly<Record<string, unknown>> | null = null
): void => {
  sql.run(
    "INSERT INTO decision (at, who, host, what, subject, reason, details) VALUES (?, ?, ?, ?, ?, ?, ?)",
    now,
    who,
    host,
    what,
    subject,
    reason,
    details === null ? null : JSON.stringify(details)
  )
}

/** Notes that a guard was lifted, in the name of who started the run. Returns the decision's number; null for a dry run, which decides nothing. */
export const noteLift = (
  sql: Statements,
  sync: string,
  run: number,
  { guard, limit, value }: { readonly guard: GuardName; readonly limit: number; readonly value: number },
  now: number
): number | null => {
  const by = sql.get("SELECT who, host FROM run WHERE id = ?", run)
  if (by === undefined) return null
  const details = JSON.stringify({ run, lift: `${guard}=${limit}`, value })
  return sql.insert("INSERT INTO decision (at, who, host, what, subject, details) VALUES (?, ?, ?, 'lifted', ?, ?)", now, by["who"], by["host"], sync, details)
}

/** Newest first. What a script lifted names the limit and the number that it was lifted to. */
export const newest = (sql: Statements, limit: number): ReadonlyArray<DecisionRow> =>
  sql
    .all(
      `SELECT at, who, host, what, subject, reason, details ->> 'lift' AS lift, details ->> 'run' AS run, details ->> 'share' AS share
      FROM decision ORDER BY id DESC LIMIT ?`,
      limit
    )
    .map((row) => ({
      at: Number(row["at"]),
      who: String(row["who"]),
      host: String(row["host"]),
      what: String(row["what"]),
      subject: String(row["subject"]),
      reason: textOf(row["reason"]),
      lift: textOf(row["lift"]),
      run: row["run"] === null ? null : Id.run(row["run"]),
      share: row["share"] === null ? null : (JSON.parse(String(row["share"])) as DecisionRow["share"])
    }))
