/** `sync`, `apply`, `migrate`, `undo` with `--json`: one document that tells what was really done. */
import type { SyncResult } from "../model/Result.ts"
import * as Escape from "./Escape.ts"
import * as Json from "./Json.ts"
import * as PlanJson from "./PlanJson.ts"
import * as Sink from "./Sink.ts"
import * as Times from "./Times.ts"

/** Commands that tell what they did by this document. */
export type Command = "sync" | "apply" | "approve" | "migrate" | "undo"

/** Writes the document, refused rows one by one. `plan` of each is the plan it carried out, without its changes. */
export const write = async (command: Command, results: ReadonlyArray<SyncResult>, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(Json.opening(command, "syncs"))
  await Json.array(out, results, async (result) => {
    const { refused, plan, startedAt, endedAt, resumesAt, held, ...rest } = result
    const head = {
      ...rest,
      startedAt: Times.iso(startedAt),
      endedAt: Times.iso(endedAt),
      resumesAt: Times.isoOrNull(resumesAt),
      held: held.map(Json.held),
      plan: plan === null ? null : PlanJson.head(plan)
    }
    await out.write(`{${Json.members(head)},"refused":`)
    await Json.array(out, refused, (row) => out.write(Escape.json(row)))
    await out.write("}")
  })
  await out.write("}\n")
  await out.flush()
}
