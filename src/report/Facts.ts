/** What there is to say about a plan or a result beside its rows: labels and sentences, laid out by each format in its own way. */
import type { HeldPart } from "../model/Change.ts"
import { waitsWhole } from "../model/HoldReason.ts"
import type { PlanResult, ReadSummary, Refused, RunFailure, Withheld } from "../model/Result.ts"
import * as BlockWording from "./BlockWording.ts"
import * as HeldWording from "./HeldWording.ts"
import * as HoldWording from "./HoldWording.ts"
import * as OwnershipText from "./OwnershipText.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import * as View from "./View.ts"
import * as Wording from "./Wording.ts"

/** A label with one or more sentences; a sentence may have a term of its own ("why", "or"). Texts are safe for a terminal; other formats escape them. */
export interface Fact {
  readonly label: string
  readonly tone: Terminal.Tone
  readonly rows: ReadonlyArray<{ readonly term: string | null; readonly text: string }>
}

/** Widest single sentence that came from outside, in columns. */
const SENTENCE = 1000

/** Names or sentences of one kind that are told one by one; the rest is counted. */
const FEW = 5

/** Our own messages may have several lines. */
export const sentences = (text: string): ReadonlyArray<string> => text.split("\n").map((line) => Terminal.visible(line, SENTENCE))

const fact = (label: string, tone: Terminal.Tone, texts: ReadonlyArray<string>): Fact => ({
  label,
  tone,
  rows: texts.map((text) => ({ term: null, text }))
})

/** "Zendesk acme -> cStar team_1"; the target alone where no source has a part in it, as in an undo. */
export const way = (plan: PlanResult, view: View.View): string => {
  const end = (side: PlanResult["to"]): string => `${Terminal.visible(View.title(view, side.connector))} ${Terminal.visible(side.account)}`.trim()
  return [...(plan.from.length === 0 ? [] : [plan.from.map(end).join(" + ")]), end(plan.to)].join(" -> ")
}

/** "12 changed users", and beside such "memberships in full". */
const reported = ({ kind, name, records }: ReadSummary["streams"][number], mixed: boolean): string =>
  kind === "changes" ? `${Wording.number(records)} changed ${Terminal.visible(name)}` : `${Terminal.visible(name)}${mixed ? " in full" : ""}`

/** "read 15:02 CET, complete (users, organizations)", or which read is not; what was read last decides the time. */
export const readings = (reads: ReadonlyArray<ReadSummary>, view: View.View): string => {
  if (reads.length === 0) return "not read"
  const last = reads.reduce((latest, read) => Math.max(latest, read.at), 0)
  const all = reads.flatMap((read) => read.streams)
  const mixed = all.some(({ kind }) => kind === "changes")
  const streams = [...new Set(all.map((stream) => reported(stream, mixed)))]
  const complete = reads.every((read) => read.complete)
  return `read ${Times.atWithZone(view, last)}, ${complete ? "complete" : "NOT COMPLETE"}${streams.length === 0 ? "" : ` (${streams.join(", ")})`}`
}

/** The streams that were not read to their end, and why. */
export const incomplete = (reads: ReadonlyArray<ReadSummary>): ReadonlyArray<Fact> => {
  const rows = reads
    .filter((read) => !read.complete)
    .flatMap((read) => {
      const broken = read.streams.filter((stream) => !stream.complete)
      const of = (text: string): { readonly term: null; readonly text: string } => ({ term: null, text: `${Terminal.visible(read.connection)}: ${text}` })
      if (broken.length === 0) return [of("the read did not end")]
      return broken.map((stream) =>
        of(`${Terminal.visible(stream.name)} after ${Wording.number(stream.records)}: ${Terminal.visible(stream.reason ?? "not read to the end", SENTENCE)}`)
      )
    })
  return rows.length === 0 ? [] : [{ label: "INCOMPLETE", tone: "warn", rows }]
}

