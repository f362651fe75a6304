/** One screen: each sync's state, what waits for a person, and the age of the last good run. */
import { numberOf } from "../model/Migration.ts"
import type { OpenMigration, StatusRow } from "../model/Overview.ts"
import * as HeldText from "./HeldText.ts"
import * as HeldWording from "./HeldWording.ts"
import * as Columns from "./Columns.ts"
import * as Facts from "./Facts.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

/** One line a sync, and under it one line for everything that needs a person. Ends in a line end. */
export const text = (rows: ReadonlyArray<StatusRow>, view: View): string => {
  if (rows.length === 0) return "No sync is configured: write one under syncs: in groupbridge.yaml.  Next: groupbridge check\n"
  const names = rows.map((row) => Terminal.visible(row.sync, 30))
  const column = Math.max(...names.map(Terminal.width)) + 2
  const lines = rows.flatMap((row, index) => {
    const [tone, state] = stateText(row, view)
    const head = `${Terminal.pad(names[index] ?? "", column)}${Terminal.paint(view, tone, state)}${today(row)}`
    return [
      head,
      ...needs(row, view)
        .flatMap((need) => Columns.wrap(need, view.width - column))
        .map((line) => " ".repeat(column) + line)
    ]
  })
  return `${lines.join("\n")}\n`
}

/** How a sync is, with the age of its last good run and its next turn. */
export const stateText = (row: StatusRow, view: View): readonly [Terminal.Tone, string] => {
  const good =
    row.lastGood === null ? "never ran well" : `last good ${Times.at(view, row.lastGood)} (${Times.duration(Math.max(0, view.now - row.lastGood))} ago)`
  const next = row.next === null ? "" : `, next ${Times.at(view, row.next)}`
  switch (row.state) {
    case "ok":
      return ["good", `ok${row.lastGood === null ? "" : ` ${Times.at(view, row.lastGood)}`}${next}`]
    case "never":
      return ["quiet", `never ran${next}`]
    case "left":
      return ["bad", "LEFT THE CONFIG"]
    case "running":
      return [
        "strong",
        `running${row.migration === null ? "" : ` ${row.migration.id}, phase ${numberOf(row.migration.phase)}, ${row.migration.phase}`}, ${good}`
      ]
    case "failed":
      return ["bad", `FAILED, ${good}${next}`]
    case "paused": {
      const { by, until, reason } = row.paused ?? { by: "somebody", until: null, reason: null }
      const end = until === null ? "" : ` until ${Times.at(view, until)}`
      return ["warn", `PAUSED by ${Terminal.visible(by)}${end}${reason === null ? "" : ` ${Wording.quoted(reason)}`}, ${good}`]
    }
  }
}

/** What was changed and called since midnight; empty where nothing was. */
export const today = (row: StatusRow): string => {
  const { added, removed, calls, share } = row.today
  if (added + removed + calls === 0) return ""
  const part = share === null ? "" : ` (${Wording.number(Math.round(100 * share))} % of day)`
  return `   today +${Wording.number(added)} -${Wording.number(removed)}, ${Wording.plural(calls, "call")}${part}`
}

/** How far a migration is that no run is at work on. */
const migration = ({ approved, done, hash, id, left, phase, run }: OpenMigration): string => {
  if (!approved)
    return `MIGRATION ${id} ${hash === null ? `was cut off in phase ${numberOf(phase)}, ${phase}` : `waits for an approval of its plan ${hash.slice(0, 12)}`}`
  if (left === 0) return `MIGRATION ${id} waits for phase ${numberOf(phase)}, ${phase}`
  return `MIGRATION ${id} CUT OFF in ${Terminal.visible(run)}: ${Wording.of(done, done + left)} changes made (${Math.floor((100 * done) / (done + left))} %)`
}

/** What waits for a person, each with the command to type. */
export const needs = (row: StatusRow, view: View): ReadonlyArray<string> => {
  const sync = Terminal.visible(row.sync)
  const lines: Array<string> = []
  if (row.failing !== null) {
    const { since, runs, error } = row.failing
    lines.push(`${Wording.failure(error.kind)} since ${Times.at(view, since)}, ${Wording.plural(runs, "run")}: ${Facts.sentences(error.message).join(" ")}`)
  }
  if (row.migration !== null && row.state !== "running") lines.push(`${migration(row.migration)}   groupbridge migrate ${sync}`)
  for (const part of row.held) {
    const id = Terminal.visible(part.id)
    lines.push(
      part.rejected === undefined
        ? `HELD ${id} ${HeldWording.short(part)}, since ${Times.at(view, part.since)}   ${HeldWording.decidingCommand(part) ?? `groupbridge held ${id}`}`
        : `left undone ${id} ${HeldWording.short(part)}: ${HeldText.decided(part.rejected, view)}   groupbridge held ${id}`
    )
  }
  if (row.refused > 0) lines.push(`refused: ${Wording.plural(row.refused, "row")}   groupbridge runs`)
  if (row.tasks > 0) lines.push(`to do by hand: ${Wording.plural(row.tasks, "change")}   groupbridge done --csv`)
  if (row.ambiguous > 0) lines.push(`ambiguous: ${Wording.plural(row.ambiguous, "customer")}   groupbridge unmatched ${sync}`)
  if (row.unconfirmed > 0) lines.push(`whose is not confirmed: ${Wording.plural(row.unconfirmed, "membership")}   groupbridge confirm ${sync}`)
  if (row.waiting > 0) lines.push(`in time of grace: ${Wording.plural(row.waiting, "removal")}`)
  if (row.pinned.length > 0) {
    const first = Terminal.visible(row.pinned[0] ?? "")
    lines.push(
      `undone and left alone: ${Wording.some(
        row.pinned.map((run) => Terminal.visible(run)),
        5
      )}   groupbridge release ${first}`
    )
  }
  lines.push(...row.warnings.map((warning) => Terminal.visible(warning, 300)))
  if (row.state === "paused") lines.push(`groupbridge resume ${sync}`)
  return lines
}
