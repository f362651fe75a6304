/** Reads the Retry-After header: seconds, or an HTTP date. */

/**
 * When to go on, epoch milliseconds by our clock; null where the value says nothing. A date is by the server's clock, so it counts
 * from `serverTime` (its Date header) where that is known.
 */
export const read = (value: string | undefined, now: number, serverTime: number | null): number | null => {
  if (value === undefined) return null
  const text = value.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return now + Math.ceil(Number(text) * 1000)
  if (!/[a-z]/i.test(text)) return null
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : Math.max(now, now + date - (serverTime ?? now))
}
