/** A migration for the person who starts it: its phases, each told when it is over, and what it costs before anything is written. */
import type { PlanResult, RunFailure, SyncResult } from "../model/Result.ts"
import type { Outlook, Verified } from "../run/Migration.ts"
import * as Columns from "./Columns.ts"
import * as Facts from "./Facts.ts"
import * as PlanText from "./PlanText.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import * as View from "./View.ts"
import * as Wording from "./Wording.ts"

/** Who started it and when, how long reading and matching took, and the files with those not found and with the plan; null where there is none. */
export interface MigrationStart {
  readonly who: string
  readonly startedAt: number
  readonly readMillis: number
  readonly matchMillis: number
  readonly people: string | null
  readonly report: string | null
  /** What this call does of it, in words; null: all. */
  readonly part: string | null
}

/** Below that nobody needs to know what makes it long. */
const long = 3600

const phase = (number: number, name: string, text: string, view: View.View): string =>
  Columns.wrap(text, view.width - 12)
    .map((line, index) => (index === 0 ? Terminal.paint(view, "strong", `  ${number} ${name.padEnd(8)}`) : " ".repeat(12)) + line)
    .join("\n")

const read = ({ reads }: PlanResult): string =>
  reads
    .map(({ connection, streams, complete }) => {
      const rows = streams.map((stream) => `${Wording.number(stream.records)} ${Terminal.visible(stream.name)}`).join(", ")
      return `${reads.length > 1 ? `${Terminal.visible(connection)}: ` : ""}${rows}; ${complete ? "complete" : "NOT COMPLETE"}`
    })
    .join("   ")

const people = ({ plan }: Outlook, file: string | null, view: View.View): string => {
  const target = Terminal.visible(View.title(view, plan.to.connector))
  if (plan.unmatched.total === 0) return `every customer of a group was found in ${target}`
  const by = plan.unmatched.reasons
    .filter(({ customers }) => customers > 0)
    .map(({ reason, customers }) => `${Wording.number(customers)} ${Wording.unmatched(reason, target)}`)
  return `${Wording.plural(plan.unmatched.total, "customer")} without a counterpart, and so in no group: ${by.join(", ")}${file === null ? "" : ` -> ${Terminal.visible(file, 200)}`}`
}

const size = ({ groups, memberships }: Outlook): string => `${Wording.plural(groups, "new group")}, ${Wording.plural(memberships, "membership")}`

const cost = (outlook: Outlook, view: View.View): ReadonlyArray<string> => {
  const pace = outlook.perHour === null ? "" : ` at ${Wording.number(outlook.perHour)}/h`
  const end = view.now + outlook.seconds * 1000
  const { small } = outlook
  const saved = outlook.perHour === null ? 0 : Math.floor((small.calls * 3600) / outlook.perHour)
  return [
    `${Wording.plural(outlook.calls, "call")} (the fewest possible), ${Times.duration(outlook.seconds * 1000)}${pace}: done ${Times.atWithZone(view, end)} if started now`,
    ...(outlook.seconds >= long && small.groups > 0
      ? [
          `Without the ${Wording.plural(small.groups, "group")} of fewer than ${small.under}: ${Wording.number(small.calls)} calls, ${Times.duration(saved * 1000)} less.`
        ]
      : [])
  ]
}

/** The phases up to the question, with all that a person should know before answering it. Ends in a line end. */
export const outlook = (outlook: Outlook, start: MigrationStart, view: View.View): string => {
  const { plan, leaves } = outlook
  const took = (millis: number): string => (millis < 1000 ? "" : `   ${Times.duration(millis)}`)
  const report = start.report === null ? "" : ` -> ${Terminal.visible(start.report, 200)}`
  const facts = [
    ...Facts.incomplete(plan.reads),
    ...Facts.withheld(plan.withheld),
    ...Facts.pinned(plan.pinned),
    ...Facts.warnings(plan),
    ...leaves.map((part) => Facts.held(part, view, true)),
    ...Facts.tasks(plan.summary.tasks),
    ...Facts.found(plan.foundRows)
  ]
  const started = `started ${Times.atWithZone(view, start.startedAt)} by ${Terminal.visible(start.who)}`
  return `${[
    `${Terminal.paint(view, "strong", `${Terminal.visible(plan.sync)}: migrate ${Facts.way(plan, view)}`)}   ${started}`,
    phase(1, "read", `${read(plan)}${took(start.readMillis)}`, view),
    phase(2, "people", `${people(outlook, start.people, view)}${took(start.matchMillis)}`, view),
    phase(3, "plan", `${size(outlook)}${report}`, view),
    ...[...cost(outlook, view), ...(start.part === null ? [] : [start.part])].flatMap((line) =>
      Columns.wrap(line, view.width - 12).map((text) => " ".repeat(12) + text)
    ),
    ...facts.map((fact) => PlanText.text(fact, view))
  ].join("\n")}\n`
}

/** `4 approve`: by whom, or that nothing needed it. Ends in a line end. */
export const approved = (text: string, view: View.View): string => `${phase(4, "approve", text, view)}\n`

/** `5 fill`, after which the result tells itself whatever went otherwise. Ends in a line end. */
export const filled = (result: SyncResult, view: View.View): string => {
  const took = Times.duration(result.endedAt - result.startedAt)
  const text = `${Wording.done(result.summary)}; ${Wording.plural(result.calls.write, "call")}, ${Wording.number(result.refused.length)} refused, ${took}`
  return `${phase(5, "fill", text, view)}\n`
}

/** `6 verify`. `compared`: the target tells how large its groups are. Ends in a line end. */
export const verified = (verify: Verified | { readonly error: RunFailure }, sync: string, view: View.View): string => {
  if ("error" in verify)
    return `${phase(6, "verify", `not done: ${Terminal.visible(verify.error.message, 1000)} What was filled is confirmed, answer by answer.`, view)}\n`
  if (!verify.compared) return `${phase(6, "verify", "each call was confirmed by its answer; the target does not tell how large its groups are", view)}\n`
  const { differ, calls } = verify
  if (differ.length === 0)
    return `${phase(6, "verify", `${Wording.plural(calls, "call")}: each call was confirmed, and every group has the size that makes`, view)}\n`
  const names = Wording.some(
    differ.slice(0, 10).map((name) => Wording.quoted(name)),
    10,
    differ.length
  )
  const next = `   the next run reads them: groupbridge sync ${Terminal.visible(sync)}`
  return `${phase(6, "verify", `${Wording.plural(differ.length, "group has", "groups have")} another size than the confirmed calls make; somebody else changed them: ${names}${next}`, view)}\n`
}
