/** What of a run's work fits into a number of write calls. Pure. */

/** A group with what waits for it, or a customer where calls go by customer. */
export interface Unit {
  readonly id: number
  /** Groups that must be made or changed first, one call each. */
  readonly needs: ReadonlyArray<number>
  /** Memberships to add. */
  readonly rows: number
}

export interface Kept {
  /** Units with the number of their rows that fit. */
  readonly units: ReadonlyArray<{ readonly id: number; readonly rows: number }>
  /** Groups whose making or change fits. */
  readonly groups: ReadonlySet<number>
  readonly calls: number
}

/** One call of so many is kept for removals that wait: who keeps access too long is as wrong as who waits for it. */
const removalShare = 5

/** How many of `calls` go to additions, and at least how many to removals, where both would take more than there are. */
export const shares = (calls: number, work: { readonly additions: number; readonly removals: number }) => {
  const removals = Math.min(work.removals, Math.max(Math.ceil(calls / removalShare), calls - work.additions))
  return { additions: Math.min(work.additions, calls - removals), removals }
}

/**
 * Takes units in their order while calls are left, each whole; of the first that does not fit whole, as many full packs as do, if it is
 * `divisible`. A unit of which nothing fits is passed over. What is kept takes exactly `calls` of the answer.
 */
export const keep = (units: Iterable<Unit>, calls: number, pack: number, divisible: boolean): Kept => {
  const kept: Array<{ readonly id: number; readonly rows: number }> = []
  const groups = new Set<number>()
  let left = calls
  for (const { id, needs, rows } of units) {
    if (left === 0) break
    const before = needs.filter((group) => !groups.has(group))
    const whole = Math.ceil(rows / pack)
    const packs = Math.min(whole, left - before.length)
    const fits = packs === whole || (divisible && packs > 0)
    if (!fits) continue
    for (const group of before) groups.add(group)
    if (rows > 0) kept.push({ id, rows: Math.min(rows, packs * pack) })
    left -= before.length + packs
  }
  return { units: kept, groups, calls: calls - left }
}
