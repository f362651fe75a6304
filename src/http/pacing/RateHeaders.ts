/** Reads what an answer tells of the allowance, in the spellings that vendors use. None of them is guaranteed. */
import type { AllowanceReport } from "../../contract/Pacer.ts"
import * as RetryAfter from "./RetryAfter.ts"

export interface RatedAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The decoded JSON body, where there was one. Only looked at on a 429 or 503. */
  readonly body: unknown
  /** Our clock at the answer, epoch milliseconds. */
  readonly now: number
  /** The Date header, epoch milliseconds. */
  readonly serverTime: number | null
  readonly endpoint: string | null
}

const prefixes = ["x-rate-limit", "x-ratelimit", "ratelimit", "rate-limit"]
const limits = prefixes.flatMap((prefix) => [`${prefix}-limit`, `${prefix}-total`, prefix])
const remainders = prefixes.map((prefix) => `${prefix}-remaining`)
const resets = prefixes.map((prefix) => `${prefix}-reset`)

/** The account's allowance, and the wait that the answer asks for if it is a 429 (or a 503 with a wait). `endpoint` names the call's. */
export const read = (answer: RatedAnswer): AllowanceReport => {
  const limit = firstNumber(answer.headers, limits)
  const remaining = firstNumber(answer.headers, remainders)
  const resetAt = moment(firstNumber(answer.headers, resets), answer)
  return { limit, remaining, resetAt, pausedUntil: pause(answer, remaining, resetAt), endpoint: null }
}

/** An endpoint's own header: `total=100; remaining=99; resets=52` (Zendesk, recorded 2023 and 2024). Null if there is none. */
export const readEndpoint = (value: string | undefined, answer: RatedAnswer): AllowanceReport | null => {
  if (value === undefined) return null
  const fields = new Map(
    value.split(/[;,]/).map((part): [string, string] => {
      const [name = "", text = ""] = part.split("=", 2)
      return [name.trim().toLowerCase(), text.trim()]
    })
  )
  const field = (names: ReadonlyArray<string>) => firstNumber(Object.fromEntries(fields), names)
  const report = { limit: field(["total", "limit"]), remaining: field(["remaining"]), resetAt: moment(field(["resets", "reset"]), answer) }
  return report.limit === null && report.remaining === null ? null : { ...report, pausedUntil: null, endpoint: answer.endpoint }
}

const firstNumber = (fields: Readonly<Record<string, string>>, names: ReadonlyArray<string>): number | null => {
  for (const name of names) {
    const text = fields[name]?.trim()
    if (text !== undefined && /^\d+(\.\d+)?$/.test(text)) return Number(text)
  }
  return null
}

/** Above it a number can only be a date; as a span it would be 30 years. */
const earliestUnixSeconds = 1e9
const earliestUnixMillis = 1e12

/** Vendors say seconds from now, or a Unix time in seconds or milliseconds by their own clock. */
const moment = (value: number | null, { now, serverTime }: RatedAnswer): number | null => {
  if (value === null) return null
  if (value < earliestUnixSeconds) return now + Math.ceil(value * 1000)
  const millis = value >= earliestUnixMillis ? value : value * 1000
  return Math.ceil(now + millis - (serverTime ?? now))
}

const pause = (answer: RatedAnswer, remaining: number | null, resetAt: number | null): number | "unreported" | null => {
  if (answer.status !== 429 && answer.status !== 503) return null
  const reported = RetryAfter.read(answer.headers["retry-after"], answer.now, answer.serverTime)
  if (reported !== null) return reported
  if (answer.status === 503) return null
  const reset = remaining === 0 && resetAt !== null && resetAt > answer.now ? resetAt : null
  return reset ?? bodyPause(answer) ?? "unreported"
}

const bodyPause = ({ body, now }: RatedAnswer): number | null => {
  for (const place of [body, property(body, "error")]) {
    const seconds = property(place, "retryAfter") ?? property(place, "retry_after")
    if (typeof seconds === "number" && seconds >= 0) return now + Math.ceil(seconds * 1000)
    if (typeof seconds === "string") {
      const reported = RetryAfter.read(seconds, now, null)
      if (reported !== null) return reported
    }
  }
  return null
}

const property = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && name in value ? (value as Readonly<Record<string, unknown>>)[name] : undefined
