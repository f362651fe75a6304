/** What looking costs, and which way of looking costs least. Costs are calls. */

/** Calls that a list of `rows` takes in pages of `pageSize`: an empty list takes one. */
export const pages = (rows: number, pageSize: number): number => Math.max(1, Math.ceil(rows / pageSize))

/**
 * How to find `needed` addresses: one search each, or one list of all. `total` is what the target told of its customers, null if it did not,
 * and then searching is preferred as long as it is possible at all.
 */
export const cheapestLookup = (question: {
  readonly needed: number
  readonly total: number | null
  readonly pageSize: number
  readonly list: boolean
  readonly search: boolean
}): "list" | "search" | "none" => {
  const { needed, total, pageSize, list, search } = question
  if (!search) return list ? "list" : "none"
  if (!list || total === null) return "search"
  return pages(total, pageSize) < needed ? "list" : "search"
}
