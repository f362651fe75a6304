/** What a command ends with: of all that happened, what matters most. */
import type { PlanResult, RunFailure, SyncResult } from "../model/Result.ts"

/** Most important first. */
const order = [130, 143, 64, 1, 75, 6, 5, 3, 4, 2]

export const worst = (codes: ReadonlyArray<number>): number => order.find((code) => codes.includes(code)) ?? 0

const failures: Readonly<Record<RunFailure["kind"], number>> = { config: 64, credential: 1, vendor: 1, state: 1, unavailable: 75, locked: 6, stale: 5 }

export const ofFailure = ({ kind }: RunFailure): number => failures[kind]

/** `pending`: whether changes, held or not, are told by 2. */
export const ofPlan = (plan: PlanResult, pending: boolean): number => {
  if (plan.error !== null) return ofFailure(plan.error)
  return pending && plan.status !== "none" ? 2 : 0
}

export const ofSync = (result: SyncResult): number => {
  if (result.error !== null) return ofFailure(result.error)
  if (result.held.some((part) => part.decision === "open")) return 3
  return result.refused.length > 0 || result.withheld.length > 0 || result.status === "partial" ? 4 : 0
}
