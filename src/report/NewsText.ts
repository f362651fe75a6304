/** For cron and logs: what newly needs a person, and what is over. Nothing here is long: rows are counted, and the first is named. */
import * as BlockReason from "../model/BlockReason.ts"
import type { HeldPart } from "../model/Change.ts"
import type { KnownProblem, News, NewsEvent } from "../model/Problem.ts"
import type { SyncResult } from "../model/Result.ts"
import { wentBack } from "../model/StoredTime.ts"
import * as BlockWording from "./BlockWording.ts"
import * as Columns from "./Columns.ts"
import * as Facts from "./Facts.ts"
import * as HeldWording from "./HeldWording.ts"
import * as HoldWording from "./HoldWording.ts"
import * as SyncText from "./SyncText.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

/** What is news after a run, in the order in which it is printed. `parts`: of the sync, as the state has them. `ended`: how held parts that wait no more were decided. */
export interface Reported {
  readonly result: SyncResult
  readonly news: ReadonlyArray<News>
  readonly parts: ReadonlyArray<HeldPart>
  readonly ended: ReadonlyMap<string, "approved" | "rejected" | "closed">
  /** Why the config file does not load, and since when the config in use is loaded; null: it loads. */
  readonly config: { readonly since: string; readonly message: string } | null
}

/** One paragraph a run, empty where none has news. Ends in a line end. */
export const text = (reported: ReadonlyArray<Reported>, view: View): string =>
  reported
    .map((one) => {
      const { news, result } = one
      if (news.length === 0) return ""
      const said = news.map(({ event, problem }) => `${label(event, problem, view)}: ${event === "ended" ? over(problem, one, view) : sentence(problem, one)}`)
      const command = next(one)
      const sentences = [`${did(result)} ${said.join(" ")}`]
      if (command !== null) sentences.push(`Next: ${command}`)
      const name = `${Times.at(view, result.startedAt)} ${Terminal.visible(result.sync)}${result.run === null ? "" : ` ${Terminal.visible(result.run)}`}: `
      const [first, ...rest] = Columns.wrap(name + sentences.join("  "), view.width - 6)
      return `${[first, ...rest.map((line) => `      ${line}`)].join("\n")}\n`
    })
    .join("")

const did = (result: SyncResult): string => `${Wording.done(result.summary)}; ${SyncText.calls(result)}, ${Wording.number(result.refused.length)} refused.`

const label = (event: NewsEvent, { since }: KnownProblem, view: View): string => {
  const labels: Readonly<Record<NewsEvent, string>> = { began: "NEW", worsened: "WORSE", reminder: `STILL, since ${Times.at(view, since)}`, ended: "OVER" }
  return labels[event]
}

/** What a person types about what is reported; null where no command helps, or all of it is over. */
const next = ({ news, parts, result }: Reported): string | null => {
  const present = news.filter(({ event }) => event !== "ended").map(({ problem }) => problem)
  if (present.length === 0) return null
  if (result.error !== null) return SyncText.next(result)
  const [first] = present.flatMap(({ kind, subject }) => (kind === "held" ? parts.filter(({ id }) => id === subject) : []))
  if (first !== undefined) return HeldWording.decidingCommand(first) ?? `groupbridge held ${Terminal.visible(first.id)}`
  if (present.some(({ kind }) => kind === "config")) return "groupbridge check"
  if (present.some(({ kind }) => kind === "unconfirmed")) return `groupbridge confirm ${Terminal.visible(result.sync)}`
  return SyncText.next({ ...result, held: [] }) ?? "groupbridge status"
}

const sentence = ({ connection, kind, size, subject }: KnownProblem, { config, parts, result }: Reported): string => {
  const at = Terminal.visible(connection)
  switch (kind) {
    case "failed": {
      const fact = result.error === null ? null : SyncText.failure(result, result.error)
      return fact === null ? Terminal.visible(subject) : `${fact.label}, ${fact.rows.map((row) => row.text).join(" ")}`
    }
    case "stale":
      return "nothing good for a day: each run finds another one under way."
    case "unread": {
      const why = result.withheld.find(({ unread }) => unread === connection)?.reason
      const streams = Facts.incomplete((result.plan?.reads ?? []).filter((read) => read.connection === connection)).flatMap(({ rows }) => rows)
      return `NOT READ WHOLE, ${why === undefined ? (streams[0]?.text ?? at) : Facts.sentences(why).join(" ")}`
    }
    case "held": {
      const part = parts.find(({ id }) => id === subject)
      return part === undefined ? `${Terminal.visible(subject)} holds ${Wording.plural(size, "change")}.` : held(part)
    }
    case "refused": {
      const [first] = Facts.refused(result.refused).flatMap((fact) => fact.rows)
      return `${Wording.plural(size, "row")} refused${first === undefined ? "." : `, the first: ${first.text}.`}`
    }
    case "tasks":
      return `${Wording.plural(size, "change")} to be made by hand.`
    case "unconfirmed":
      return `${Wording.plural(size, "membership")} of ${at} ${size === 1 ? "counts" : "count"} as ours, which is not confirmed.`
    case "config":
      return config === null
        ? "the config file does not load."
        : `the config file does not load, and the config as it was at ${config.since} stays in use: ${Terminal.visible(config.message, 500)}.`
    case "clock":
      return `${wentBack(result.plan?.clockAhead ?? 0)}.`
    case "blocked": {
      const groups = (result.plan?.blocked ?? []).filter(({ reason }) => BlockReason.needsPerson(reason))
      return `${Wording.plural(size, "group")} left alone: ${Terminal.visible(BlockWording.warnings(groups).join("; "), 500)}.`
    }
  }
}

const held = (part: HeldPart): string => {
  const why = part.why[0] === undefined ? "" : ` (${Terminal.visible(HoldWording.reason(part.why[0]), 200)})`
  return `${Terminal.visible(part.id)} holds: ${HeldWording.sentence(part)}${why}. Nothing of it was done.`
}

const over = ({ connection, kind, since, subject }: KnownProblem, { ended, result }: Reported, view: View): string => {
  const at = Terminal.visible(connection)
  const after = `, after ${Times.duration(Math.max(0, result.endedAt - since))}`
  switch (kind) {
    case "failed":
      return `${at === "" ? "it" : at} works again${after} (since ${Times.at(view, since)}).`
    case "stale":
      return `runs do their work again${after}.`
    case "unread":
      return `${at} is read whole again${after}.`
    case "held": {
      const how = ended.get(subject)
      return `${Terminal.visible(subject)} ${how === undefined || how === "closed" ? "is not needed any more: nothing of it is to be done" : `was ${how}`}.`
    }
    case "refused":
      return "nothing is refused any more."
    case "tasks":
      return "nothing waits to be made by hand any more."
    case "unconfirmed":
      return `no membership of ${at} is unconfirmed any more.`
    case "config":
      return "the config file loads again."
    case "clock":
      return "the clock is right again."
    case "blocked":
      return "no group is left alone for its name any more."
  }
}
