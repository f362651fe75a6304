/** All of one row in a dialog: texts in full, what its rule says, and the command that tells why. */
import type { Cells } from "../RowCells.ts"
import * as Copy from "./Copy.ts"
import { element, source } from "./Elements.ts"

const fields = (cells: Cells): ReadonlyArray<readonly [string, Node | string]> => [
  ["who", element("bdi", {}, cells.who)],
  ["name", element("bdi", {}, cells.name)],
  ["group", element("bdi", {}, cells.group)],
  ["why", cells.why],
  ["source", source(cells)],
  ["rule", cells.meaning === "" ? cells.rule : `${cells.rule}: ${cells.meaning}`],
  ["held", cells.held]
]

/** Opens the dialog; it goes when it is closed, and the button that opened it has the focus again. */
export const show = (cells: Cells): void => {
  const list = element("dl", { class: "facts" })
  for (const [term, value] of fields(cells)) {
    if (typeof value === "string" ? value === "" : value.textContent === "") continue
    list.append(element("dt", {}, term), element("dd", {}, value))
  }
  const title = element("h2", { id: "details-title" }, cells.what)
  const dialog = element("dialog", { "aria-labelledby": "details-title" }, title, list)
  if (cells.explain !== null) {
    const button = element("button", { type: "button", class: "copy", "aria-label": `Copy ${cells.explain}` }, "Copy")
    dialog.append(element("p", {}, "What led to it: ", element("span", { class: "command" }, element("code", {}, cells.explain), button)))
  }
  dialog.append(element("form", { method: "dialog" }, element("button", {}, "Close")))
  dialog.addEventListener("close", () => dialog.remove())
  document.body.append(dialog)
  Copy.install(dialog)
  dialog.showModal()
}
