/** Allowances of the sandbox's Zendesk account, with the headers that report them (recordings of 2023 and 2024). */
import * as DateTime from "effect/DateTime"

const minute = 60_000

/** An allowance, counted in whole minutes from the first call of each. */
export const make = (calls: number) => {
  let limit = calls
  let start = 0
  let used = 0
  return {
    set: (calls: number) => {
      limit = calls
    },
    take: (now: number): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> } => {
      if (now - start >= minute) {
        start = now
        used = 0
      }
      const allowed = used < limit
      if (allowed) used += 1
      const remaining = String(limit - used)
      const reset = String(Math.ceil((start + minute - now) / 1000))
      const reported = {
        date: DateTime.toDateUtc(DateTime.unsafeMake(now)).toUTCString(),
        "x-rate-limit": String(limit),
        "x-rate-limit-remaining": remaining,
        "ratelimit-limit": String(limit),
        "ratelimit-remaining": remaining,
        "ratelimit-reset": reset
      }
      return { allowed, headers: allowed ? reported : { ...reported, "retry-after": reset } }
    }
  }
}
