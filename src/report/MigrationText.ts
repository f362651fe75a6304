/** A migration for the person who starts it: its phases, where it is, and what it costs before anything is written. */
import type { MigrationId } from "../model/Id.ts"
import { numberOf, phases, type Phase, type Verified } from "../model/Migration.ts"
import type { PlanResult, ReadSummary, RunFailure, SyncResult } from "../model/Result.ts"
import type { Milestone, Outlook } from "../run/MigrationOutlook.ts"
import * as Columns from "./Columns.ts"
import * as Facts from "./Facts.ts"
import * as PlanText from "./PlanText.ts"
import * as SignOffText from "./SignOffText.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import * as View from "./View.ts"
import * as Wording from "./Wording.ts"

/** How long reading and matching took, and the files with those not found and with the plan; null where there is none. */
export interface MigrationStart {
  readonly readMillis: number
  readonly matchMillis: number
  readonly people: string | null
  readonly report: string | null
  /** What this call does of it, in words; null: all. */
  readonly part: string | null
}

/** Below that nobody needs to know what makes it long. */
const long = 3600

/** Where the text of a phase begins. */
const indent = 14

const under = (line: string, view: View.View): ReadonlyArray<string> => Columns.wrap(line, view.width - 2).map((text) => `  ${text}`)

const phase = (name: Phase, text: string, view: View.View): string =>
  Columns.wrap(text, view.width - indent)
    .map((line, index) => (index === 0 ? Terminal.paint(view, "strong", `  ${numberOf(name)} ${name.padEnd(indent - 4)}`) : " ".repeat(indent)) + line)
    .join("\n")

const read = (reads: ReadonlyArray<ReadSummary>): string =>
  reads
    .map(({ connection, streams, complete }) => {
      const rows = streams.map((stream) => `${Wording.number(stream.records)} ${Terminal.visible(stream.name)}`).join(", ")
      return `${reads.length > 1 ? `${Terminal.visible(connection)}: ` : ""}${rows}; ${complete ? "complete" : "NOT COMPLETE"}`
    })
    .join("   ")

const people = (plan: PlanResult, file: string | null, view: View.View): string => {
  const target = Terminal.visible(View.title(view, plan.to.connector))
  if (plan.unmatched.total === 0) return `every customer of a group was found in ${target}`
  const by = plan.unmatched.reasons
    .filter(({ customers }) => customers > 0)
    .map(({ reason, customers }) => `${Wording.number(customers)} ${Wording.unmatched(reason, target)}`)
  return `${Wording.plural(plan.unmatched.total, "customer")} without a counterpart, and so in no group: ${by.join(", ")}${file === null ? "" : ` -> ${Terminal.visible(file, 200)}`}`
}

const milestone = ({ at, what }: Milestone, view: View.View): string =>
  `${what === "tags" ? "tags" : what === 0.5 ? "half of all memberships" : "80 %"} by ${Times.at(view, at)}`

/** The end and the way to it, what makes it long, and what stopping and taking back cost. */
const cost = (outlook: Outlook, view: View.View): ReadonlyArray<string> => {
  const { milestones, perHour, seconds, small, undo } = outlook
  const end = `Done ${Times.atWithZone(view, view.now + seconds * 1000)} if started now${perHour === null ? "" : `, at ${Wording.number(perHour)}/h`}.`
  const way = milestones.map((one) => milestone(one, view)).join(", ")
  return [
    `${end}${seconds >= long && way !== "" ? ` ${way.charAt(0).toUpperCase()}${way.slice(1)}.` : ""}`,
    ...(seconds >= long && small.groups > 0
      ? [
          `Without the ${Wording.plural(small.groups, "group")} of fewer than ${small.under}: ${Wording.number(small.calls)} calls${timeOf(small.calls, perHour)} less.`
        ]
      : []),
    `Ctrl-C, a lost connection, a reboot: the same command goes on. ${undo === null ? "The target has no call that takes memberships away." : `Undo: ${Wording.plural(undo, "call")}${timeOf(undo, perHour)}.`}`
  ]
}

const verify = ({ plan, perHour, verify: { full, sample } }: Outlook, view: View.View): string => {
  if (full === 0) return `the answer of each call; ${Terminal.visible(View.title(view, plan.to.connector))} has no call that reads memberships back`
  return `${Wording.plural(sample, "call")} (receipts, counts, some groups at random); --verify full reads every member back: ${Wording.plural(full, "call")}${timeOf(full, perHour)}`
}

const here = "<- you are here"

const heading = ({ migration, plan }: Outlook, at: Phase, view: View.View): string => {
  const started = `started ${Times.atWithZone(view, migration.startedAt)} by ${Terminal.visible(migration.who)}, now ${Times.at(view, view.now)}`
  return `${Terminal.paint(view, "strong", `${migration.id}  ${Terminal.visible(plan.sync)}: ${Facts.way(plan, view)}`)}   ${started}   phase ${numberOf(at)} of ${phases.length}`
}

