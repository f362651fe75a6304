/** What looking costs, and which way of looking costs least. Costs are calls. */

/** Calls that a list of `rows` takes in pages of `pageSize`: an empty list takes one. */
export const pages = (rows: number, pageSize: number): number => Math.max(1, Math.ceil(rows / pageSize))

/**
 * How to begin to find `needed` addresses: by one search each, or with the first page of the list of all, which tells how long the list is and
 * shows some. Of the list nothing is known before but that it has at least `known` customers.
 */
export const firstLook = (question: {
  readonly needed: number
  readonly known: number
  readonly pageSize: number
  readonly list: boolean
  readonly search: boolean
}): "list" | "search" | "none" => {
  const { known, list, needed, pageSize, search } = question
  if (!search) return list ? "list" : "none"
  return list && needed > pages(known, pageSize) ? "list" : "search"
}

/** Whether the rest of the list, of which one page is read, costs less than one search each. `total` null: it does not tell how long it is. */
export const listOn = (question: { readonly needed: number; readonly total: number | null; readonly pageSize: number; readonly search: boolean }): boolean => {
  const { needed, pageSize, search, total } = question
  if (!search) return true
  return total !== null && pages(total, pageSize) - 1 < needed
}
