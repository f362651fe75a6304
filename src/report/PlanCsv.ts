/** All changes of plans as CSV (RFC 4180, UTF-8), one a line in the plan's order, for spreadsheets. */
import type { Change } from "../model/Change.ts"
import * as Escape from "./Escape.ts"
import type { PlanInput } from "./PlanInput.ts"
import * as Sink from "./Sink.ts"
import * as Wording from "./Wording.ts"

/** The header; columns are only ever added at the end. */
export const HEADER = [
  "sync",
  "op",
  "group",
  "groupId",
  "groupKey",
  "email",
  "name",
  "customerId",
  "cause",
  "why",
  "held",
  "sourceConnection",
  "sourceRecord",
  "sourceId",
  "sourceGroup",
  "rule",
  "ruleLine",
  "nameBefore",
  "slug",
  "task",
  "roleBefore"
] as const

export const write = async (inputs: ReadonlyArray<PlanInput>, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(Escape.csvLine(HEADER))
  for (const { changes } of inputs) for await (const change of changes) await out.write(Escape.csvLine(fields(change)))
  await out.flush()
}

const fields = (change: Change): ReadonlyArray<string | number | null> => [
  change.sync,
  change.op,
  change.group.name,
  change.group.id,
  change.group.key,
  change.customer?.email ?? null,
  change.customer?.name ?? null,
  change.customer?.id ?? null,
  change.cause,
  Wording.cause(change.cause),
  change.held ?? null,
  change.source?.connection ?? null,
  change.source?.record ?? null,
  change.source?.id ?? null,
  change.source?.group ?? null,
  change.rule?.index ?? null,
  change.rule?.line ?? null,
  change.before?.["name"] ?? null,
  change.values?.["slug"] ?? null,
  change.task ?? null,
  change.before?.["role"] ?? null
]
