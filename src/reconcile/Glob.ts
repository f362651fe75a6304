/** Patterns over names: `*` stands for any run of characters, `?` for one; everything else for itself, without regard to case. */

/** Whether the whole of `text` fits. Linear in practice, never exponential: on a mismatch only the last `*` is widened. */
export const matches = (pattern: string, text: string): boolean => {
  const p = [...pattern.toLowerCase()]
  const t = [...text.toLowerCase()]
  let [pi, ti, star, mark] = [0, 0, -1, 0]
  while (ti < t.length) {
    if (p[pi] === "*") {
      star = pi
      mark = ti
      pi += 1
    } else if (pi < p.length && (p[pi] === "?" || p[pi] === t[ti])) {
      pi += 1
      ti += 1
    } else if (star >= 0) {
      mark += 1
      ti = mark
      pi = star + 1
    } else return false
  }
  while (p[pi] === "*") pi += 1
  return pi === p.length
}
