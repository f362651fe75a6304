/** How the sandbox's list of contacts takes `updated_since`: as the vendor's pages of today say, and in all the ways that no page rules out. */

/**
 * `documented`: `updated_since`. `older`: `_updated_since` alone. `refused`: neither. `ignored`: both are taken, and everybody is shown.
 * `ahead`: the time is understood as that of another zone, so that changes of some hours are held back. `empty`: nobody is ever shown.
 */
export type Filter = "documented" | "older" | "refused" | "ignored" | "ahead" | "empty"

const spellings = ["updated_since", "_updated_since"] as const

const known: Readonly<Record<Filter, ReadonlyArray<string>>> = {
  documented: ["updated_since"],
  older: ["_updated_since"],
  refused: [],
  ignored: spellings,
  ahead: ["updated_since"],
  empty: ["updated_since"]
}

const zone = 8 * 3_600_000

/** Which rows are shown, by the time of their change in epoch milliseconds; a text is the name of the parameter that is not known. */
export const keep = (query: URLSearchParams, filter: Filter): ((changedAt: number) => boolean) | string => {
  const spelling = spellings.find((name) => query.has(name))
  if (spelling === undefined || filter === "ignored") return () => true
  if (!known[filter].includes(spelling)) return spelling
  const since = Date.parse(query.get(spelling) ?? "") + (filter === "ahead" ? zone : 0)
  return (changedAt) => filter !== "empty" && changedAt > since
}
