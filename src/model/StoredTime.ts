/** Times that were stored by an earlier run. Pure; all are epoch milliseconds. */

/** Clocks that are set right by a little are no news. */
export const toleranceMillis = 60_000

/** This program is younger: a clock that shows less was not set yet, and what it shows is no reason to doubt a stored time. */
const programMade = Date.UTC(2026, 0, 1)

/** The one rule: a stored time later than now was written by a clock that was wrong, and says nothing. */
export const isBelieved = (at: number, now: number): boolean => at <= now + toleranceMillis || now < programMade

/** What a run says of it. `ahead`: by how much the latest stored time was later than the clock, in milliseconds. */
export const wentBack = (ahead: number): string => {
  const minutes = Math.max(1, Math.round(ahead / 60_000))
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60)]
  const words = days >= 2 ? `${days} days` : hours >= 2 ? `${hours} hours` : `${minutes} min`
  return `the clock went back: the state holds times up to ${words} later than now. They are not believed: look-ups, counts, member lists and waits begin anew, and what was done at such a time counts as done now. Check the clock of this machine`
}
