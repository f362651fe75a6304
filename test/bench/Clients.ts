/** Ways to make many calls under a limit: ours, and what a script would use from npm. Each repeats a refused call after its Retry-After. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import Bottleneck from "bottleneck"
import { pRateLimit } from "p-ratelimit"
import PQueue from "p-queue"
import pThrottle from "p-throttle"
import { setTimeout as sleep } from "node:timers/promises"
import { request } from "undici"
import * as LiveVendorClient from "../../src/http/LiveVendorClient.ts"
import * as SlotPacer from "../../src/http/pacing/SlotPacer.ts"
import * as UndiciClient from "../../src/http/UndiciClient.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"

export interface Job {
  readonly url: string
  /** Calls to be accepted. */
  readonly total: number
  /** The documented limit; null: none is known, it must be learned. */
  readonly limit: { readonly calls: number; readonly perMillis: number } | null
}

export type Client = (job: Job) => Promise<void>

const atOnce = 20

/** So many workers that take the next call as soon as they are free. */
const pull = async (total: number, workers: number, step: () => Promise<unknown>): Promise<void> => {
  let next = 0
  await Promise.all(
    Array.from({ length: workers }, async () => {
      while (next < total) {
        next += 1
        await step()
      }
    })
  )
}

/** How long the server wants us to wait; 0: the call went through. */
const once = async (url: string): Promise<number> => {
  const { body, headers, statusCode } = await request(url)
  await body.dump()
  return statusCode === 429 ? Number(headers["retry-after"]) * 1000 : 0
}

/** Every try goes through `start`. */
const patiently = async (url: string, start: (call: () => Promise<number>) => Promise<number>): Promise<void> => {
  for (let wait = await start(() => once(url)); wait > 0; wait = await start(() => once(url))) await sleep(wait)
}

export const sequential: Client = async ({ total, url }) => {
  for (let made = 0; made < total; made++) await patiently(url, (call) => call())
}

/** Nothing but the calls: what the network, the server and undici cost. */
export const bare: Client = ({ total, url }) => pull(total, atOnce, () => once(url))

export const ours: Client = ({ limit, total, url }) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const windows = limit === null ? [] : [{ ...limit, endpoint: null }]
        const pacer = yield* SlotPacer.make({ windows, restored: [], concurrency: atOnce })
        const context = { name: "vendor", client: yield* UndiciClient.make(), pacer, redactor: SecretRedactor.make() }
        const client = yield* LiveVendorClient.make(context, { baseUrl: url, headers: {} })
        const call = client.read({ path: "/", schema: Schema.Struct({ ok: Schema.Boolean }) })
        yield* Effect.forEach(Array.from({ length: total }), () => call, { concurrency: atOnce, discard: true })
      })
    )
  )

const known = ({ limit }: Job) => limit ?? { calls: Infinity, perMillis: 1000 }

export const others: Readonly<Record<string, Client>> = {
  "p-throttle": (job) => {
    const { calls, perMillis } = known(job)
    const start = pThrottle({ limit: calls, interval: perMillis })((call: () => Promise<number>) => call())
    return pull(job.total, atOnce, () => patiently(job.url, start))
  },
  "p-queue": (job) => {
    const { calls, perMillis } = known(job)
    const queue = new PQueue({ concurrency: atOnce, interval: perMillis, intervalCap: calls, carryoverConcurrencyCount: true })
    return pull(job.total, atOnce * 2, () => patiently(job.url, (call) => queue.add(call, { throwOnTimeout: true })))
  },
  bottleneck: async (job) => {
    const { calls, perMillis } = known(job)
    const limiter = new Bottleneck({ maxConcurrent: atOnce, reservoir: calls, reservoirRefreshAmount: calls, reservoirRefreshInterval: perMillis })
    await pull(job.total, atOnce * 2, () => patiently(job.url, (call) => limiter.schedule(call)))
    await limiter.disconnect()
  },
  "p-ratelimit": (job) => {
    const { calls, perMillis } = known(job)
    const start = pRateLimit({ interval: perMillis, rate: calls, concurrency: atOnce })
    return pull(job.total, atOnce * 2, () => patiently(job.url, start))
  }
}
