/** A server with a limit of its own, in its own process: what is over it gets 429. It knows how many calls it took and refused. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export type LimitKind = "none" | "fixed" | "sliding" | "bucket"

export interface Setup {
  readonly kind: LimitKind
  readonly calls: number
  readonly perMillis: number
  /** An answer takes so long, evenly spread. */
  readonly latency: readonly [least: number, most: number]
  /** The share of the allowance that another integration uses, evenly over time. */
  readonly foreign: number
  /** Answers tell limit and remainder. */
  readonly announces: boolean
}

export interface Tally {
  readonly url: string
  readonly accepted: number
  readonly refused: number
  /** The most 429s within one window's length. */
  readonly mostRefused: number
}

interface Limit {
  /** Whether a call at this time is within the limit; one that is counts. */
  readonly take: (now: number) => boolean
  readonly remaining: (now: number) => number
  /** When the next call will be. */
  readonly freeAt: (now: number) => number
}

const unlimited: Limit = { take: () => true, remaining: () => 1e9, freeAt: (now) => now }

/** Its windows begin at a time that no client knows. */
const fixed = (calls: number, perMillis: number): Limit => {
  const phase = Math.random() * perMillis
  let [window, used] = [-1, 0]
  const at = (now: number) => {
    const current = Math.floor((now + phase) / perMillis)
    if (current !== window) [window, used] = [current, 0]
  }
  return {
    take: (now) => {
      at(now)
      if (used >= calls) return false
      used += 1
      return true
    },
    remaining: (now) => {
      at(now)
      return calls - used
    },
    freeAt: (now) => (Math.floor((now + phase) / perMillis) + 1) * perMillis - phase
  }
}

const sliding = (calls: number, perMillis: number): Limit => {
  const log: Array<number> = []
  const forget = (now: number) => {
    while ((log[0] ?? now) <= now - perMillis) log.shift()
  }
  return {
    take: (now) => {
      forget(now)
      if (log.length >= calls) return false
      log.push(now)
      return true
    },
    remaining: (now) => {
      forget(now)
      return calls - log.length
    },
    freeAt: (now) => (log[0] ?? now - perMillis) + perMillis
  }
}

const bucket = (calls: number, perMillis: number): Limit => {
  let [level, at] = [calls, 0]
  const fill = (now: number) => {
    level = Math.min(calls, level + ((now - at) * calls) / perMillis)
    at = now
  }
  return {
    take: (now) => {
      fill(now)
      if (level < 1) return false
      level -= 1
      return true
    },
    remaining: (now) => {
      fill(now)
      return Math.floor(level)
    },
    freeAt: (now) => now + (Math.max(0, 1 - level) * perMillis) / calls
  }
}

const limits = { none: () => unlimited, fixed, sliding, bucket }

let setup: Setup = { kind: "none", calls: 1, perMillis: 1, latency: [0, 0], foreign: 0, announces: false }
let limit: Limit = unlimited
let accepted = 0
let refusals: Array<number> = []
let foreignAt = 0

/** The other integration's calls up to now. Those over the limit are lost to it. */
const others = (now: number) => {
  const every = setup.perMillis / (setup.calls * setup.foreign)
  for (; foreignAt <= now; foreignAt += every) limit.take(foreignAt)
}

const server = createServer((_, response) => {
  const now = performance.now()
  others(now)
  const free = limit.take(now)
  if (free) accepted += 1
  else refusals.push(now)
  const headers: Record<string, string> = { "content-type": "application/json" }
  if (setup.announces) Object.assign(headers, { "x-ratelimit-limit": String(setup.calls), "x-ratelimit-remaining": String(Math.max(0, limit.remaining(now))) })
  if (!free) headers["retry-after"] = String(Math.max(1, Math.ceil((limit.freeAt(now) - now) / 1000)))
  const [least, most] = setup.latency
  const answer = () => void response.writeHead(free ? 200 : 429, headers).end(free ? '{"ok":true}' : '{"error":"too many"}')
  if (most === 0) answer()
  else setTimeout(answer, least + Math.random() * (most - least))
})

const mostInOne = (times: ReadonlyArray<number>): number => {
  let [most, from] = [0, 0]
  times.forEach((time, index) => {
    while ((times[from] ?? time) < time - setup.perMillis) from += 1
    most = Math.max(most, index - from + 1)
  })
  return most
}

server.listen(0, "127.0.0.1")
// A setup begins anew; anything else asks for the tally.
process.on("message", (message: Setup | "tally") => {
  if (message !== "tally") {
    setup = message
    limit = limits[setup.kind](setup.calls, setup.perMillis)
    ;[accepted, refusals] = [0, []]
    foreignAt = setup.foreign === 0 ? Infinity : performance.now()
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.send?.({ url, accepted, refused: refusals.length, mostRefused: mostInOne(refusals) } satisfies Tally)
})
process.on("disconnect", () => process.exit(0))
