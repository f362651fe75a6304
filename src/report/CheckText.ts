/** What `check` found: who we are at each vendor, what is missing, what the schedule costs, and how many problems that makes. */
import type { CheckReport, ConnectionCheck, ScheduleCost } from "../model/Overview.ts"
import * as Columns from "./Columns.ts"
import * as Facts from "./Facts.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import * as View from "./View.ts"
import * as Wording from "./Wording.ts"

/** Problems of a report: refused or unreachable connections, missing rights, a bad state file, and what is listed. */
export const problems = (report: CheckReport): number =>
  report.connections.reduce((sum, one) => sum + (one.state === "refused" || one.state === "unavailable" ? 1 : 0) + one.missing.length, 0) +
  (report.state.ok ? 0 : 1) +
  report.problems.length

/** Ends with "1 problem, 1 warning" or "All is well." and a line end. */
export const text = (report: CheckReport, view: View.View): string => {
  const lines = [
    Columns.labelled(view, "config", Terminal.visible(report.config, 300)),
    ...report.connections.flatMap((one) => connection(one, view)),
    state(report, view),
    ...report.schedules.map((cost, index) => Columns.labelled(view, index === 0 ? "schedule" : "", schedule(cost, view))),
    ...report.warnings.map((warning) => labelledLines(view, "warning", warning, "warn")),
    ...report.problems.map((problem) => labelledLines(view, "problem", problem, "bad"))
  ]
  const count = problems(report)
  const verdict = [
    ...(count > 0 ? [Wording.plural(count, "problem")] : []),
    ...(report.warnings.length > 0 ? [Wording.plural(report.warnings.length, "warning")] : [])
  ].join(", ")
  return `${[...lines, verdict === "" ? Terminal.paint(view, "good", "All is well.") : Terminal.paint(view, count > 0 ? "bad" : "warn", verdict)].join("\n")}\n`
}

const labelledLines = (view: View.View, label: string, message: string, tone: Terminal.Tone): string =>
  Facts.sentences(message)
    .map((line, index) => Columns.labelled(view, index === 0 ? label : "", line, tone))
    .join("\n")

/** One connection with its verdict, account, missing rights and costs of reading, line by line. */
export const connection = (one: ConnectionCheck, view: View.View): ReadonlyArray<string> => {
  const label = Terminal.visible(one.connection, 30)
  const tone: Terminal.Tone = one.state === "ok" ? "good" : one.state === "untestable" || one.state === "unasked" ? "warn" : "bad"
  const well = one.state === "ok"
  return [
    Columns.labelled(view, label, [verdict(one, view), ...(well ? who(one) : []), ...allowance(one, view)].join("   "), tone),
    ...(well ? [] : who(one).map((text) => Columns.labelled(view, "", text))),
    ...(one.message === null ? [] : [labelledLines(view, "", one.message, tone)]),
    ...one.missing.map((right) => labelledLines(view, "  missing", right, "bad")),
    ...one.costs.map((cost) => Columns.labelled(view, "  reading", Terminal.visible(cost, 300)))
  ]
}

const verdict = (one: ConnectionCheck, view: View.View): string => {
  const good = one.lastGood === null ? "" : `, last good ${Times.at(view, one.lastGood)}`
  const since = one.since === null ? "" : ` since ${Times.at(view, one.since)}`
  const skipped = one.skippedRuns === 0 ? "" : `; ${Wording.plural(one.skippedRuns, "run")} skipped, nothing added or removed`
  switch (one.state) {
    case "ok":
      return `ok   ${Terminal.visible(View.title(view, one.connector))}${one.account === null ? "" : ` ${Terminal.visible(one.account)}`}`
    case "refused":
      return `REFUSED${since}${good}${skipped}`
    case "unavailable":
      return `NOT REACHED${since}${good}${skipped}`
    case "unasked":
      return `not asked (--offline)${good}`
    case "untestable":
      return `not testable without a write; ${one.lastGood === null ? "never used" : `last accepted ${Times.at(view, one.lastGood)}`}`
  }
}

const who = (one: ConnectionCheck): ReadonlyArray<string> => {
  const now = [one.actor, one.role].flatMap((text) => (text === null ? [] : [Terminal.visible(text)])).join(", ")
  if (one.actorBefore === null) return now === "" ? [] : [now]
  return [`we were ${Terminal.visible(one.actorBefore)}, now ${now === "" ? "nobody knows" : now}`]
}

const allowance = (one: ConnectionCheck, view: View.View): ReadonlyArray<string> => {
  if (one.allowance === null) return []
  const { limit, remaining, resetAt, usedByOthers } = one.allowance
  const until = resetAt === null ? "" : ` until ${Times.at(view, resetAt)}`
  const others = usedByOthers === null || usedByOthers <= 0 ? "" : ` (${Wording.number(usedByOthers)} used by others)`
  return [`${Wording.of(remaining, limit)} left${until}${others}`]
}

const state = (report: CheckReport, view: View.View): string => {
  const { ok, path, backupAt, message } = report.state
  const backup = backupAt === null ? "no backup yet" : `backup ${Times.at(view, backupAt)}`
  const words = `${ok ? "ok" : "BAD"}   ${Terminal.visible(path, 300)}, ${backup}`
  return [words, ...(message === null ? [] : Facts.sentences(message))]
    .map((line, index) => Columns.labelled(view, index === 0 ? "state" : "", line, ok ? "good" : "bad"))
    .join("\n")
}

const schedule = (cost: ScheduleCost, view: View.View): string => {
  const allowed = cost.allowedPerDay === null ? "" : ` of ${Wording.number(cost.allowedPerDay)}`
  const fresh = cost.freshness.length === 0 ? "" : `; ${cost.freshness.map((line) => Terminal.visible(line, view.width)).join(", ")}`
  return `${Terminal.visible(cost.sync)} ${Terminal.visible(cost.every)}: ${Terminal.visible(cost.connection)} ${Wording.number(cost.callsPerDay)}${allowed} calls a day${fresh}`
}
