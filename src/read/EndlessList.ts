/** Bounds lists that never come to their end, although each of their cursors is new. */
import * as Stream from "effect/Stream"
import type { ListPage } from "../contract/Target.ts"

/** More pages in a row than any vendor leaves empty before the end of a list. */
export const mostEmptyPages = 100

/** Notices that what it is given in turn goes in a circle, in constant memory (Brent): each text is compared with one kept from a power of two before. */
export const circleDetector = (): ((text: string | null) => boolean) => {
  let kept: string | null = null
  let steps = 0
  let power = 1
  return (text) => {
    if (text === null) return false
    if (text === kept) return true
    steps += 1
    if (steps === power) {
      kept = text
      power *= 2
      steps = 0
    }
    return false
  }
}

/** What tells a page from the others of its list; null where it has no rows. */
export const pageText = (rows: ReadonlyArray<unknown>): string | null => (rows.length === 0 ? null : JSON.stringify([rows.length, rows[0], rows.at(-1)]))

/**
 * The same pages, but after so many empty ones in a row, or where the list shows the same rows again and again, nothing more is asked: the list then stops
 * without its end, and proves no absence.
 */
export const bounded = <A, E, R>(pages: Stream.Stream<ListPage<A>, E, R>): Stream.Stream<ListPage<A>, E, R> =>
  Stream.suspend(() => {
    const repeats = circleDetector()
    let empty = 0
    return Stream.takeUntil(pages, ({ end, items }) => {
      empty = items.length === 0 && !end ? empty + 1 : 0
      return empty >= mostEmptyPages || (!end && repeats(pageText(items)))
    })
  })
