/** Patterns over names: `*` stands for any run of characters, `?` for one; everything else for itself, without regard to case. */

/** Accents may be composed with their letter or stand after it: the same to a reader. */
const fold = (text: string): string => text.normalize("NFC").toLowerCase()

/** Whether the whole of `text` fits. Linear in practice, never exponential: on a mismatch only the last `*` is widened. */
export const matches = (pattern: string, text: string): boolean => {
  const p = [...fold(pattern)]
  const t = [...fold(text)]
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
