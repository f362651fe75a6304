/** Plans as one self-contained page: no script, nothing loaded from anywhere, readable in light and dark. Rows are streamed in the plan's order. */
import { createHash } from "node:crypto"
import type { Change } from "../model/Change.ts"
import * as Escape from "./Escape.ts"
import * as Facts from "./Facts.ts"
import type { PlanInput } from "./PlanInput.ts"
import * as PlanRows from "./PlanRows.ts"
import * as Sink from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const STYLE = `:root{color-scheme:light dark;--line:#8884;--bad:#b3261e;--good:#1b7a3d;--warn:#8a5a00}
@media (prefers-color-scheme:dark){:root{--bad:#ff8a80;--good:#7ddc9a;--warn:#ffc266}}
body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.15rem;margin-top:2.5rem}
.counts{font-size:1.1rem;font-weight:600}.bad{color:var(--bad)}.good{color:var(--good)}.warn{color:var(--warn)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{position:sticky;top:0;background:Canvas}`

const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`

/** Longest name on the page, in columns. */
const LONGEST = 500

/** Writes the page. */
export const write = async (inputs: ReadonlyArray<PlanInput>, view: View, sink: Sink.Sink): Promise<void> => {
  const out = Sink.make(sink)
  await out.write(
    `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="${POLICY}">\n` +
      `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n<title>Groupbridge plan</title>\n<style>${STYLE}</style>\n` +
      `</head>\n<body>\n<h1>Groupbridge plan, ${Escape.html(Times.atWithZone(view, view.now))}</h1>\n`
  )
  for (const input of inputs) await one(input, view, out)
  await out.write("</body>\n</html>\n")
  await out.flush()
}

const one = async ({ plan, changes }: PlanInput, view: View, out: Sink.Writer): Promise<void> => {
  const held = Facts.heldLine(plan.held)
  await out.write(`<h2>${Escape.html(Terminal.visible(plan.sync))}: <bdi>${Escape.html(Facts.way(plan, view))}</bdi></h2>\n`)
  if (plan.error === null) {
    await out.write(`<p class="counts">${Escape.html(Wording.planned(plan.summary, null))}</p>\n<p>${Escape.html(Wording.estimate(plan.estimate))}</p>\n`)
  }
  if (held !== null) await out.write(`<p class="warn">${Escape.html(held)}</p>\n`)
  await out.write(`<p>${Escape.html(Facts.readings(plan.reads, view))}${plan.firstRun ? ", first run" : ""}</p>\n<dl>\n`)
  const facts = [
    ...(plan.error === null ? [] : [Facts.failure(plan.error, null)]),
    ...Facts.incomplete(plan.reads),
    ...plan.held.map((part) => Facts.held(part, view, false)),
    ...Facts.notFound(plan, view),
    ...Facts.byHand(plan),
    ...Facts.tasks(plan.summary.tasks),
    ...Facts.withheld(plan.withheld),
    ...Facts.pinned(plan.pinned),
    ...Facts.warnings(plan.warnings),
    ...Facts.found(plan.foundRows)
  ]
  for (const fact of facts) {
    for (const [index, row] of fact.rows.entries()) {
      const label = row.term ?? (index === 0 ? fact.label : "")
      await out.write(`<dt${index === 0 ? ` class="${fact.tone}"` : ""}>${Escape.html(label)}</dt><dd>${Escape.html(row.text)}</dd>\n`)
    }
  }
  await out.write("</dl>\n<table>\n<thead><tr><th>what</th><th>who</th><th>group</th><th>why</th><th>source</th><th>rule</th></tr></thead>\n<tbody>\n")
  for await (const change of changes) await out.write(row(change))
  await out.write("</tbody>\n</table>\n<p>Nothing was written.</p>\n")
}

const row = (change: Change): string => {
  const tone = PlanRows.waits(change) ? "warn" : PlanRows.removes(change) ? "bad" : "good"
  const name = (text: string): string => (text === "" ? "<td></td>" : `<td><bdi>${Escape.html(text)}</bdi></td>`)
  const rule = change.rule === undefined ? "" : `rule ${change.rule.index} (line ${change.rule.line})`
  return (
    `<tr><td class="${tone}">${Escape.html(PlanRows.label(change))}</td>${name(PlanRows.who(change, LONGEST))}${name(PlanRows.groupText(change))}` +
    `<td>${Escape.html(Wording.cause(change.cause))}</td>${name(PlanRows.source(change))}<td>${rule}</td></tr>\n`
  )
}
