/** Idempotency keys as the cStar sandbox keeps them: a POST under a key that it knows is answered as before, and not done again (vendor docs, read 2026-11). */
import type { SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"

export interface KeyedCall {
  readonly key: string
  readonly path: string
  readonly body: string
}

export interface Keys {
  /** Every POST with a key, in order. */
  readonly calls: ReadonlyArray<KeyedCall>
  readonly answer: (request: SandboxRequest, now: number, refuse: () => SandboxResponse, act: () => SandboxResponse) => SandboxResponse
}

const kept = 24 * 3_600_000

export const make = (): Keys => {
  const calls: Array<KeyedCall> = []
  const known = new Map<string, { readonly call: KeyedCall; readonly at: number; readonly response: SandboxResponse }>()
  return {
    calls,
    answer: ({ body, headers, method, path }, now, refuse, act) => {
      const key = headers["idempotency-key"]
      if (key === undefined || method !== "POST") return act()
      const call = { key, path, body }
      calls.push(call)
      const before = known.get(key)
      if (before !== undefined && now - before.at < kept) return before.call.path === path && before.call.body === body ? before.response : refuse()
      const response = act()
      if (response.status < 300) known.set(key, { call, at: now, response })
      return response
    }
  }
}
