/** Servers that limit calls in the ways in which vendors do. Times are epoch milliseconds. */
export interface Verdict {
  readonly ok: boolean
  readonly remaining: number
  readonly resetAt: number
}

export type Limiter = (now: number) => Verdict

export const fixedWindow = (limit: number, perMillis: number): Limiter => {
  let start = -Infinity
  let used = 0
  return (now) => {
    const current = Math.floor(now / perMillis) * perMillis
    if (current !== start) [start, used] = [current, 0]
    const ok = used < limit
    if (ok) used++
    return { ok, remaining: limit - used, resetAt: start + perMillis }
  }
}

export const slidingWindow = (limit: number, perMillis: number): Limiter => {
  let taken: Array<number> = []
  return (now) => {
    taken = taken.filter((at) => at > now - perMillis)
    const ok = taken.length < limit
    if (ok) taken.push(now)
    return { ok, remaining: limit - taken.length, resetAt: (taken[0] ?? now) + perMillis }
  }
}

export const tokenBucket = (limit: number, perMillis: number): Limiter => {
  let tokens = limit
  let last: number | null = null
  return (now) => {
    tokens = Math.min(limit, tokens + ((now - (last ?? now)) * limit) / perMillis)
    last = now
    const ok = tokens >= 1
    if (ok) tokens -= 1
    return { ok, remaining: Math.floor(tokens), resetAt: now + ((1 - Math.min(1, tokens)) * perMillis) / limit }
  }
}
