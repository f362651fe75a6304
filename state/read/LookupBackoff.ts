/** How long somebody who was not found is left alone. */

const hour = 3_600_000
const waits = [hour, 6 * hour, 24 * hour, 168 * hour]

/** The wait in milliseconds after so many times in vain: 1 h, 6 h, a day, then weekly. */
export const after = (times: number): number => waits[Math.min(times, waits.length) - 1] ?? hour
