/** What of a sync of staff waits for a person: limits, and what persons have decided before. Pure. */
import type { TeamLimits } from "../config/Config.ts"
import { type GuardName, windowHours } from "../model/Guard.ts"
import type { HoldReason } from "../model/HoldReason.ts"
import type { GuardReading } from "../model/Change.ts"
import type { Decided, Proposal } from "./Staff.ts"

/** Changes done in the last 24 hours without a person's approval. */
export interface Lately {
  readonly invites: number
  readonly raises: number
  readonly removals: number
}

/** A guard that objects, and to what. */
export interface Held {
  readonly guard: GuardName
  readonly limit: number
  readonly value: number
  readonly unit: string
  readonly why: ReadonlyArray<HoldReason>
  readonly proposals: ReadonlyArray<Proposal>
}

/** A guard that would have objected, had nobody lifted it up to `limit`. */
export interface Lift {
  readonly guard: GuardName
  readonly limit: number
  readonly value: number
}

export interface Judged {
  /** What may be done now; `part`: the approved part that lets it through; `lifted`: a lifted guard does. */
  readonly free: ReadonlyArray<{ readonly proposal: Proposal; readonly part: number | null; readonly lifted: boolean }>
  readonly held: ReadonlyArray<Held>
  readonly readings: ReadonlyArray<GuardReading>
  readonly lifts: ReadonlyArray<Lift>
}

/** Whether a decision is about this very change, resting on what it rested on. */
export const isAbout = (decided: Pick<Decided, "op" | "address" | "role" | "roles">, proposal: Proposal): boolean =>
  decided.op === proposal.op && decided.address === proposal.address && decided.role === proposal.role && decided.roles === proposal.roles

/** Without what persons have rejected, as long as the source says what it said then. */
export const withoutRejected = (proposals: ReadonlyArray<Proposal>, decided: ReadonlyArray<Decided>): ReadonlyArray<Proposal> => {
  const rejected = decided.filter(({ decision }) => decision === "rejected")
  return proposals.filter((proposal) => !rejected.some((row) => isAbout(row, proposal)))
}

interface Rule {
  readonly guard: GuardName
  readonly limit: number
  readonly unit: string
  readonly lately: number
}

const rulesOf = (limits: TeamLimits, lately: Lately): ReadonlyArray<Rule> => [
  { guard: "drift", limit: 0, unit: "changes", lately: 0 },
  { guard: "ruleChange", limit: 0, unit: "changes", lately: 0 },
  { guard: "roleRaise", limit: limits.roleRaise, unit: `raises in ${windowHours} h`, lately: lately.raises },
  { guard: "invites", limit: limits.invites, unit: `invitations in ${windowHours} h`, lately: lately.invites },
  { guard: "removals", limit: limits.removals, unit: `removals in ${windowHours} h`, lately: lately.removals }
]

const why = ({ lately }: Rule): ReadonlyArray<HoldReason> => (lately === 0 ? [] : [{ code: "recent", changes: lately }])

/**
 * What one guard says of the changes that it is about and that no guard before it holds: all of them or none, and what an open part
 * of it held before stays held, unless the guard is lifted.
 */
const judgeOne = (rule: Rule, about: ReadonlyArray<Proposal>, open: ReadonlyArray<Decided>, lifted: ReadonlyMap<GuardName, number>) => {
  const raised = lifted.get(rule.guard)
  const limit = Math.max(rule.limit, raised ?? 0)
  const value = about.length + (about.length === 0 ? 0 : rule.lately)
  const tripped = value > limit
  const before = raised === undefined ? about.filter((proposal) => open.some((row) => row.guard === rule.guard && isAbout(row, proposal))) : []
  const held = tripped ? about : before
  return {
    reading: { name: rule.guard, limit, value, tripped: held.length > 0 } satisfies GuardReading,
    held: { guard: rule.guard, limit, value, unit: rule.unit, why: why(rule), proposals: held } satisfies Held,
    lift: !tripped && value > rule.limit ? [{ guard: rule.guard, limit, value }] : []
  }
}

export const judge = (
  proposals: ReadonlyArray<Proposal>,
  decided: ReadonlyArray<Decided>,
  limits: TeamLimits,
  lately: Lately,
  lifted: ReadonlyMap<GuardName, number>
): Judged => {
  const partOf = (proposal: Proposal): number | null => decided.find((row) => row.decision === "approved" && isAbout(row, proposal))?.part ?? null
  const approved = proposals.flatMap((proposal) => {
    const part = partOf(proposal)
    return part === null ? [] : [{ proposal, part, lifted: false }]
  })
  const open = decided.filter(({ decision }) => decision === "open")
  let rest = proposals.filter((proposal) => partOf(proposal) === null)
  const readings: Array<GuardReading> = []
  const held: Array<Held> = []
  const lifts: Array<Lift> = []
  for (const rule of rulesOf(limits, lately)) {
    const about = rest.filter(({ guards }) => guards.includes(rule.guard))
    const one = judgeOne(rule, about, open, lifted)
    readings.push(one.reading)
    lifts.push(...one.lift)
    if (one.held.proposals.length > 0) held.push(one.held)
    rest = rest.filter((proposal) => !one.held.proposals.includes(proposal))
  }
  const through = new Set(lifts.map(({ guard }) => guard))
  return {
    free: [...approved, ...rest.map((proposal) => ({ proposal, part: null, lifted: proposal.guards.some((guard) => through.has(guard)) }))],
    held,
    readings,
    lifts
  }
}
