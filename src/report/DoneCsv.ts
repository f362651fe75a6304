/** Changes that were made or refused as CSV (RFC 4180, UTF-8), one a line, for audits. */
import type { Done } from "../model/Done.ts"
import * as Escape from "./Escape.ts"
import * as Sink from "./Sink.ts"
import * as Times from "./Times.ts"

/** The header; columns are only ever added at the end. */
export const HEADER = [
  "at",
  "run",
  "sync",
  "command",
  "by",
  "op",
  "customerId",
  "email",
  "name",
  "groupId",
  "group",
  "groupKey",
  "cause",
  "sourceConnection",
  "sourceRecord",
  "sourceId",
  "sourceGroup",
  "origin",
  "outcome",
  "approvedBy",
  "approvedAt",
  "part",
  "reason",
  "answer",
  "answerStatus",
  "answeredAt",
  "vendorSaid",
  "nameBefore",
  "roleBefore"
] as const

/** A header alone where nothing was done. */
export const write = async (rows: Sink.Rows<Done>, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(Escape.csvLine(HEADER))
  for await (const row of rows) await out.write(Escape.csvLine(fields(row)))
  await out.flush()
}

const fields = ({ answer, approval, customer, group, source, ...row }: Done): ReadonlyArray<string | number | null> => [
  Times.iso(row.at),
  row.run,
  row.sync,
  row.command,
  row.by,
  row.op,
  customer?.id ?? null,
  customer?.email ?? null,
  customer?.name ?? null,
  group.id,
  group.name,
  group.key,
  row.cause,
  source?.connection ?? null,
  source?.record ?? null,
  source?.id ?? null,
  source?.group ?? null,
  row.origin,
  row.outcome,
  approval?.by ?? null,
  Times.isoOrNull(approval?.at ?? null),
  approval?.part ?? approval?.lift ?? null,
  approval?.reason ?? null,
  answer?.outcome ?? null,
  answer?.status ?? null,
  Times.isoOrNull(answer?.at ?? null),
  answer?.detail ?? null,
  row.before?.["name"] ?? null,
  row.before?.["role"] ?? null
]