/** The beginning of the board where nothing is left to fill. Ends in a line end. */
export const afterFill = (outlook: Outlook, view: View.View): string =>
  `${heading(outlook, "verify", view)}\n${phase("plan", `approved ${SignOffText.approved(outlook.migration, view) ?? ""}`, view)}\n${phase("fill", "done", view)}\n`

/** The board: all phases, those that are done with what they found. Ends in a line end. */
export const board = (outlook: Outlook, start: MigrationStart, view: View.View): string => {
  const { calls, groups, leaves, memberships, migration, plan } = outlook
  const { approval } = migration
  const at: Phase = outlook.goesOn ? "fill" : "plan"
  const took = (millis: number): string => (millis < 1000 ? "" : `   ${Times.duration(millis)}`)
  const size = `${Wording.plural(groups, "new group")}, ${Wording.plural(memberships, "membership")}`
  const digest = outlook.goesOn ? (migration.promised?.hash ?? null) : plan.hash
  const hash = digest === null ? "" : `, hash ${digest.slice(0, 12)}`
  const report = start.report === null ? "" : ` -> ${Terminal.visible(start.report, 200)}`
  const planned = approval === null ? `${here}   ` : `approved ${SignOffText.approved(migration, view)}; left: `
  const facts = [
    ...Facts.incomplete(plan.reads),
    ...Facts.withheld(plan.withheld),
    ...Facts.pinned(plan.pinned),
    ...Facts.warnings(plan),
    ...leaves.map((part) => Facts.held(part, view, true)),
    ...Facts.tasks(plan.summary.tasks),
    ...Facts.found(plan.foundRows)
  ]
  return `${[
    heading(outlook, at, view),
    phase("read", `done   ${read(plan.reads)}${took(start.readMillis)}`, view),
    phase("people", `done   ${people(plan, start.people, view)}${took(start.matchMillis)}`, view),
    phase("plan", `${planned}${size}${hash}${report}`, view),
    phase("fill", `${at === "fill" ? `${here}   ` : ""}${Wording.plural(calls, "call")} (the fewest possible)`, view),
    phase("verify", verify(outlook, view), view),
    phase("sign-off", `signoff-${migration.id}.html and .json`, view),
    ...[...cost(outlook, view), ...(start.part === null ? [] : [start.part])].flatMap((line) => under(line, view)),
    ...facts.map((fact) => PlanText.text(fact, view))
  ].join("\n")}\n`
}

/** The phase `read` by itself. Ends in a line end. */
export const onlyRead = (id: MigrationId, sync: string, reads: ReadonlyArray<ReadSummary>, view: View.View): string =>
  `${Terminal.paint(view, "strong", `${id}  ${Terminal.visible(sync)}`)}\n${phase("read", `done   ${read(reads)}`, view)}\n`

/** The line that says who approved the plan, and when. Ends in a line end. */
export const approved = (text: string, view: View.View): string => `${phase("plan", `approved ${text}`, view)}\n`

/** The line of the phase `fill`: what was done, calls, refusals and time. Ends in a line end. */
export const filled = (result: SyncResult, view: View.View): string => {
  const took = Times.duration(result.endedAt - result.startedAt)
  const text = `${Wording.done(result.summary)}; ${Wording.plural(result.calls.write, "call")}, ${Wording.number(result.refused.length)} refused, ${took}`
  return `${phase("fill", text, view)}\n`
}

/** The time of so many calls; empty where nothing limits them. */
const timeOf = (calls: number, perHour: number | null): string => (perHour === null ? "" : `, ${Times.duration(Math.ceil((calls * 3600) / perHour) * 1000)}`)

/** What `--verify full` is about to cost. Ends in a line end. */
export const readingBack = (calls: number, perHour: number | null, view: View.View): string =>
  `${phase("verify", `reads every member back: ${Wording.plural(calls, "call")}${timeOf(calls, perHour)}`, view)}\n`

/** Differences that are listed. */
const listed = 20

/** The phase `verify`. Ends in a line end. */
export const verified = (found: Verified | { readonly error: RunFailure }, sync: string, view: View.View): string => {
  if ("error" in found)
    return `${phase("verify", `not done: ${Terminal.visible(found.error.message, 1000)} What was filled is confirmed, answer by answer.`, view)}\n`
  const next = SignOffText.isDoubtful(found) ? `   the next run reads what differs: groupbridge sync ${Terminal.visible(sync)}` : ""
  return `${[
    phase("verify", `${Wording.plural(found.calls, "call")}: ${SignOffText.verified(found).join("; ")}${next}`, view),
    ...SignOffText.differences(found, listed).flatMap((line) => Columns.wrap(line, view.width - indent).map((text) => " ".repeat(indent) + text))
  ].join("\n")}\n`
}

/** The phase `sign-off`, with its files. Ends in a line end. */
export const signedOff = (files: ReadonlyArray<string>, view: View.View): string =>
  `${phase("sign-off", `-> ${files.map((file) => Terminal.visible(file, 200)).join(", ")}`, view)}\n`
