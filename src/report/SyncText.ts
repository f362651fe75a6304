/** What runs did, for people. Nothing here is long: rows that were refused are named a few at a time. */
import type { HeldPart } from "../model/Change.ts"
import type { ToldBefore } from "../model/Overview.ts"
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
    ...(plan === null ? [] : [...Facts.pinned(plan.pinned), ...Facts.warnings(plan.warnings), ...Facts.found(plan.firstRun ? plan.foundRows : 0)])
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

const calls = (result: SyncResult): string => {
  const reads = result.calls.read === 0 ? "" : ` (and ${Wording.number(result.calls.read)} to read)`
  return `${Wording.plural(result.calls.write, "call")}${reads}`
}

/** What a failed run says: what was done before, what went wrong and where, what to do. */
const failure = (result: SyncResult, error: RunFailure): Facts.Fact =>
  Facts.failure(error, Result.total(result.summary) === 0 ? null : Wording.done(result.summary))

/** Failures that the next run gets over by itself. */
const passing = (kind: RunFailure["kind"]): boolean => kind === "unavailable" || kind === "locked"

/** The command that a person should type next; null where the error told it already, or nobody is needed. */
const next = (result: SyncResult): string | null => {
  if (result.error !== null) {
    if (passing(result.error.kind)) return "nothing; the next run goes on by itself"
    if (result.error.message.includes("groupbridge ")) return null
    return result.error.kind === "stale" ? `groupbridge plan ${Terminal.visible(result.sync)}` : "groupbridge check"
  }
  const open = result.held.find((part) => part.decision === "open")
  if (open !== undefined) return `groupbridge held ${Terminal.visible(open.id)}`
  if (result.refused.length > 0 && result.run !== null) return `groupbridge runs ${Terminal.visible(result.run)}`
  return result.tasks > 0 ? "groupbridge done --csv" : null
}

/** In a row, after which an unreachable vendor is worth a word: the next runs did not get over it. */
const PATIENCE = 3

/**
 * For cron: what newly needs a person, empty if nothing does. A hold is told once, when it begins; a failure when it begins or changes its kind (a vendor out of
 * reach at the third run in a row; another run under way never); refused rows and tasks when there are more than `before` of that sync tells.
 */
export const quiet = (results: ReadonlyArray<SyncResult>, view: View, before: ReadonlyMap<string, ToldBefore>): string =>
  results
    .map((result) => {
      const news = newly(result, before.get(result.sync) ?? { failure: null, refused: 0, tasks: 0 })
      if (news.length === 0) return ""
      const command = next(result)
      const sentences = [`${Wording.done(result.summary)}; ${calls(result)}, ${Wording.number(result.refused.length)} refused. NEW: ${news.join(" ")}`]
      if (command !== null) sentences.push(`Next: ${command}`)
      const name = `${Times.at(view, result.startedAt)} ${Terminal.visible(result.sync)}${result.run === null ? "" : ` ${Terminal.visible(result.run)}`}: `
      const [first, ...rest] = Columns.wrap(name + sentences.join("  "), view.width - 6)
      return `${[first, ...rest.map((line) => `      ${line}`)].join("\n")}\n`
    })
    .join("")

const newly = (result: SyncResult, before: ToldBefore): ReadonlyArray<string> => {
  const news: Array<string> = []
  const { error } = result
  if (error !== null && tell(error.kind, before)) {
    const fact = failure(result, error)
    news.push(`${fact.label}, ${fact.rows.map((row) => row.text).join(" ")}`)
  }
  for (const part of result.held) if (part.isNew && part.decision === "open") news.push(heldNews(part))
  if (result.refused.length > before.refused) {
    const [first] = Facts.refused(result.refused).flatMap((fact) => fact.rows)
    news.push(`${Wording.plural(result.refused.length, "row")} refused, the first: ${first?.text ?? ""}.`)
  }
  if (result.tasks > before.tasks) news.push(`${Wording.plural(result.tasks, "change")} to be made by hand.`)
  return news
}

const tell = (kind: RunFailure["kind"], before: ToldBefore): boolean => {
  const times = before.failure?.kind === kind ? before.failure.times : 0
  if (kind === "locked") return false
  return times === (kind === "unavailable" ? PATIENCE - 1 : 0)
}

const heldNews = (part: HeldPart): string => {
  const why = part.why[0] === undefined ? "" : ` (${Terminal.visible(part.why[0], 200)})`
  return `${Terminal.visible(part.id)} holds: ${Wording.heldSentence(part)}${why}. Nothing of it was done.`
}
