/** The sandbox's incremental exports, with their traps (vendor docs and public recordings, read 2026-11). */
import type { SandboxRequest } from "../../src/sandbox/Sandbox.ts"

/** When each record changed last, in Unix seconds. */
export interface Changes {
  readonly touch: (id: number) => void
  readonly at: (id: number) => number
  /** Ids of records that changed from `start` on, up to `until`, oldest first; those of one second by id. */
  readonly between: (start: number, until: number) => ReadonlyArray<{ readonly id: number; readonly at: number }>
}

/** What was there before the first call is from then. */
const longAgo = Date.UTC(2024, 0, 2, 3, 4, 5) / 1000

/** `clock`: milliseconds, or null before the first call. */
export const changes = (clock: () => number | null): Changes => {
  const stamps = new Map<number, number>()
  return {
    touch: (id) => {
      const now = clock()
      stamps.set(id, now === null ? longAgo : Math.floor(now / 1000))
    },
    at: (id) => stamps.get(id) ?? longAgo,
    between: (start, until) =>
      [...stamps].flatMap(([id, at]) => (at >= start && at <= until ? [{ id, at }] : [])).sort((left, right) => left.at - right.at || left.id - right.id)
  }
}

export interface Page {
  readonly status: number
  readonly body: unknown
}

/** The newest minute is told to nobody. */
const unreported = 60

const refused = (status: number, description: string): Page => ({ status, body: { error: "InvalidValue", description } })

const startOf = (request: SandboxRequest, now: number): number | Page => {
  const start = Number(request.query.get("start_time") ?? Number.NaN)
  if (!Number.isInteger(start) || start < 0) return refused(400, "start_time is missing or no Unix time")
  return start > Math.floor(now / 1000) - unreported ? refused(422, "Too recent start_time. Use a start_time older than 60 seconds") : start
}

const cursorAt = (row: { readonly id: number; readonly at: number }) => Buffer.from(`${row.at}.0||${row.id}`).toString("base64")

/** By cursor: opaque, of a second and an id. Where nothing is told there is none. */
export const byCursor = (request: SandboxRequest, all: Changes, size: number, now: number, key: string, show: (id: number) => object | undefined): Page => {
  const given = request.query.get("cursor")
  const start = given === null ? startOf(request, now) : 0
  if (typeof start !== "number") return start
  const place = given === null ? null : /^(\d+)\.0\|\|(\d+)$/.exec(Buffer.from(given, "base64").toString())
  if (given !== null && place === null) return refused(422, "Invalid cursor")
  const [at, id] = place === null ? [start, -1] : [Number(place[1]), Number(place[2])]
  const rows = all.between(at, Math.floor(now / 1000) - unreported).filter((row) => row.at > at || row.id > id)
  const page = rows.slice(0, size)
  const last = page.at(-1)
  return {
    status: 200,
    body: {
      [key]: page.flatMap((row) => show(row.id) ?? []),
      after_url: null,
      after_cursor: last === undefined ? given : cursorAt(last),
      before_url: null,
      before_cursor: null,
      end_of_stream: rows.length <= size
    }
  }
}

/** By time: the next page begins in the second in which this one ended, so that rows repeat, and a second of more rows than a page is never left. */
export const byTime = (request: SandboxRequest, all: Changes, size: number, now: number, key: string, show: (id: number) => object | undefined): Page => {
  const start = startOf(request, now)
  if (typeof start !== "number") return start
  const rows = all.between(start, Math.floor(now / 1000) - unreported)
  const page = rows.slice(0, size)
  return {
    status: 200,
    body: {
      [key]: page.flatMap((row) => show(row.id) ?? []),
      count: page.length,
      end_time: page.at(-1)?.at ?? null,
      end_of_stream: rows.length <= size,
      next_page: null
    }
  }
}
