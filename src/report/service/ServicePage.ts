/** The pages of a service: each sync at a glance, what waits for a person, thirty days of runs, and one run with what it changed. Made anew for each request. */
import { createHash } from "node:crypto"
import type { Change, HeldPart } from "../../model/Change.ts"
import { waitsWhole } from "../../model/HoldReason.ts"
import type { RunRow, StatusRow } from "../../model/Overview.ts"
import type { PlanResult } from "../../model/Result.ts"
import * as Escape from "../Escape.ts"
import { number, plural } from "../Numbers.ts"
import * as Dictionaries from "../page/Dictionaries.ts"
import * as HeldCards from "../page/HeldCards.ts"
import * as Markup from "../page/Markup.ts"
import * as RowCells from "../page/RowCells.ts"
import { STYLE } from "../page/Style.ts"
import * as RunsText from "../RunsText.ts"
import * as StatusText from "../StatusText.ts"
import * as Terminal from "../Terminal.ts"
import * as Times from "../Times.ts"
import type { View } from "../View.ts"
import * as RunStrip from "./RunStrip.ts"

const MORE = `.syncs{list-style:none;padding:0;display:grid;gap:1rem}.syncs>li{border:1px solid var(--line);border-left:.4rem solid currentColor;border-radius:.6rem;padding:.75rem 1rem;min-width:0}
.syncs h2,.syncs p,.syncs ul,.syncs figure{color:var(--text)}.syncs .state{font-weight:600}.syncs>li.good{color:var(--good)}.syncs>li.bad{color:var(--bad)}.syncs>li.warn{color:var(--warn)}
.decide{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:end;margin-top:.75rem}.decide label{display:grid;font-size:.85rem;color:var(--quiet);flex:1 1 12rem}
.decide input{color:var(--text)}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--soft);border-radius:.4rem;padding:.6rem .8rem;margin:.4rem 0}
.login{display:grid;gap:.75rem;max-width:26rem}.login label{display:grid}.top form{margin-left:auto}
.run col:nth-child(3){width:18%}.run col:nth-child(5){width:12rem}.run col:nth-child(7){width:22%}#progress:empty{display:none}`

const style = STYLE + MORE

const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

export interface Page {
  readonly html: string
  /** The value of `content-security-policy`. */
  readonly policy: string
}

/** Who may decide, and as whom. */
export interface Deciding {
  /** Goes with each form. */
  readonly formSecret: string
  /** As they called themselves last. */
  readonly name: string
}

export interface Held {
  readonly part: HeldPart
  /** Its first changes. */
  readonly samples: ReadonlyArray<Change>
}

export interface Overview {
  readonly rows: ReadonlyArray<StatusRow>
  readonly held: ReadonlyArray<Held>
  /** Of the last thirty days, newest first. */
  readonly runs: ReadonlyArray<RunRow>
  /** Where the records of sources are, by connection. */
  readonly from: PlanResult["from"]
  /** What is under way, in words; empty: nothing. */
  readonly progress: string
  /** What came of the reader's last decision. */
  readonly notice: string | null
  /** What is wrong with the config or the state, each a sentence. */
  readonly problems: ReadonlyArray<string>
  /** Null: the reader may look. */
  readonly deciding: Deciding | null
  /** Whether a log-in leads to deciding. */
  readonly canLogIn: boolean
}