/** "HELD, not in these figures: H-14 (311 leave), H-15 (1 by hand)"; null where nothing is held. */
export const heldLine = (held: ReadonlyArray<HeldPart>): string | null => {
  const open = held.filter((part) => part.decision === "open")
  if (open.length === 0) return null
  return `HELD, not in these figures: ${Wording.some(
    open.map((part) => `${Terminal.visible(part.id)} (${HeldWording.short(part)})`),
    10
  )}`
}

/** "Gold -47", "Plan Gold +47": how many would leave the group, and join it. */
const groupCounts = (part: HeldPart, { changes, join, leave, name }: HeldPart["groups"][number]): string => {
  const shown = Terminal.visible(name, 40)
  if (part.staff === true) return `${shown} ${Wording.number(changes)}`
  return [shown, ...(leave > 0 ? [`-${Wording.number(leave)}`] : []), ...(join > 0 ? [`+${Wording.number(join)}`] : [])].join(" ")
}

/** A held part in full. `stored`: it can be decided on; a dry run only announces a new one. */
export const held = (part: HeldPart, view: View.View, stored: boolean): Fact => {
  const id = Terminal.visible(part.id)
  const sync = Terminal.visible(part.sync)
  const since = part.isNew ? "new" : `since ${Times.at(view, part.since)}`
  const rows: Array<Fact["rows"][number]> = [
    { term: null, text: [HeldWording.sentence(part), HeldWording.guardLimit(part), since].filter((text) => text !== "").join("     ") }
  ]
  if (part.groups.length > 1) {
    rows.push({
      term: part.staff === true ? "roles" : "groups",
      text: part.groups.map((group) => groupCounts(part, group)).join(", ")
    })
  }
  for (const [index, why] of part.why.flatMap((reason) => sentences(HoldWording.reason(reason))).entries())
    rows.push({ term: index === 0 ? "why" : "", text: why })
  if (part.proposal !== null) rows.push({ term: "proposal", text: Terminal.visible(HoldWording.proposal(part.proposal), SENTENCE) })
  if (waitsWhole(part)) return { label: `HELD ${id}`, tone: "warn", rows }
  if (part.decision !== "open")
    rows.push({ term: part.decision, text: part.decision === "approved" ? "the next sync applies it" : "left alone until the source changes" })
  else if (part.isNew && !stored)
    rows.push({
      term: part.proposal === null ? "then" : "or",
      text: `a sync holds it, under this id or the next that is free, and tells how to decide   groupbridge sync ${sync}`
    })
  else
    rows.push(
      { term: part.proposal === null ? "then" : "or", text: HeldWording.decisions(part.id).join("   |   ") },
      { term: "", text: HeldWording.answers(part) }
    )
  return { label: `HELD ${id}`, tone: "warn", rows }
}

/** "5,914 (+3 since the last run): 4,102 suspended, ...", with the command that lists them. */
export const notFound = (plan: PlanResult, view: View.View): ReadonlyArray<Fact> => {
  const { total, change, reasons } = plan.unmatched
  // Those of a team are told by name among the warnings.
  if ((total === 0 && plan.summary.ambiguous === 0) || plan.summary.members !== undefined) return []
  const target = Terminal.visible(View.title(view, plan.to.connector))
  const trend = change === 0 ? "" : ` (${change > 0 ? "+" : ""}${Wording.number(change)} since the last run)`
  const by = reasons.filter((entry) => entry.customers > 0).map((entry) => `${Wording.number(entry.customers)} ${Wording.unmatched(entry.reason, target)}`)
  const command = `groupbridge unmatched ${Terminal.visible(plan.sync)} --csv`
  const facts = total === 0 ? [] : [fact("NOT FOUND", "plain", [`${Wording.number(total)}${trend}${by.length === 0 ? "" : `: ${by.join(", ")}`}   ${command}`])]
  if (plan.summary.ambiguous === 0) return facts
  return [...facts, fact("AMBIGUOUS", "warn", [`${Wording.number(plan.summary.ambiguous)} could be several; neither added nor removed   ${command}`])]
}

