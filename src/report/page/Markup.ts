/** Pieces of the page's HTML. Every text that comes from outside passes `Escape.html` here or in the file that uses it. */
import * as Escape from "../Escape.ts"
import type { Cells } from "./RowCells.ts"
import { COLUMNS } from "./RowCells.ts"

/** A name: text that may run the other way than the sentence around it. */
export const name = (text: string): string => (text === "" ? "" : `<bdi>${Escape.html(text)}</bdi>`)

/** A command to type, with the button that copies it; the script shows the button. */
export const command = (text: string): string =>
  `<span class="command"><code>${Escape.html(text)}</code><button type="button" class="copy" aria-label="Copy ${Escape.html(text)}" hidden>Copy</button></span>`

/** A sentence; three spaces before its command become a line of its own, as the command is what is copied. */
export const sentence = (text: string): string => {
  const at = text.indexOf("   groupbridge ")
  return at < 0 ? Escape.html(text) : `${Escape.html(text.slice(0, at))} ${command(text.slice(at + 3))}`
}

export interface Segment {
  /** Of the drawing's width of 100. */
  readonly from: number
  readonly width: number
  readonly tone: string
}

const digits = (value: number): string => String(Math.round(value * 100) / 100)

/** A bar of segments and marks (lines at a place). The numbers stand beside it as text, so that it says nothing of its own. */
export const bar = (segments: ReadonlyArray<Segment>, marks: ReadonlyArray<number> = []): string =>
  `<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="ground" x="0" y="0" width="100" height="10"/>` +
  segments.map(({ from, tone, width }) => `<rect class="${tone}" x="${digits(from)}" y="0" width="${digits(Math.max(0, width))}" height="10"/>`).join("") +
  marks.map((at) => `<rect class="mark" x="${digits(Math.min(99.4, Math.max(0, at - 0.3)))}" y="0" width="0.6" height="10"/>`).join("") +
  `</svg>`

/** A value beside its limit: the bar ends at the greater of both. */
export const measure = (value: number, limit: number, over: boolean): string => {
  const whole = Math.max(value, limit) * 1.05
  return whole === 0 ? bar([]) : bar([{ from: 0, width: (value / whole) * 100, tone: over ? "bad" : "good" }], [(limit / whole) * 100])
}

const link = (cells: Cells): string =>
  cells.url === null ? name(cells.source) : `<a href="${Escape.html(cells.url)}" rel="noreferrer" target="_blank">${name(cells.source)}</a>`

/** A row of the table as it is without the script; the script makes the same. */
export const row = (cells: Cells): string => {
  const what = cells.held === "" ? cells.what : `${cells.what} ${cells.held}`
  const parts: Readonly<Record<(typeof COLUMNS)[number]["key"], string>> = {
    what: `<span class="${cells.tone}">${Escape.html(what)}</span>`,
    who: name(cells.who) + (cells.name === "" ? "" : ` <small>${name(cells.name)}</small>`),
    group: name(cells.group),
    why: Escape.html(cells.why),
    source: link(cells),
    rule: Escape.html(cells.rule)
  }
  const explain = cells.explain === null ? "" : `<code>${Escape.html(cells.explain)}</code>`
  return `<tr>${COLUMNS.map(({ key, title }) => `<td data-label="${title}">${parts[key]}</td>`).join("")}<td data-label="explain" class="more">${explain}</td></tr>\n`
}
