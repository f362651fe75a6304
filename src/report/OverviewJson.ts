/** The `--json` documents of the commands that look around. Each is one document, streamed. */
import type { DecisionRow } from "../model/Decision.ts"
import type { HeldPart } from "../model/Change.ts"
import type { Done } from "../model/Done.ts"
import type { CheckReport, GroupRow, RunRow, StatusRow, TaskRow, UnmatchedRow } from "../model/Overview.ts"
import * as CheckText from "./CheckText.ts"
import * as Escape from "./Escape.ts"
import * as Json from "./Json.ts"
import * as Sink from "./Sink.ts"
import * as Times from "./Times.ts"

const write = async <A>(opening: string, rows: Sink.Rows<A>, sink: Sink.Sink, document: (row: A) => unknown): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(opening)
  await Json.array(out, rows, (row) => out.write(Escape.json(document(row))))
  await out.write("}\n")
  await out.flush()
}

const list = <A>(name: string, rows: Sink.Rows<A>, sink: Sink.Sink, document: (row: A) => unknown): Promise<void> =>
  write(`{${Escape.json(name)}:`, rows, sink, document)

/** As `list`, beginning with the tag of its command. */
const tagged = <A>(command: string, name: string, rows: Sink.Rows<A>, sink: Sink.Sink, document: (row: A) => unknown): Promise<void> =>
  write(Json.opening(command, name), rows, sink, document)

/** `{"runs":[{"run","sync","status","started","summary",...}]}`, in the order given. */
export const runs = (rows: Sink.Rows<RunRow>, sink: Sink.Sink): Promise<void> =>
  tagged("runs", "runs", rows, sink, ({ startedAt, endedAt, ...rest }) => ({ ...rest, started: Times.iso(startedAt), ended: Times.isoOrNull(endedAt) }))

/** A change that was made or refused, times in ISO 8601. */
export const done = ({ answer, approval, at, ...row }: Done): unknown => ({
  ...row,
  at: Times.iso(at),
  approval: approval === null ? null : { ...approval, at: Times.iso(approval.at) },
  answer: answer === null ? null : { ...answer, at: Times.isoOrNull(answer.at) }
})

/** `{"syncs":[{"sync","state","lastGood",...}]}`. */
export const status = (rows: Sink.Rows<StatusRow>, sink: Sink.Sink): Promise<void> =>
  tagged("status", "syncs", rows, sink, (row) => ({
    ...row,
    lastGood: Times.isoOrNull(row.lastGood),
    next: Times.isoOrNull(row.next),
    held: row.held.map(Json.held),
    paused: row.paused === null ? null : { ...row.paused, until: Times.isoOrNull(row.paused.until) },
    failing: row.failing === null ? null : { ...row.failing, since: Times.iso(row.failing.since) }
  }))

/** `{"decisions":[{"what","subject","who","host","reason","at",...}]}`, newest first. */
export const decisions = (rows: Sink.Rows<DecisionRow>, sink: Sink.Sink): Promise<void> =>
  list("decisions", rows, sink, ({ at, ...row }) => ({ ...row, at: Times.iso(at) }))

/** `{"held":[{"id","guard","changes",...}]}`. */
export const held = (parts: Sink.Rows<HeldPart>, sink: Sink.Sink): Promise<void> => list("held", parts, sink, Json.held)

/** `{"groups":[{"connection","key","name","rule","target","state",...}]}`. */
export const groups = (rows: Sink.Rows<GroupRow>, sink: Sink.Sink): Promise<void> => list("groups", rows, sink, (row) => row)

/** `{"tasks":[{"id","sync","group","customer","cause","since",...}]}`. */
export const tasks = (rows: Sink.Rows<TaskRow>, sink: Sink.Sink): Promise<void> =>
  list("tasks", rows, sink, (row) => ({ ...row, since: Times.iso(row.since), doneAt: Times.isoOrNull(row.doneAt) }))

/** `{"unmatched":[{"sync","id","email","reason","since",...}]}`. */
export const unmatched = (rows: Sink.Rows<UnmatchedRow>, sink: Sink.Sink): Promise<void> =>
  list("unmatched", rows, sink, (row) => ({ ...row, since: Times.iso(row.since) }))

/** The check as it is, with the number of problems under `problemCount`. */
export const check = async (report: CheckReport, sink: Sink.Sink): Promise<void> => {
  const connections = report.connections.map((one) => ({
    ...one,
    since: Times.isoOrNull(one.since),
    lastGood: Times.isoOrNull(one.lastGood),
    allowance: one.allowance === null ? null : { ...one.allowance, resetAt: Times.isoOrNull(one.allowance.resetAt) }
  }))
  const state = { ...report.state, backupAt: Times.isoOrNull(report.state.backupAt) }
  await sink(`${Escape.json({ ...report, connections, state, problemCount: CheckText.problems(report) })}\n`)
}
