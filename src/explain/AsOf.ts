/** What was so with a row at a past moment, from its history, the ledger and what was seen at the target. Pure. */
import type { ExplainedGroup, RowFacts, RowHistory, Then } from "../model/Explanation.ts"

const added = (change: RowHistory): boolean => change.op === "assignment.add"

/** Ours came last before the moment, unless somebody undid it by hand, or did it by hand, in between. */
const afterChange = (change: RowHistory, { drift, ledger }: RowFacts, at: number): Omit<Then, "at" | "next"> => {
  if (added(change)) {
    const gone = drift !== null && drift.seenAt >= change.at && drift.seenAt <= at
    return gone ? { has: "no", because: "by-hand", since: drift.seenAt, change } : { has: "yes", because: "change", since: change.at, change }
  }
  const back = ledger !== null && ledger.since >= change.at && ledger.since <= at
  return back ? { has: "yes", because: "seen", since: ledger.since, change } : { has: "no", because: "change", since: change.at, change }
}

const beforeAll = (next: RowHistory | null, { drift, ledger }: RowFacts, at: number): Omit<Then, "at" | "next"> => {
  const nothing = { because: "nothing" as const, since: null, change: null }
  if (drift !== null && drift.seenAt <= at) return { has: "no", because: "by-hand", since: drift.seenAt, change: null }
  if (ledger !== null && ledger.since <= at) return { has: "yes", because: "seen", since: ledger.since, change: null }
  if (next !== null) return { has: added(next) && next.state === "done" ? "no" : "unknown", ...nothing }
  return { has: ledger === null && drift === null ? "no" : "unknown", ...nothing }
}

/** Looks only backwards from `at`, except for the next change, which is told too. */
export const at = (facts: RowFacts, group: ExplainedGroup, moment: number): Then => {
  const settled = facts.history.filter(({ state }) => state === "done" || state === "already")
  const change = settled.findLast((one) => one.at <= moment) ?? null
  const next = settled.find((one) => one.at > moment) ?? null
  const gone = group.gone?.since ?? null
  const explanation =
    gone !== null && gone <= moment
      ? ({ has: "no", because: "group-gone", since: gone, change } as const)
      : change === null
        ? beforeAll(next, facts, moment)
        : afterChange(change, facts, moment)
  return { at: moment, ...explanation, next }
}
