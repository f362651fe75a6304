/** What `plan` takes, and what it hands to the writers of its report. */
import type { PlanResult } from "../model/Result.ts"
import type { Depth } from "../run/Observe.ts"
import type { CommonOptions } from "./CommonOptions.ts"

export interface PlanOptions extends CommonOptions {
  readonly save?: string
  readonly format?: string
  readonly report?: string
  readonly refresh?: Depth
  readonly only?: ReadonlyArray<string>
  readonly all?: boolean
  readonly exitCode?: boolean
}

/** A plan with the file that its changes are in; null where it never came to any. */
export interface Planned {
  readonly plan: PlanResult
  readonly spool: string | null
}