/** Wraps what stands in `main`. `script` empty: the page has none. */
const page = (title: string, head: string, body: string, script: string): Page => ({
  html:
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n` +
    `<title>${Escape.html(title)}</title>\n<style>${style}</style>\n</head>\n<body>\n<header class="top"><h1>${Escape.html(title)}</h1>${head}</header>\n<main>\n${body}</main>\n` +
    `${script === "" ? "" : `<script>${script}</script>\n`}</body>\n</html>\n`,
  policy: `default-src 'none'; style-src ${digest(style)}; ${script === "" ? "" : `script-src ${digest(script)}; connect-src 'self'; `}form-action 'self'; base-uri 'none'; frame-ancestors 'none'`
})

const toneOf = (row: StatusRow, view: View): "good" | "warn" | "bad" => {
  const [tone] = StatusText.stateText(row, view)
  if (tone === "bad" || row.state === "failed") return "bad"
  return tone === "warn" || StatusText.needs(row, view).length > 0 ? "warn" : "good"
}

const sync = (row: StatusRow, runs: ReadonlyArray<RunRow>, view: View): string => {
  const [, state] = StatusText.stateText(row, view)
  const notFound = row.unmatched === 0 ? [] : [`not found: ${plural(row.unmatched, "customer")}   groupbridge unmatched ${Terminal.visible(row.sync)}`]
  const waiting = [...StatusText.needs(row, view), ...notFound]
  return (
    `<li class="${toneOf(row, view)}"><h2>${Markup.name(Terminal.visible(row.sync))}</h2>\n` +
    `<p class="state">${Escape.html(state)}</p>\n<p>${Escape.html(StatusText.today(row).trim())}</p>\n` +
    (waiting.length === 0 ? "" : `<ul>${waiting.map((line) => `<li>${Markup.sentence(line)}</li>`).join("")}</ul>\n`) +
    `${RunStrip.html(runs, view)}</li>\n`
  )
}

const form = ({ formSecret, name }: Deciding, id: string): string =>
  `<form class="decide" method="post" action="/decide"><input type="hidden" name="secret" value="${Escape.html(formSecret)}"><input type="hidden" name="part" value="${Escape.html(id)}">` +
  `<label>Your name<input name="who" required maxlength="80" autocomplete="name" value="${Escape.html(name)}"></label><label>Reason<input name="reason" required maxlength="500"></label>` +
  `<button name="verdict" value="approve">Approve ${Escape.html(id)}</button><button name="verdict" value="reject">Reject ${Escape.html(id)}</button></form>`

const answers = (deciding: Deciding | null): HeldCards.Answers => {
  if (deciding === null) return HeldCards.commands
  return (part) => {
    const isDecided = part.decision !== "open" || waitsWhole(part)
    return isDecided ? HeldCards.commands(part) : `${HeldCards.meaning(part)}${form(deciding, Terminal.visible(part.id))}`
  }
}

const held = ({ deciding, from, held: parts }: Overview, view: View): string => {
  if (parts.length === 0) return ""
  const dictionaries = Dictionaries.make({ sync: "", rules: [], from }, view)
  const samples = new Map(parts.map(({ part, samples: changes }) => [part.id, changes.map(dictionaries.row)]))
  return `<section><h3>Held, and waiting for a person</h3>\n${HeldCards.cards(
    parts.map(({ part }) => part),
    samples,
    dictionaries.data(0),
    view,
    { prefix: "held", decide: answers(deciding), rest: (part) => `: ${Markup.command(`groupbridge held ${Terminal.visible(part.id)} --all`)}` }
  )}</section>\n`
}

const listed = 30

const runsTable = (runs: ReadonlyArray<RunRow>, view: View): string =>
  runs.length === 0
    ? ""
    : `<section><h3>Runs</h3>\n<div class="grid"><table><thead><tr><th scope="col">run</th><th scope="col">sync</th><th scope="col">started</th><th scope="col">status</th><th scope="col">did</th><th scope="col">by</th></tr></thead>\n<tbody>${runs
        .slice(0, listed)
        .map((run) => {
          const id = Escape.html(Terminal.visible(run.run))
          const cells = [Times.atWithZone(view, run.startedAt), run.status, RunsText.did(run), `${RunsText.command(run)} by ${Terminal.visible(run.by)}`]
          return `<tr><td data-label="run"><a href="/runs/${id}">${id}</a></td><td data-label="sync">${Markup.name(Terminal.visible(run.sync))}</td>${cells.map((text, index) => `<td data-label="${["started", "status", "did", "by"][index] ?? ""}">${Escape.html(text)}</td>`).join("")}</tr>`
        })
        .join("\n")}</tbody></table></div></section>\n`

const account = ({ canLogIn, deciding }: Overview): string => {
  if (deciding !== null)
    return `<form method="post" action="/logout"><input type="hidden" name="secret" value="${Escape.html(deciding.formSecret)}"><button>Log out</button></form>`
  return canLogIn ? `<p><a href="/login">Log in to decide</a></p>` : ""
}

/** The page at a glance. */
export const overview = (data: Overview, view: View, script: string): Page => {
  const of = (name: string) => data.runs.filter((run) => run.sync === name)
  const bad = data.rows.filter((row) => toneOf(row, view) === "bad").length
  const title = bad === 0 ? "Groupbridge" : `Groupbridge: ${plural(bad, "sync")} failing`
  return page(
    title,
    `<p>${Escape.html(Times.dated(view, view.now))}</p>${account(data)}`,
    `<p id="progress" role="status">${Escape.html(data.progress)}</p>\n<p id="news" class="note warn" hidden>Something changed meanwhile. <a href="/">Show it</a></p>\n` +
      (data.notice === null ? "" : `<section class="note" aria-label="What came of your decision"><pre>${Escape.html(data.notice)}</pre></section>\n`) +
      data.problems.map((text) => `<p class="note bad">${Escape.html(Terminal.visible(text, 2000))}</p>\n`).join("") +
      `<ul class="syncs">${data.rows.map((row) => sync(row, of(row.sync), view)).join("")}</ul>\n${held(data, view)}${runsTable(data.runs, view)}`,
    script
  )
}

/** The log-in; `failed`: what was sent was wrong. */
export const login = (failed: boolean): Page =>
  page(
    "Groupbridge",
    "",
    `<form class="login" method="post" action="/login">${failed ? `<p class="note bad" role="alert">That is not the token.</p>` : ""}<label>Token<input type="password" name="token" required autocomplete="current-password" autofocus></label><button>Log in</button><p><small>It is serve.token of the config. groupbridge serve --open prints a link that opens once.</small></p></form>\n`,
    ""
  )

/** A sentence on a page of its own. */
export const message = (title: string, text: string): Page => page(title, "", `<p>${Escape.html(text)}</p>\n<p><a href="/">All syncs</a></p>\n`, "")

/** How many changes a run's page lists. */
export const mostChanges = 1000

/** One run with what it changed, in the order of its plan; `more`: there are changes beyond those. */
export const run = (row: RunRow, changes: ReadonlyArray<Change>, more: boolean, from: PlanResult["from"], view: View): Page => {
  const dictionaries = Dictionaries.make({ sync: row.sync, rules: [], from }, view)
  const rows = changes.map(dictionaries.row)
  const data = dictionaries.data(rows.length)
  const id = Terminal.visible(row.run)
  const facts = [
    ["started", `${Times.atWithZone(view, row.startedAt)} by ${Terminal.visible(row.by)}: ${RunsText.command(row)}`],
    ["did", RunsText.did(row)],
    ["calls", `${number(row.calls.write)} to write, ${number(row.calls.read)} to read`],
    ...(row.reason === null ? [] : [["reason", Terminal.visible(row.reason, 500)]]),
    ...(row.error === null ? [] : [["failed", Terminal.visible(row.error.message, 2000)]])
  ]
  const header = `${RowCells.COLUMNS.map(({ title }) => `<th scope="col">${title}</th>`).join("")}<th scope="col">explain</th>`
  return page(
    `${id} ${Terminal.visible(row.sync)}: ${row.status}`,
    `<p><a href="/">All syncs</a></p>`,
    `<dl class="facts">${facts.map(([term, text]) => `<dt>${term}</dt><dd>${Escape.html(text ?? "")}</dd>`).join("")}</dl>\n` +
      (rows.length === 0
        ? "<p>It changed nothing.</p>\n"
        : `<div class="grid static run"><table class="changes"><colgroup>${"<col>".repeat(RowCells.COLUMNS.length + 1)}</colgroup><thead><tr>${header}</tr></thead><tbody>${rows.map((one) => Markup.row(RowCells.of(data, one))).join("")}</tbody></table></div>\n`) +
      (more ? `<p>These are the first ${number(rows.length)}. All of them: ${Markup.command(`groupbridge runs ${id} --csv`)}</p>\n` : ""),
    ""
  )
}
