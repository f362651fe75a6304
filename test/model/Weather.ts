/** What goes wrong between the engine and its vendors during one run, and a record of all that the target was asked to change. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Delivery, DeliveringApp } from "../../src/sandbox/Faulty.ts"
import type { SandboxApp, SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): SandboxResponse => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body)
})

/** Troubles with single calls: they come at the `from`th call of that side and strike so many in a row. */
export const troubles = [
  "503",
  "503 after the effect",
  "429",
  "429 with Retry-After",
  "reset before",
  "reset after",
  "cut",
  "stall",
  "nothing in a 200",
  "HTML in a 200"
] as const

/** What a list may lack or tell wrongly, all through a run. A list that lies is one that an honest reader could believe. */
export const gaps = [
  "403",
  "empty, and lying",
  "half, and lying",
  "no end",
  "circle",
  "no tags",
  "guest",
  "lesser role",
  "total too high",
  "one row lost",
  "row twice",
  "another account, shown half",
  "nobody in any group"
] as const

export type Fault =
  | { readonly kind: "trouble"; readonly side: "source" | "target"; readonly what: (typeof troubles)[number]; readonly from: number; readonly times: number }
  | { readonly kind: "gap"; readonly what: (typeof gaps)[number]; readonly path: string }

const strike = (what: (typeof troubles)[number], act: Effect.Effect<SandboxResponse>): Effect.Effect<Delivery> => {
  switch (what) {
    case "503":
      return Effect.succeed(json(503, {}))
    case "503 after the effect":
      return Effect.as(act, json(503, {}))
    case "429":
      return Effect.succeed(json(429, { error: "too many requests" }))
    case "429 with Retry-After":
      return Effect.succeed(json(429, { error: "too many requests" }, { "retry-after": "7" }))
    case "reset before":
      return Effect.succeed({ _tag: "Reset" })
    case "reset after":
      return Effect.as(act, { _tag: "Reset" })
    case "cut":
      return Effect.map(act, (response) => ({ _tag: "Cut", response }))
    case "stall":
      return Effect.as(act, { _tag: "Stall" })
    case "nothing in a 200":
      return Effect.succeed({ status: 200, headers: { "content-type": "application/json" }, body: "" })
    case "HTML in a 200":
      return Effect.succeed({ status: 200, headers: { "content-type": "text/html" }, body: "<html>maintenance</html>" })
  }
}

interface Page {
  data?: Array<unknown>
  meta?: Record<string, unknown> & { pagination?: Record<string, unknown> }
  pagination?: Record<string, unknown>
  [key: string]: unknown
}

/** The answer as the gap leaves it. Zendesk's lists stand under their own key, cStar's under `data`. */
const lacking = (what: (typeof gaps)[number], response: SandboxResponse): SandboxResponse => {
  if (response.status !== 200) return response
  const body = JSON.parse(response.body) as Page
  const key = Object.keys(body).find((name) => Array.isArray(body[name]))
  if (key === undefined) return response
  const rows = body[key] as Array<unknown>
  const end = { has_more: false, after_cursor: null, before_cursor: null }
  const reported = body.pagination ?? body.meta?.pagination
  switch (what) {
    case "empty, and lying":
      return json(200, { ...body, [key]: [], meta: end, links: { next: null, prev: null } })
    case "half, and lying":
    case "another account, shown half":
      return json(200, { ...body, [key]: rows.slice(0, Math.floor(rows.length / 2)), meta: end, links: { next: null, prev: null } })
    case "no end":
      return json(200, { ...body, [key]: rows.slice(0, Math.floor(rows.length / 2)), meta: { has_more: true, after_cursor: null } })
    case "circle":
      return json(200, { ...body, meta: { has_more: true, after_cursor: "aGVyZQ==" } })
    case "total too high":
      if (reported !== undefined) reported["total"] = Number(reported["total"]) + 1
      return json(200, body)
    case "one row lost":
      return json(200, { ...body, [key]: rows.slice(1) })
    case "row twice":
      return json(200, { ...body, [key]: rows.length === 0 ? rows : [...rows.slice(1), rows.at(-1)] })
    default:
      return response
  }
}

/** What the target shows of groups, as if nobody was in any of them. */
const emptied = (path: string, response: SandboxResponse): SandboxResponse => {
  if (response.status !== 200) return response
  if (!path.endsWith("/members")) return { ...response, body: response.body.replaceAll(/"customerCount":\d+/g, '"customerCount":0') }
  const body = JSON.parse(response.body) as Page
  const reported = body.pagination ?? body.meta?.pagination
  if (reported !== undefined) Object.assign(reported, { total: 0, totalPages: 0, hasMore: false })
  return json(200, { ...body, data: [] })
}

const refused = json(403, { error: { title: "Forbidden", message: "Access to this resource is restricted" } })
const guest = json(200, { user: { id: null, name: "Anonymous user", role: "end-user", email: null } })

/** `before` and `after` are told of every call that changes the target, around its effect. */
export const make = (
  vendors: { readonly source: SandboxApp; readonly target: SandboxApp },
  reported: { readonly before: (request: SandboxRequest) => void; readonly after: (request: SandboxRequest, at: number) => void }
) => {
  let fault: Fault | null = null
  let pageSize = "100"
  const counts = { source: 0, target: 0 }
  const writes = { arrived: 0 }

  const act = (side: "source" | "target", request: SandboxRequest): Effect.Effect<SandboxResponse> =>
    Effect.gen(function* () {
      if (side === "source") {
        if (request.query.has("page[size]")) request.query.set("page[size]", pageSize)
        return yield* vendors.source(request)
      }
      if (request.method === "GET") return yield* vendors.target(request)
      reported.before(request)
      const response = yield* vendors.target(request)
      reported.after(request, yield* Clock.currentTimeMillis)
      return response
    })

  const appOf =
    (side: "source" | "target"): DeliveringApp =>
    (request) =>
      Effect.suspend((): Effect.Effect<Delivery> => {
        counts[side] += 1
        if (side === "target" && request.method !== "GET") writes.arrived += 1
        const now = fault
        if (now === null) return act(side, request)
        if (now.kind === "trouble") {
          const struck = now.side === side && counts[side] >= now.from && counts[side] < now.from + now.times
          return struck ? strike(now.what, act(side, request)) : act(side, request)
        }
        if (now.what === "guest") return side === "source" && request.path.endsWith("/users/me") ? Effect.succeed(guest) : act(side, request)
        if (now.what === "nobody in any group")
          return side === "target" && request.method === "GET" && request.path.includes("/customer-groups")
            ? Effect.map(act(side, request), (response) => emptied(request.path, response))
            : act(side, request)
        if (request.method !== "GET" || !request.path.endsWith(now.path)) return act(side, request)
        if (now.what === "403") return Effect.succeed(refused)
        return Effect.map(act(side, request), (response) => lacking(now.what, response))
      })

  return {
    source: appOf("source"),
    target: appOf("target"),
    /** Calls that would change the target and reached it or were lost on their way, since the start. */
    writes: (): number => writes.arrived,
    /** From now on, until told otherwise. */
    set: (next: Fault | null): void => {
      fault = next
      counts.source = 0
      counts.target = 0
    },
    pages: (size: number): void => {
      pageSize = String(size)
    }
  }
}

export type Weather = ReturnType<typeof make>
