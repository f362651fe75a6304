/** What a command ends with: of all that happened, what matters most. */
import { waitsWhole } from "../model/HoldReason.ts"
import * as Problems from "../notify/Problems.ts"
import type { PlanResult, RunFailure, SyncResult } from "../model/Result.ts"

/** Most important first. */
const order = [130, 143, 64, 1, 75, 6, 5, 3, 4, 2]

export const worst = (codes: ReadonlyArray<number>): number => order.find((code) => codes.includes(code)) ?? 0

const failures: Readonly<Record<RunFailure["kind"], number>> = { config: 64, credential: 1, vendor: 1, state: 1, unavailable: 75, locked: 6, stale: 5 }

export const ofFailure = ({ kind }: RunFailure): number => failures[kind]

/** What waits as a whole is no change of the plan: a person must decide before there is one. `pending`: whether changes, held or not, are told by 2. */
export const ofPlan = (plan: PlanResult, pending: boolean): number => {
  if (plan.error !== null) return ofFailure(plan.error)
  if (plan.held.some(waitsWhole)) return 3
  return pending && plan.status !== "none" ? 2 : 0
}

export const ofSync = (result: SyncResult): number => {
  if (result.error !== null) return ofFailure(result.error)
  if (result.held.some((part) => part.decision === "open") || (result.plan?.unconfirmed ?? 0) > 0) return 3
  return result.refused.length > 0 || result.withheld.length > 0 || result.status === "partial" || Problems.stuck(result) > 0 ? 4 : 0
}
