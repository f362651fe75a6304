/** Bearer tokens as a sandbox's token endpoint issues them: each ends with its time, or after so many calls if that is asked for. */

export interface IssuedTokens {
  /** A new token. Those issued before stay good until they end. `now` is epoch milliseconds. */
  readonly issue: (now: number) => string
  /** Whether a call with this token is accepted; it then counts as one call of the token. */
  readonly accepts: (token: string, now: number) => boolean
  /** Calls that every token is good for from now on; null: as many as its time allows. */
  readonly endAfter: (calls: number | null) => void
  /** Every token ends now. */
  readonly revoke: () => void
  /** Every token that was ever issued, oldest first. */
  readonly all: ReadonlyArray<string>
}

export const make = (prefix: string, lifetimeSeconds: number): IssuedTokens => {
  const all: Array<string> = []
  const tokens = new Map<string, { readonly endsAt: number; calls: number }>()
  let mostCalls = Number.POSITIVE_INFINITY
  return {
    all,
    issue: (now) => {
      const token = `${prefix}${String(all.length + 1).padStart(4, "0")}-${Buffer.from(`${prefix}${all.length * 7_919}`)
        .toString("hex")
        .slice(-12)}`
      all.push(token)
      tokens.set(token, { endsAt: now + lifetimeSeconds * 1000, calls: 0 })
      return token
    },
    accepts: (token, now) => {
      const found = tokens.get(token)
      if (found === undefined || now >= found.endsAt || found.calls >= mostCalls) return false
      found.calls += 1
      return true
    },
    endAfter: (calls) => {
      mostCalls = calls ?? Number.POSITIVE_INFINITY
    },
    revoke: () => tokens.clear()
  }
}
