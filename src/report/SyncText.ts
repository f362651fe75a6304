/** What runs did, for people. Nothing here is long: rows that were refused are named a few at a time. */
import * as HeldWording from "./HeldWording.ts"
import * as Result from "../model/Result.ts"
import type { RunFailure, SyncResult } from "../model/Result.ts"
import * as Columns from "./Columns.ts"
import * as Facts from "./Facts.ts"
import * as PlanText from "./PlanText.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

/** All of the results, each ending with what to type next where a person is needed. Ends in a line end. */
export const text = (results: ReadonlyArray<SyncResult>, view: View): string => results.map((result) => one(result, view)).join("")

const one = (result: SyncResult, view: View): string => {
  const plan = result.plan
  const facts = [
    ...(result.error === null ? [] : [failure(result, result.error)]),
    ...result.held.filter((part) => part.decision !== "rejected").map((part) => Facts.held(part, view, true)),
    ...Facts.refused(result.refused),
    ...(plan === null ? [] : [...Facts.incomplete(plan.reads), ...Facts.notFound(plan, view), ...Facts.byHand(plan)]),
    ...Facts.tasks(result.tasks),
    ...Facts.withheld(result.withheld),
    ...(plan === null ? [] : [...Facts.pinned(plan.pinned), ...Facts.warnings(plan), ...Facts.found(plan.firstRun ? plan.foundRows : 0)])
  ]
  const lines = [headline(result, view), ...facts.map((fact) => PlanText.text(fact, view))]
  if (result.resumesAt !== null) lines.push(`The allowance is used up; the rest is done from ${Times.atWithZone(view, result.resumesAt)} on, by the next run.`)
  const command = next(result)
  if (command !== null) lines.push(`Next: ${command}`)
  return `${lines.join("\n")}\n`
}

const headline = (result: SyncResult, view: View): string => {
  const took = Times.duration(result.endedAt - result.startedAt)
  const name = `${Times.at(view, result.startedAt)} ${Terminal.visible(result.sync)}${result.run === null ? "" : ` ${Terminal.visible(result.run)}`}:`
  return Columns.headed(view, name, `${came(result)}, ${took}`, 6)
}

const came = (result: SyncResult): string => {
  if (result.status === "none" && result.tasks > 0) return `nothing written, the rest is a person's to do; ${calls(result)}`
  if (result.status === "none") return `all is as it should be, nothing written; ${calls(result)}`
  return `${Wording.done(result.summary)}; ${calls(result)}, ${Wording.number(result.refused.length)} refused`
}

export const calls = (result: SyncResult): string => {
  const reads = result.calls.read === 0 ? "" : ` (and ${Wording.number(result.calls.read)} to read)`
  return `${Wording.plural(result.calls.write, "call")}${reads}`
}

/** What a failed run says: what was done before, what went wrong and where, what to do. */
export const failure = (result: SyncResult, error: RunFailure): Facts.Fact =>
  Facts.failure(error, Result.total(result.summary) === 0 ? null : Wording.done(result.summary))

/** Failures that the next run gets over by itself. */
const passing = (kind: RunFailure["kind"]): boolean => kind === "unavailable" || kind === "locked"

/** The command that a person should type next; null where the error told it already, or nobody is needed. */
export const next = (result: SyncResult): string | null => {
  if (result.error !== null) {
    if (passing(result.error.kind)) return "nothing; the next run goes on by itself"
    if (result.error.message.includes("groupbridge ")) return null
    return result.error.kind === "stale" ? `groupbridge plan ${Terminal.visible(result.sync)}` : "groupbridge check"
  }
  const open = result.held.find((part) => part.decision === "open")
  if (open !== undefined) return HeldWording.decidingCommand(open) ?? `groupbridge held ${Terminal.visible(open.id)}`
  if (result.refused.length > 0 && result.run !== null) return `groupbridge runs ${Terminal.visible(result.run)}`
  return result.tasks > 0 ? "groupbridge done --csv" : null
}
