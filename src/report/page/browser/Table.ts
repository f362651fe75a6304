/** One table of changes: unpacks its rows, and lets the reader search, filter, sort and scroll. */
import type { PageData } from "../PageData.ts"
import * as RowCells from "../RowCells.ts"
import * as Details from "./Details.ts"
import * as Elements from "./Elements.ts"
import * as Filter from "./Filter.ts"
import * as Grid from "./Grid.ts"
import * as Order from "./Order.ts"
import * as Rows from "./Rows.ts"

const number = (value: number): string => value.toLocaleString("en")

const queryOf = (form: HTMLFormElement): Filter.Query => {
  const value = (key: string): string => form.querySelector<HTMLInputElement | HTMLSelectElement>(`[data-filter=${key}]`)?.value ?? ""
  const place = (key: string): number | null => (value(key) === "" ? null : Number(value(key)))
  return { text: value("text"), group: value("group"), operation: place("operation"), cause: place("cause"), rule: place("rule"), held: place("held") }
}

/** Turns heads into buttons; `onSort` is given the column and whether it is turned round. */
const sortable = (table: HTMLTableElement, onSort: (key: RowCells.ColumnKey, descending: boolean) => void): void => {
  const heads = [...table.querySelectorAll<HTMLTableCellElement>("th[data-sort]")]
  for (const head of heads) {
    const key = RowCells.COLUMNS.find((column) => column.key === head.dataset["sort"])?.key ?? "what"
    const button = Elements.element("button", { type: "button" }, head.textContent ?? "")
    head.replaceChildren(button)
    head.setAttribute("aria-sort", key === "what" ? "ascending" : "none")
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending"
      for (const other of heads) other.setAttribute("aria-sort", "none")
      head.setAttribute("aria-sort", descending ? "descending" : "ascending")
      onSort(key, descending)
    })
  }
}

/** "12 of 100,000 changes", and where rows are shown in parts, which part and the way to the others. */
const tell = (status: HTMLElement, grid: Grid.Grid, whole: number): void => {
  const { first, last, total } = grid.part()
  const part = last - first < total ? `, shown are ${number(first + 1)} to ${number(last)}` : ""
  status.textContent = `${total === whole ? number(whole) : `${number(total)} of ${number(whole)}`} ${whole === 1 ? "change" : "changes"}${part}`
  if (part === "") return
  const step = (label: string, by: 1 | -1, isEnd: boolean): void => {
    const button = Elements.element("button", { type: "button" }, label)
    button.disabled = isEnd
    button.addEventListener("click", () => {
      grid.turn(by)
      tell(status, grid, whole)
    })
    status.append(" ", button)
  }
  step("previous", -1, first === 0)
  step("next", 1, last >= total)
}

/** Takes the place of the rows that stand there without the script. */
export const install = async (section: HTMLElement): Promise<void> => {
  const [region, table, form, status, embedded] = [
    section.querySelector<HTMLElement>(".grid"),
    section.querySelector("table"),
    section.querySelector("form"),
    section.querySelector<HTMLElement>(".status"),
    section.querySelector("script.data")
  ]
  if (region === null || table === null || form === null || status === null || embedded === null) return
  const data = JSON.parse(embedded.textContent ?? "") as PageData
  const rows = await Rows.load(document, section.dataset["changes"] ?? "", data)
  const order = Order.make(rows, data)
  const select = Filter.make(rows, data)
  const grid = Grid.make(region, table, (row, place) => {
    const cells = RowCells.of(data, Rows.row(rows, row))
    return Elements.row(cells, place, () => Details.show(cells))
  })
  let sort: { readonly key: RowCells.ColumnKey; readonly descending: boolean } = { key: "what", descending: false }
  const update = (): void => {
    grid.show(select(order(sort.key), sort.descending, queryOf(form)))
    tell(status, grid, rows.count)
  }
  sortable(table, (key, descending) => {
    sort = { key, descending }
    update()
  })
  form.hidden = false
  form.addEventListener("input", update)
  form.addEventListener("submit", (event) => event.preventDefault())
  // The fields are emptied after the event.
  form.addEventListener("reset", () => setTimeout(update))
  update()
}