/** Who was put in or taken out at the target by somebody else. */
export const byHand = (plan: PlanResult): ReadonlyArray<Fact> => {
  if (plan.byHand.length === 0) return []
  const drift = plan.held.find((part) => part.guard === "drift" && part.decision === "open")
  const texts = plan.byHand.slice(0, FEW).map((row) => {
    const who = Terminal.visible(row.customer)
    const group = Terminal.visible(row.group)
    if (row.what === "put-in") return `${who} was put into ${group} (left alone)`
    return `${who} was taken out of ${group}${drift === undefined ? "" : ` (not put back: ${Terminal.visible(drift.id)})`}`
  })
  const more = plan.byHand.length - texts.length
  return [fact("BY HAND", "plain", [`${texts.join("; ")}${more > 0 ? `; and ${Wording.number(more)} more` : ""}`])]
}

export const withheld = (rows: ReadonlyArray<Withheld>): ReadonlyArray<Fact> =>
  rows.length === 0
    ? []
    : [
        fact(
          "WITHHELD",
          "warn",
          rows.map((row) => `${row.changes > 0 ? `${Wording.plural(row.changes, "change")}: ` : ""}${sentences(row.reason).join(" ")}`)
        )
      ]

export const warnings = (plan: PlanResult): ReadonlyArray<Fact> => {
  const texts = warningTexts(plan)
  return texts.length === 0 ? [] : [fact("WARNING", "warn", texts.flatMap(sentences))]
}

/** What a person should know, groups that are left alone last. */
export const warningTexts = ({ blocked, sync, to, unconfirmed, warnings }: PlanResult): ReadonlyArray<string> => [
  ...warnings,
  ...(unconfirmed === 0 ? [] : [OwnershipText.warning(sync, to.connection, unconfirmed)]),
  ...BlockWording.warnings(blocked)
]

/** What stays undone because the run that had done it was taken back. */
export const pinned = (rows: PlanResult["pinned"]): ReadonlyArray<Fact> =>
  rows.length === 0
    ? []
    : [
        fact(
          "PINNED",
          "plain",
          rows.map(
            ({ changes, run }) => `${Wording.plural(changes, "change")} of ${run} ${changes === 1 ? "stays" : "stay"} undone   groupbridge release ${run}`
          )
        )
      ]

/** Rows that were there before us: under the default they are never removed, and every report says so. */
export const found = (rows: number): ReadonlyArray<Fact> =>
  rows === 0
    ? []
    : [
        fact("FOUND", "plain", [
          `${Wording.number(rows)} ${rows === 1 ? "was" : "were"} there already and will therefore never be removed (adopt.members: none)`
        ])
      ]

/** What the target can't do by call, and a person has to. */
export const tasks = (count: number): ReadonlyArray<Fact> =>
  count === 0 ? [] : [fact("TO DO", "warn", [`${Wording.plural(count, "change")} to be made by hand: the target has no call for it   groupbridge done --csv`])]

/** Refused rows, the first few in full with the vendor's words. */
export const refused = (rows: ReadonlyArray<Refused>): ReadonlyArray<Fact> => {
  if (rows.length === 0) return []
  const texts = rows.slice(0, FEW).map(({ change, reason }) => {
    const who = change.customer === undefined ? "" : `${Terminal.visible(change.customer.email ?? change.customer.name ?? change.customer.id)} -> `
    return `${who}${Wording.quoted(change.group.name)}: ${Terminal.visible(reason, 300)}`
  })
  return [fact("REFUSED", "bad", rows.length > FEW ? [...texts, `and ${Wording.number(rows.length - FEW)} more`] : texts)]
}

/** One clear message: what, where, what to do. `wrote`: what was done before it, null for nothing. */
export const failure = (error: RunFailure, wrote: string | null): Fact => {
  const [first, ...rest] = sentences(error.message)
  return fact(Wording.failure(error.kind), "bad", [`${wrote === null ? "nothing written" : `after ${wrote}`}: ${first ?? ""}`, ...rest])
}
