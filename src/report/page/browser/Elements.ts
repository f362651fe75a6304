/** Elements of the page that the script makes. Texts become text nodes and nothing else. */
import { type Cells, COLUMNS } from "../RowCells.ts"

export const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: ReadonlyArray<Node | string>
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

const name = (text: string): HTMLElement => element("bdi", {}, text)

/** The record at its source, as a link where its page is known. */
export const source = ({ source: text, url }: Cells): Node =>
  url === null ? name(text) : element("a", { href: url, rel: "noreferrer", target: "_blank" }, name(text))

const contents = (cells: Cells): Readonly<Record<(typeof COLUMNS)[number]["key"], ReadonlyArray<Node | string>>> => ({
  what: [element("span", { class: cells.tone }, cells.held === "" ? cells.what : `${cells.what} ${cells.held}`)],
  who: cells.who === "" ? [] : [name(cells.who), ...(cells.name === "" ? [] : [" ", element("small", {}, name(cells.name))])],
  group: [name(cells.group)],
  why: [cells.why],
  source: cells.source === "" ? [] : [source(cells)],
  rule: [cells.rule]
})

/** A row of the table; its button shows all of it. */
export const row = (cells: Cells, place: number, onMore: () => void): HTMLTableRowElement => {
  const parts = contents(cells)
  const made = element("tr", { "aria-rowindex": String(place) })
  for (const { key, title } of COLUMNS) made.append(element("td", { "data-label": title }, ...parts[key]))
  const more = element("button", { type: "button", "aria-label": `Details of ${cells.what} ${cells.who === "" ? cells.group : cells.who}` }, "Details")
  more.addEventListener("click", onMore)
  made.append(element("td", { "data-label": "explain", class: "more" }, more))
  return made
}
