/** The changes of a plan as lines for a terminal: counted by group and cause, or one by one. */
import type { Change } from "../model/Change.ts"
import type { PlanResult } from "../model/Result.ts"
import * as Columns from "./Columns.ts"
import type { Line, Named, Tally } from "./PlanTally.ts"
import { DISTINCT } from "./PlanTally.ts"
import * as Terminal from "./Terminal.ts"
import * as View from "./View.ts"
import * as Wording from "./Wording.ts"

/** Widths of who, group and why. */
const COLUMNS = [20, 14, 22] as const

/** Lines of leavers shown before they are only counted. */
const LINES = 8

/** Groups of joiners named before they are only counted. */
const GROUPS = 12

const LISTED = 200

/** Whom a change is about: the e-mail, else the name, else the id; for a change of a group nobody. */
export const who = (change: Change, max: number = Terminal.NAME): string =>
  change.customer === undefined ? "" : Terminal.visible(change.customer.email ?? change.customer.name ?? change.customer.id, max)

/** "zendesk user 3877"; empty where no record is known. */
export const source = (change: Change): string =>
  change.source === undefined ? "" : Terminal.visible(`${change.source.connection} ${change.source.record} ${change.source.id}`)

/** The title of the helpdesk that a change comes from. */
export const sourceTitle = (plan: Pick<PlanResult, "from">, change: Change, view: Pick<View.View, "titles">): string | null => {
  const from = plan.from.find((side) => side.connection === change.source?.connection)
  if (from !== undefined) return Terminal.visible(View.title(view, from.connector))
  return change.source === undefined ? null : Terminal.visible(change.source.connection)
}

const OPS: Readonly<Record<Change["op"], string>> = {
  "assignment.remove": "LEAVE",
  "assignment.add": "JOIN",
  "group.create": "NEW",
  "group.update": "CHANGE",
  "group.delete": "DELETE",
  "member.invite": "INVITE",
  "member.role": "ROLE",
  "member.remove": "REMOVE"
}

/** Whether somebody or something goes by it. */
export const removes = ({ op }: Pick<Change, "op">): boolean => op === "assignment.remove" || op === "group.delete" || op === "member.remove"

/** Held, or a person's to do: not among what would be done. */
export const waits = (change: Change): boolean => change.held !== undefined || change.task !== undefined

/** LEAVE, JOIN, NEW, ... */
export const operation = ({ op }: Pick<Change, "op">): string => OPS[op]

/** Where a change stands in a report that is not in the plan's order: removals, groups, additions, roles. */
export const section = (change: Pick<Change, "op">): 0 | 1 | 2 | 3 => {
  if (removes(change)) return 0
  if (change.op === "member.role") return 3
  return change.op === "assignment.add" || change.op === "member.invite" ? 2 : 1
}

/** What a listed change stands under. */
export const label = (change: Change): string =>
  change.task === undefined
    ? `${operation(change)}${change.held === undefined ? "" : ` ${Terminal.visible(change.held, 20)}`}`
    : `TO DO ${Terminal.visible(change.task, 20)}`

/** `"Foo" -> "Foo GmbH"` for a rename or another role, else the name. */
export const groupText = (change: Change, max: number = Terminal.NAME): string => {
  const what = change.op === "member.role" ? "role" : "name"
  const before = change.before?.[what]
  const after = change.values?.[what] ?? change.group.name
  if ((change.op === "group.update" || change.op === "member.role") && before !== undefined && before !== null && before !== after)
    return `${Wording.quoted(before)} -> ${Wording.quoted(after)}`
  return Terminal.visible(change.group.name, max)
}

/** Beside a label, what does not fit goes on below it. */
const below = (view: View.View): Columns.TableOptions => ({ width: view.width - Columns.LABEL, hang: Columns.LABEL + 2 })

/** One change as a line of `--all`. */
export const row = (change: Change, label: string, view: View.View): string => {
  const tone = removes(change) ? "bad" : "good"
  const cells = [who(change, LISTED), groupText(change), Wording.cause(change.cause), source(change)]
  return Terminal.paint(view, waits(change) ? "warn" : tone, Terminal.pad(label, Columns.LABEL)) + Columns.line(cells, COLUMNS, below(view))
}

/** The sections LEAVE, JOIN, GROUPS and of a team REMOVE, ROLE and INVITE. With `view.all` the rows stand above already and only the counts by group follow. */
export const sections = (plan: PlanResult, tally: Tally, view: View.View): ReadonlyArray<string> => [
  ...(view.all ? [] : leave(plan, tally, view)),
  ...join(tally, view),
  ...groups(tally, view),
  ...(view.all ? [] : team(plan, tally, view))
]

