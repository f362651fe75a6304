/** The sign-off of a migration as one self-contained page: it opens from a file, asks for nothing and has no script. */
import type { HeldPart } from "../../model/Change.ts"
import type { SignOff } from "../../model/Migration.ts"
import * as Escape from "../Escape.ts"
import * as Facts from "../Facts.ts"
import * as HeldWording from "../HeldWording.ts"
import { number, plural } from "../Numbers.ts"
import * as SignOffJson from "../SignOffJson.ts"
import * as SignOffText from "../SignOffText.ts"
import * as Sink from "../Sink.ts"
import * as Terminal from "../Terminal.ts"
import * as Times from "../Times.ts"
import * as View from "../View.ts"
import * as Wording from "../Wording.ts"
import * as Frame from "./Frame.ts"
import * as Markup from "./Markup.ts"

/** Differences that the page lists. */
const listed = 1000

const section = (heading: string, body: string): string => `<section>\n<h3>${Escape.html(heading)}</h3>\n${body}</section>\n`

const table = (headers: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  `<table class="people"><thead><tr>${headers.map((text) => `<th scope="col">${Escape.html(text)}</th>`).join("")}</tr></thead><tbody>\n${rows
    .map((row) => `<tr>${row.map((html, index) => `<td data-label="${Escape.html(headers[index] ?? "")}">${html}</td>`).join("")}</tr>\n`)
    .join("")}</tbody></table>\n`

const list = (lines: ReadonlyArray<string>): string => `<ul>${lines.map((line) => `<li>${Escape.html(line)}</li>`).join("\n")}</ul>\n`

/** A command that is typed as it stands; without a script there is no button that copies it. */
const code = (text: string): string => `<code>${Escape.html(text)}</code>`

const isClean = ({ done, held, migration: { verified } }: SignOff): boolean =>
  verified !== null && !SignOffText.isDoubtful(verified) && done.refused.length === 0 && held.length === 0

const verdict = (data: SignOff, view: View.View): string => {
  const { done, migration, plan } = data
  const approved = SignOffText.approved(migration, view)
  const lines = [
    `started ${Times.atWithZone(view, migration.startedAt)} by ${Terminal.visible(migration.who)}@${Terminal.visible(migration.host)}`,
    ...(approved === null ? [] : [`approved ${approved}`])
  ]
  return (
    `<header class="verdict">\n<h2>${migration.id} ${Escape.html(Terminal.visible(migration.sync))}: ${Markup.name(Facts.way(plan, view))}</h2>\n` +
    `<p><span class="badge ${isClean(data) ? "good" : "warn"}">${isClean(data) ? "as promised" : "with exceptions"}</span> ${Escape.html(lines.join("; "))}</p>\n` +
    `<p class="counts">${Escape.html(`${plural(done.groups, "group")} made, ${plural(done.memberships, "membership")} added, ${plural(done.refused.length, "change")} refused, ${number(data.held.length)} held`)}</p>\n</header>\n`
  )
}

const figures = ({ done, migration: { promised } }: SignOff): string => {
  const row = (what: string, before: string | null, after: string): ReadonlyArray<string> => [
    Escape.html(what),
    Escape.html(before ?? "not known"),
    Escape.html(after)
  ]
  const time = (seconds: number): string => Times.duration(seconds * 1000)
  return section(
    "Promised and done",
    table(
      ["", "promised", "done"],
      [
        row("groups", promised === null ? null : number(promised.groups), number(done.groups)),
        row("memberships", promised === null ? null : number(promised.memberships), number(done.memberships)),
        row("write calls", promised === null ? null : number(promised.calls), number(done.calls)),
        row("time", promised === null ? null : time(promised.seconds), time(done.seconds))
      ]
    ) + (promised === null ? "" : `<p>Hash of the plan: ${code(promised.hash)}</p>\n`)
  )
}

const verification = ({ migration: { verified } }: SignOff, view: View.View): string => {
  if (verified === null) return section("Verified", "<p>Not verified.</p>\n")
  const different = SignOffText.differences(verified, listed)
  return section(
    "Verified",
    `<p>${Escape.html(`${Times.atWithZone(view, verified.at)}, ${plural(verified.calls, "read call")}`)}</p>\n${list(SignOffText.verified(verified))}` +
      (different.length === 0 ? "" : `<h4>Differences</h4>\n${list(different)}`) +
      (verified.unread.length === 0 ? "" : `<h4>Not read whole</h4>\n${list(verified.unread.map((text) => Terminal.visible(text)))}`)
  )
}

const refused = ({ done }: SignOff): string =>
  done.refused.length === 0
    ? ""
    : section(
        `Refused: ${number(done.refused.length)}`,
        table(
          ["group", "who", "the vendor's words"],
          done.refused.map(({ customer, group, reason }) => [
            Markup.name(Terminal.visible(group)),
            customer === null ? "the group itself" : Markup.name(Terminal.visible(customer)),
            Escape.html(Terminal.visible(reason, 1000))
          ])
        )
      )

const notFound = ({ plan }: SignOff, view: View.View): string => {
  const { reasons, total } = plan.unmatched
  if (total === 0) return ""
  const target = Terminal.visible(View.title(view, plan.to.connector))
  const by = reasons.filter(({ customers }) => customers > 0).map(({ customers, reason }) => `${number(customers)} ${Wording.unmatched(reason, target)}`)
  return section(`Not found: ${number(total)}`, `${list(by)}<p>They are in no group. All of them: ${code("people.csv")}</p>\n`)
}

const heldParts = (parts: ReadonlyArray<HeldPart>): string =>
  parts.length === 0
    ? ""
    : section(
        `Held: ${number(parts.length)}`,
        `<ul>${parts.map((part) => `<li>${Escape.html(`${part.id} ${HeldWording.short(part)}`)} ${code(`groupbridge held ${part.id}`)}</li>`).join("\n")}</ul>\n`
      )

const decisions = ({ decisions: rows }: SignOff, view: View.View): string =>
  rows.length === 0
    ? ""
    : section(
        "Decisions",
        table(
          ["part", "decision", "by", "when", "reason"],
          rows.map((row) => [
            Escape.html(row.subject),
            Escape.html(row.what),
            Escape.html(`${Terminal.visible(row.who)}@${Terminal.visible(row.host)}`),
            Escape.html(Times.atWithZone(view, row.at)),
            Escape.html(row.reason === null ? "" : Terminal.visible(row.reason, 500))
          ])
        )
      )

const undo = ({ done, undo: price }: SignOff): string =>
  section(
    "Taking it back",
    price === null
      ? "<p>The target has no call that takes a membership away.</p>\n"
      : `<p>${Escape.html(`${plural(price.calls, "call")}, ${Times.duration(price.seconds * 1000)}, as long as nothing else has changed. In this order:`)}</p>\n<ul>${SignOffJson.undoCommands(
          done
        )
          .map((text) => `<li>${code(text)}</li>`)
          .join("")}</ul>\n`
  )

/** Writes the page. */
export const write = async (data: SignOff, view: View.View, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(Frame.opening(`Sign-off of ${data.migration.id}`, "by Groupbridge", null, view))
  await out.write(
    `<main>\n${verdict(data, view)}${figures(data)}${verification(data, view)}${refused(data)}${notFound(data, view)}${heldParts(data.held)}${decisions(data, view)}${undo(data)}</main>\n</body>\n</html>\n`
  )
  await out.flush()
}
