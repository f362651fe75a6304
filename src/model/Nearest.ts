/** The nearest right word to a wrong one. */

/** Letters to insert, delete, replace or swap with their neighbour to make `b` of `a`. */
export const distance = (a: string, b: string): number => {
  let beforeLast: Array<number> = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let best = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1)
      }
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return last[b.length] ?? 0
}

const fold = (word: string): string => word.toLowerCase().replace(/[\s_-]/g, "")

/** The candidate that is most likely meant: at most a third of its letters away, case and separators apart. The first of equals. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  let best: { readonly word: string; readonly distance: number } | undefined
  const folded = fold(word)
  for (const candidate of candidates) {
    const away = distance(folded, fold(candidate))
    const allowed = Math.max(1, Math.floor(Math.max(candidate.length, word.length) / 3))
    if (away <= allowed && away < candidate.length && (best === undefined || away < best.distance)) best = { word: candidate, distance: away }
  }
  return best?.word
}

/** `; did you mean "x"?`, or what is allowed where nothing is near, or nothing where nothing is allowed. */
export const hint = (word: string, candidates: ReadonlyArray<string>): string => {
  const near = nearest(word, candidates)
  if (near !== undefined) return `; did you mean "${near}"?`
  return candidates.length === 0 ? "" : `; allowed: ${candidates.join(", ")}`
}
