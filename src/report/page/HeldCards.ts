/** Held parts as cards: what would happen, how far over the limit it is, why, examples, and what either answer does. */
import type { HeldPart } from "../../model/Change.ts"
import { waitsWhole } from "../../model/HoldReason.ts"
import * as Escape from "../Escape.ts"
import * as HeldWording from "../HeldWording.ts"
import * as HoldWording from "../HoldWording.ts"
import { number, plural } from "../Numbers.ts"
import * as Terminal from "../Terminal.ts"
import * as Times from "../Times.ts"
import type { View } from "../View.ts"
import * as Markup from "./Markup.ts"
import type { PageData } from "./PageData.ts"
import * as RowCells from "./RowCells.ts"

const list = (texts: ReadonlyArray<string>, kind = ""): string =>
  texts.length === 0 ? "" : `<ul${kind === "" ? "" : ` class="${kind}"`}>${texts.map((text) => `<li>${text}</li>`).join("")}</ul>\n`

/** Every count by itself; they are of people and of groups, never of rows. */
const counts = ({ changes, groupCounts, join, leave, staff }: HeldPart): ReadonlyArray<string> => {
  if (staff === true) return [plural(changes, "person", "people")]
  const all: ReadonlyArray<readonly [number, string, string]> = [
    [leave, `${number(leave)} leave`, "bad"],
    [join, `${number(join)} join`, "good"],
    [groupCounts.create, `${plural(groupCounts.create, "group")} made`, "plain"],
    [groupCounts.update, `${plural(groupCounts.update, "group")} changed`, "plain"],
    [groupCounts.delete, `${plural(groupCounts.delete, "group")} deleted`, "bad"]
  ]
  return all.filter(([count]) => count > 0).map(([, text, tone]) => `<b class="${tone}">${text}</b>`)
}

const limit = (part: HeldPart): string => {
  const words = HeldWording.guardLimit(part)
  return words === "" ? "" : `<div class="limit">${Markup.measure(part.value, part.limit, true)}<p>${Escape.html(words)}</p></div>\n`
}

const groups = ({ groups: all, staff }: HeldPart): string =>
  list(
    all.length < 2
      ? []
      : all.map(({ changes, join, leave, members, name }) => {
          const moves = [...(leave > 0 ? [`${number(leave)} of ${number(members)} leave`] : []), ...(join > 0 ? [`${number(join)} join`] : [])]
          return `${Markup.name(Terminal.visible(name))}: ${staff === true || moves.length === 0 ? number(changes) : moves.join(", ")}`
        }),
    "plainlist"
  )

/** What a page says of a part: how it is decided on, by commands or by what the page has in their place. */
export type Answers = (part: HeldPart) => string

/** What each answer does. */
export const meaning: Answers = (part) => `<p>${Escape.html(HeldWording.answers(part))}</p>`

/** The commands that decide, and what each answer does. */
export const commands: Answers = (part) => {
  if (waitsWhole(part))
    return part.why
      .flatMap((why) => HoldWording.command(why) ?? [])
      .map((text) => `<p>${Markup.command(text)}</p>`)
      .join("")
  if (part.decision !== "open")
    return `<p>${part.decision}: ${part.decision === "approved" ? "the next sync applies it" : "left alone until the source changes"}</p>`
  const says = meaning(part)
  if (part.isNew)
    return `${says}<p>A sync holds it, under this id or the next that is free: ${Markup.command(`groupbridge sync ${Terminal.visible(part.sync)}`)}</p>`
  return (
    says +
    HeldWording.decisions(part.id)
      .map((text) => `<p>${Markup.command(text)}</p>`)
      .join("")
  )
}

const card = (
  part: HeldPart,
  samples: ReadonlyArray<RowCells.Row>,
  data: PageData,
  view: View,
  { prefix, decide, rest }: { readonly prefix: string; readonly decide: Answers; readonly rest: Answers }
): string => {
  const id = Terminal.visible(part.id)
  const examples = samples.map((row) => {
    const { group, what, who, why } = RowCells.of(data, row)
    return `${Escape.html(what)} ${Markup.name(who)}${who === "" ? "" : ": "}${Markup.name(group)}${why === "" ? "" : ` <small>${Escape.html(why)}</small>`}`
  })
  const more = part.changes - samples.length
  return (
    `<article class="card" id="${prefix}-${Escape.html(id)}" aria-labelledby="${prefix}-${Escape.html(id)}-title">\n` +
    `<h4 id="${prefix}-${Escape.html(id)}-title"><span class="badge warn">${Escape.html(id)}</span> ${Escape.html(HeldWording.sentence(part))}</h4>\n` +
    `<p class="counts">${counts(part).join(", ")} <small>${part.isNew ? "new" : `since ${Escape.html(Times.atWithZone(view, part.since))}`}</small></p>\n` +
    limit(part) +
    groups(part) +
    list(part.why.map(HoldWording.reason).map((text) => Escape.html(Terminal.visible(text, 1000)))) +
    (part.proposal === null ? "" : `<p class="proposal">${Escape.html(Terminal.visible(HoldWording.proposal(part.proposal), 1000))}</p>\n`) +
    (examples.length === 0
      ? ""
      : `<details open><summary>Examples</summary>${list(examples)}${more > 0 ? `<p>and ${number(more)} more${rest(part)}</p>` : ""}</details>\n`) +
    `${decide(part)}</article>\n`
  )
}

/** Cards of parts. `rest` goes on a sentence by where the changes stand that are no examples. */
export const cards = (
  parts: ReadonlyArray<HeldPart>,
  samples: ReadonlyMap<string, ReadonlyArray<RowCells.Row>>,
  data: PageData,
  view: View,
  options: { readonly prefix: string; readonly decide: Answers; readonly rest: Answers }
): string => `<div class="cards">\n${parts.map((part) => card(part, samples.get(part.id) ?? [], data, view, options)).join("")}</div>\n`

/** All cards of a plan; empty where nothing is held. */
export const html = (
  parts: ReadonlyArray<HeldPart>,
  samples: ReadonlyMap<string, ReadonlyArray<RowCells.Row>>,
  data: PageData,
  view: View,
  prefix: string
): string =>
  parts.length === 0
    ? ""
    : `<section>\n<h3>Held: not in these figures, and waiting for a person</h3>\n${cards(parts, samples, data, view, {
        prefix,
        decide: commands,
        rest: () => " in the table, under the filter held"
      })}</section>\n`
