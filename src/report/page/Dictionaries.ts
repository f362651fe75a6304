/** The texts that rows of the page share, each with its place. What they hold grows with the number of groups, never with that of customers. */
import type { Change } from "../../model/Change.ts"
import type { PlanResult } from "../../model/Result.ts"
import * as PlanRows from "../PlanRows.ts"
import * as Terminal from "../Terminal.ts"
import type { View } from "../View.ts"
import * as Wording from "../Wording.ts"
import type { Operation, PageData, SourceKind } from "./PageData.ts"
import type { Row } from "./RowCells.ts"

/** Longest name that the page shows, in columns. */
export const LONGEST = 300

/** What a change that only a person can make stands under, beside the ids of held parts. */
export const BY_HAND = "to do by hand"

export interface Dictionaries {
  /** The row of a change; texts that are new get their place. */
  readonly row: (change: Change) => Row
  readonly data: (rows: number) => PageData
  /** Rows by place, as far as they were counted by `count`. */
  readonly counts: { readonly [column in "operation" | "cause" | "rule" | "held"]: ReadonlyArray<number> }
  readonly count: (row: Row) => void
}

/** Values by their key, each with its place from 1. */
const table = <A>() => {
  const places = new Map<string, number>()
  const values: Array<A> = []
  const place = (key: string, make: () => A): number => {
    const known = places.get(key)
    if (known !== undefined) return known
    values.push(make())
    places.set(key, values.length)
    return values.length
  }
  return { place, values }
}

const operationOf = (change: Change): Operation => ({
  label: PlanRows.operation(change),
  tone: PlanRows.removes(change) ? "bad" : "good",
  rank: PlanRows.section(change),
  explains: change.op.startsWith("assignment.")
})

export const make = (plan: Pick<PlanResult, "sync" | "rules" | "from">, view: View): Dictionaries => {
  const operations = table<Operation>()
  const causes = table<string>()
  const groups = table<string>()
  const rules = table<PageData["rules"][number]>()
  const held = table<string>()
  const sources = table<SourceKind>()
  const counts = { operation: [0], cause: [0], rule: [0], held: [0] }
  const meanings = new Map(plan.rules.map(({ index, meaning }) => [index, meaning]))
  const urls = new Map(plan.from.map(({ connection, recordUrls }) => [connection, recordUrls ?? {}]))

  const sourceOf = ({ source }: Change): number =>
    source === undefined
      ? 0
      : sources.place(`${source.connection} ${source.record}`, () => ({
          connection: Terminal.visible(source.connection),
          record: Terminal.visible(source.record),
          url: urls.get(source.connection)?.[source.record] ?? null
        }))

  const row = (change: Change): Row => {
    const { cause, customer, rule } = change
    const why = Wording.cause(cause, PlanRows.sourceTitle(plan, change, view))
    const state = change.task === undefined ? change.held : BY_HAND
    return {
      operation: operations.place(change.op, () => operationOf(change)),
      cause: causes.place(why, () => why),
      group: groups.place(`${change.group.key} ${change.op === "group.update" ? change.op : ""}`, () => PlanRows.groupText(change, LONGEST)),
      rule:
        rule === undefined
          ? 0
          : rules.place(String(rule.index), () => ({ name: Wording.rule(rule), meaning: Terminal.visible(meanings.get(rule.index) ?? "", LONGEST) })),
      held: state === undefined ? 0 : held.place(state, () => Terminal.visible(state)),
      source: sourceOf(change),
      who: PlanRows.who(change, LONGEST),
      name: customer === undefined || customer.email === null || customer.name === null ? "" : Terminal.visible(customer.name, LONGEST),
      id: change.source === undefined ? "" : Terminal.visible(change.source.id)
    }
  }

  const count = (row: Row): void => {
    for (const column of ["operation", "cause", "rule", "held"] as const) counts[column][row[column]] = (counts[column][row[column]] ?? 0) + 1
  }

  const data = (rows: number): PageData => ({
    sync: Terminal.visible(plan.sync),
    rows,
    operations: operations.values,
    causes: causes.values,
    groups: groups.values,
    rules: rules.values,
    held: held.values,
    sources: sources.values
  })

  return { row, data, counts, count }
}
