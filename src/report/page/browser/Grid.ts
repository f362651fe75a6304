/** A table of which only the rows in sight exist. */
import { element } from "./Elements.ts"

/** Browsers bound the height of an element, the strictest to some 17 million pixels: beyond this many the rows are shown in parts. */
const TALLEST = 8_000_000

/** Rows made above and below those in sight. */
const MARGIN = 12

/** Rows that are printed; nobody reads more on paper. */
const PRINTED = 2000

export interface Grid {
  /** Shows these rows from the top. */
  readonly show: (rows: Uint32Array) => void
  /** How many rows one part has; all of them where they fit. */
  readonly part: () => { readonly first: number; readonly last: number; readonly total: number }
  /** Goes to the next part, or the one before. */
  readonly turn: (by: 1 | -1) => void
}

export const make = (region: HTMLElement, table: HTMLTableElement, makeRow: (row: number, place: number) => HTMLTableRowElement): Grid => {
  const body = element("tbody")
  table.tBodies[0]?.replaceWith(body)
  region.classList.replace("static", "windowed")
  let all = new Uint32Array()
  let first = 0
  let shown = { from: 0, to: 0 }
  let height = 40
  const perPart = (): number => Math.floor(TALLEST / height)
  const last = (): number => Math.min(all.length, first + perPart())

  const gap = (rows: number): ReadonlyArray<HTMLTableRowElement> => {
    if (rows <= 0) return []
    const cell = element("td", { colspan: "7" })
    cell.style.height = `${rows * height}px`
    return [element("tr", { class: "gap", "aria-hidden": "true" }, cell)]
  }

  const rowsOf = (from: number, to: number): ReadonlyArray<HTMLTableRowElement> =>
    Array.from({ length: Math.max(0, to - from) }, (_, index) => makeRow(all[from + index] ?? 0, from + index + 2))

  /** Rows that stay keep their elements, and with them the reader's focus. */
  const draw = (): void => {
    const top = first + Math.floor(region.scrollTop / height)
    const from = Math.max(first, top - MARGIN)
    const to = Math.min(last(), top + Math.ceil(region.clientHeight / height) + MARGIN)
    if (from === shown.from && to === shown.to) return
    const old = new Map([...body.querySelectorAll("tr:not(.gap)")].map((row) => [Number(row.getAttribute("aria-rowindex")) - 2, row]))
    const rows = Array.from({ length: Math.max(0, to - from) }, (_, index) => old.get(from + index) ?? makeRow(all[from + index] ?? 0, from + index + 2))
    const focused = body.contains(document.activeElement) ? document.activeElement : null
    body.replaceChildren(...gap(from - first), ...rows, ...gap(last() - to))
    shown = { from, to }
    if (focused instanceof HTMLElement) (body.contains(focused) ? focused : region).focus({ preventScroll: true })
  }

  const restart = (): void => {
    region.scrollTop = 0
    shown = { from: -1, to: -1 }
    body.replaceChildren(...rowsOf(first, Math.min(last(), first + 1)))
    const real = body.querySelector("tr")?.getBoundingClientRect().height ?? 0
    if (real > 0) height = real
    table.setAttribute("aria-rowcount", String(all.length + 1))
    body.replaceChildren()
    draw()
  }

  let waiting = false
  region.addEventListener(
    "scroll",
    () => {
      if (waiting) return
      waiting = true
      requestAnimationFrame(() => {
        waiting = false
        draw()
      })
    },
    { passive: true }
  )
  new ResizeObserver(() => restartAt()).observe(region)
  const restartAt = (): void => {
    const place = region.scrollTop / height
    shown = { from: -1, to: -1 }
    const real = body.querySelector("tr:not(.gap)")?.getBoundingClientRect().height ?? height
    if (real !== height && real > 0) {
      height = real
      region.scrollTop = place * height
    }
    draw()
  }
  addEventListener("beforeprint", () => {
    const to = Math.min(all.length, PRINTED)
    const rest = all.length - to
    const note = element("tr", {}, element("td", { colspan: "7" }, `${rest.toLocaleString("en")} more are not printed; a filter chooses which are.`))
    body.replaceChildren(...rowsOf(0, to), ...(rest > 0 ? [note] : []))
  })
  addEventListener("afterprint", restart)

  return {
    show: (rows) => {
      all = new Uint32Array(rows)
      first = 0
      restart()
    },
    part: () => ({ first, last: last(), total: all.length }),
    turn: (by) => {
      first = Math.max(0, Math.min(first + by * perPart(), all.length - 1))
      restart()
    }
  }
}
