/** Memberships that count as ours, which nothing confirms: what they are, and what a decision does. */
import type { UnconfirmedGroup } from "../model/Overview.ts"
import * as Columns from "./Columns.ts"
import { number, plural } from "./Numbers.ts"
import * as Terminal from "./Terminal.ts"

/** For warnings of a plan and problems of a check. Ends with what to type. */
export const warning = (sync: string, to: string, rows: number): string =>
  `${plural(rows, "membership")} that ${Terminal.visible(to)} did not show for a while, or that another copy of this state may have added. ${rows === 1 ? "It counts" : "They count"} as ours, which is not confirmed: ${rows === 1 ? "it is" : "they are"} held (ownership) before any is removed. Decide whose they are:   groupbridge confirm ${Terminal.visible(sync)}`

/** The groups, largest first, and both answers. Ends in a line end. */
export const list = (sync: string, to: string, groups: ReadonlyArray<UnconfirmedGroup>): string => {
  const name = Terminal.visible(sync)
  if (groups.length === 0) return `${name}: every membership is confirmed, there is nothing to decide.\n`
  const rows = groups.reduce((sum, { memberships }) => sum + memberships, 0)
  const lines = Columns.table(
    groups.map((group) => [`  ${Terminal.visible(group.group, 60)}`, number(group.memberships)]),
    { limits: [70, 12], width: 100 }
  )
  return [
    `${name}: ${plural(rows, "membership")} that ${Terminal.visible(to)} did not show for a while, and shows again without a time, or that another copy of this state may have added:`,
    ...lines,
    `groupbridge confirm ${name} --ours    they are what we added: removed when the source ends them`,
    `groupbridge confirm ${name} --found   others put them there: left alone from now on`,
    ""
  ].join("\n")
}

export const question = (rows: number, whose: "applied" | "found"): string =>
  whose === "applied"
    ? `${plural(rows, "membership")} would count as ours, and be removed when the source ends them.`
    : `${plural(rows, "membership")} would count as put there by others, and never be removed.`

export const decided = (sync: string, rows: number, whose: "applied" | "found"): string =>
  `${Terminal.visible(sync)}: ${plural(rows, "membership")} ${whose === "applied" ? "confirmed as ours" : "given up: found there, and left alone"}.  Next: groupbridge sync ${Terminal.visible(sync)}\n`
