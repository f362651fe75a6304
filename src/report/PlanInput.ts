/** What every writer of plans is given. */
import type { Change } from "../model/Change.ts"
import type { PlanResult } from "../model/Result.ts"
import type * as Sink from "./Sink.ts"

/** One sync's plan. `changes` come in the plan's order, held ones among them; the page reads them twice, all others once. */
export interface PlanInput {
  readonly plan: PlanResult
  readonly changes: Sink.Rows<Change>
}