/** People of a team are few: each is named, up to a screen of them. */
const team = (plan: PlanResult, tally: Tally, view: View.View): ReadonlyArray<string> =>
  [...tally.team].flatMap(([op, { changes, count }]) => {
    const cells = changes.map((change) => [who(change), groupText(change), Wording.cause(change.cause, sourceTitle(plan, change, view)), source(change)])
    const rows = count > changes.length ? [...cells, [`${Wording.number(count - changes.length)} more   --all lists them`]] : cells
    return Columns.table(rows, { limits: [...widths(view), Terminal.NAME], ...below(view) }).map((line, index) =>
      index === 0
        ? Terminal.paint(view, removes({ op }) ? "bad" : "good", Terminal.pad(`${OPS[op]} ${Wording.number(count)}`, Columns.LABEL)) + line
        : " ".repeat(Columns.LABEL) + line
    )
  })

const leave = (plan: PlanResult, tally: Tally, view: View.View): ReadonlyArray<string> => {
  if (tally.leave.size === 0) return []
  const lines = [...tally.leave.values()].sort((a, b) => b.count - a.count)
  const shown = lines.slice(0, LINES)
  const shortened = lines.length > LINES || shown.some((line) => line.count > 1)
  const cells: Array<ReadonlyArray<string>> = [["who", "group", "why", "source"], ...shown.map((line) => leaveCells(plan, line, view))]
  const rest = lines.slice(LINES)
  if (rest.length > 0) cells.push([`${Wording.number(rest.reduce((sum, line) => sum + line.count, 0))} more`, Wording.plural(rest.length, "group")])
  const total = lines.reduce((sum, line) => sum + line.count, 0)
  const table = Columns.table(cells, { limits: [...widths(view), Terminal.NAME], ...below(view) })
  const labelled = table.map(
    (line, index) =>
      (index === 0 ? Terminal.paint(view, "bad", Terminal.pad(`LEAVE ${Wording.number(total)}`, Columns.LABEL)) : " ".repeat(Columns.LABEL)) + line
  )
  return shortened ? [...labelled, `${" ".repeat(Columns.LABEL)}--all lists them`] : labelled
}

const widths = (view: View.View): ReadonlyArray<number> => {
  const room = Math.max(0, view.width - Columns.LABEL - 90)
  return [28 + Math.floor(room / 2), 22 + Math.floor(room / 2), 36]
}

const leaveCells = (plan: PlanResult, line: Line, view: View.View): ReadonlyArray<string> => {
  const why = Wording.cause(line.cause, sourceTitle(plan, line.first, view))
  if (line.count === 1) return [who(line.first), Terminal.visible(line.first.group.name), why, source(line.first)]
  if (line.group !== null) return [Wording.plural(line.count, "person", "people"), Terminal.visible(line.group), why]
  const people = line.people.size < DISTINCT ? Wording.plural(line.people.size, "person", "people") : Wording.plural(line.count, "membership")
  return [people, Wording.plural(line.groups.size, "group"), why]
}

const join = (tally: Tally, view: View.View): ReadonlyArray<string> => {
  if (tally.join.size === 0) return []
  const entries = [...tally.join.values()].sort((a, b) => b.count - a.count)
  const total = entries.reduce((sum, entry) => sum + entry.count, 0)
  const named = entries.slice(0, GROUPS).map((entry) => `${Terminal.visible(entry.name, 40)} ${Wording.number(entry.count)}`)
  const rest = entries.slice(GROUPS).reduce((sum, entry) => sum + entry.count, 0)
  const more = entries.length > GROUPS ? `; ${Wording.number(rest)} into ${Wording.plural(entries.length - GROUPS, "more group")}   --all lists them` : ""
  return [Columns.labelled(view, `JOIN ${Wording.number(total)}`, named.join(", ") + more, "good")]
}

/** A slug is for good where it is the group's id, so a plan shows it. */
const slugText = ({ values }: Change): string => (values?.["slug"] === undefined ? "" : ` as ${Terminal.visible(values["slug"], 64)}`)

const groups = (tally: Tally, view: View.View): ReadonlyArray<string> => {
  const reported = (word: string, named: Named, text: (change: Change) => string): ReadonlyArray<string> =>
    named.count === 0 ? [] : [`${word}: ${Wording.some(named.changes.map(text), named.changes.length, named.count)}`]
  const texts = [
    ...reported("new", tally.created, (change) => `${Terminal.visible(change.group.name, 40)} (${Wording.key(change.group.key)}${slugText(change)})`),
    ...reported("renamed", tally.renamed, groupText),
    ...reported(
      "changed",
      tally.updated,
      (change) =>
        `${Terminal.visible(change.group.name, 40)} (${Object.keys(change.values ?? {})
          .map((field) => Terminal.visible(field, 20))
          .join(", ")})`
    ),
    ...reported("deleted", tally.deleted, (change) => Wording.quoted(change.group.name))
  ]
  const count = tally.created.count + tally.renamed.count + tally.updated.count + tally.deleted.count
  return texts.length === 0 ? [] : [Columns.labelled(view, `GROUPS ${Wording.number(count)}`, texts.join("; "))]
}
