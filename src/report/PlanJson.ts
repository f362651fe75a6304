/** `plan --json`: one document with every sync's plan and all of its changes, held ones too (they carry `held`). */
import * as LongNames from "../plan/LongNames.ts"
import * as Facts from "./Facts.ts"
import * as Escape from "./Escape.ts"
import * as Json from "./Json.ts"
import type { PlanInput } from "./PlanInput.ts"
import * as Sink from "./Sink.ts"
import * as Times from "./Times.ts"
import type { PlanResult } from "../model/Result.ts"

/** Writes the document; names of groups that are very long stand whole once for each sync. If the changes fail midway the promise is rejected and the document stays cut, so that nobody can take it for whole. */
export const write = async (inputs: ReadonlyArray<PlanInput>, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(Json.opening("plan", "syncs"))
  await Json.array(out, inputs, async ({ plan, changes }) => {
    await out.write(`{${Json.members(head(plan))},"changes":`)
    const shorten = LongNames.shortener()
    await Json.array(out, changes, (change) => out.write(Escape.json(shorten(change))))
    await out.write("}")
  })
  await out.write("}\n")
  await out.flush()
}

/** All of a plan but its changes. */
export const head = (plan: PlanResult): Readonly<Record<string, unknown>> => ({
  ...plan,
  warnings: Facts.warningTexts(plan),
  estimate: { ...plan.estimate, endsAt: Times.isoOrNull(plan.estimate.endsAt) },
  reads: plan.reads.map((read) => ({ ...read, at: Times.iso(read.at) })),
  held: plan.held.map(Json.held)
})
