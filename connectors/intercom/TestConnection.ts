/** An Intercom source over the sandbox or over fixed answers, without a socket. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { SourcePage, SourceRecord } from "../../src/contract/Source.ts"
import * as ConnectedSource from "../../test/kit/ConnectedSource.ts"
import type { SandboxApp, SourceWorld } from "../../src/sandbox/Sandbox.ts"
import { connector } from "./IntercomConnector.ts"
import * as Sandbox from "./sandbox.ts"

/** Where the sandbox is mounted: also at the hosts of all regions. */
export const baseUrl = "https://sandbox.intercom.test"
const mounts = [baseUrl, "https://api.intercom.io", "https://api.eu.intercom.io", "https://api.au.intercom.io"]

export interface Setup {
  readonly options?: (sandbox: Sandbox.IntercomSandbox) => Readonly<Record<string, unknown>>
  readonly app?: (app: SandboxApp) => SandboxApp
}

export const connect = ({ options = (sandbox) => sandbox.options(baseUrl), app = (inner) => inner }: Setup = {}) =>
  Effect.gen(function* () {
    const sandbox = Sandbox.make()
    const connected = yield* ConnectedSource.make(connector, { urls: mounts, app: app(sandbox.app), options: options(sandbox) })
    /** Pages of what changed in the contacts. */
    const changes = (since: string) =>
      Effect.map(Stream.runCollect(connected.source.streams[0]?.changes?.(since) ?? Stream.dieMessage("no changes")), (pages): ReadonlyArray<SourcePage> => [
        ...pages
      ])
    return { sandbox, desk: sandbox.source, changes, ...connected }
  })

/** Answers these paths with these bodies instead of the sandbox; several in a list are for one call each, the last one for all that follow. */
export const instead = (bodies: Readonly<Record<string, unknown>>) => {
  const turns = new Map(Object.entries(bodies).map(([path, body]) => [path, Array.isArray(body) ? [...body] : [body]]))
  return (app: SandboxApp): SandboxApp =>
    (request) => {
      const left = turns.get(request.path)
      if (left === undefined) return app(request)
      const body: unknown = left.length > 1 ? left.shift() : left[0]
      return Effect.succeed({ status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
    }
}

/** Changes what the sandbox answers on one path. */
export const altered =
  (path: string, change: (body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>) =>
  (app: SandboxApp): SandboxApp =>
  (request) =>
    request.path === path ? Effect.map(app(request), (response) => ({ ...response, body: JSON.stringify(change(JSON.parse(response.body))) })) : app(request)

/** To its end on the test's clock, within so long. */
export const inTime = <A, E>(effect: Effect.Effect<A, E>, limit: "1 minute" | "1 hour" = "1 hour") =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    yield* TestClock.adjust(limit)
    return yield* Fiber.join(fiber)
  })

export const customersOf = (records: ReadonlyArray<SourceRecord>) => records.flatMap((record) => (record._tag === "Customer" ? [record.customer] : []))

/** `organization 5512: 7` for each membership. */
export const membershipsOf = (records: ReadonlyArray<SourceRecord>) =>
  records.flatMap((record) => (record._tag === "Membership" ? [`${record.group.kind} ${record.group.id}: ${record.customer}`] : []))
export const unknownOf = (pages: ReadonlyArray<SourcePage>) => pages.flatMap((page) => page.unknown)
export const failure = <A, R>(effect: Effect.Effect<A, ConnectorError, R>) => Effect.flip(effect)

/** Numbers from 1, as ids. */
export const numbers = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => String(index + 1))
export const people = (count: number) => numbers(count).map((id) => ({ id, email: `c${id}@x.example`, name: `C ${id}` }))

export const noon = Date.UTC(2026, 10, 22, 12)

/** Where changes go on after these pages. */
export const nextOf = (pages: ReadonlyArray<SourcePage>) => pages.at(-1)?.end?.next ?? ""

/** Who is told in these pages, by id. */
export const reported = (pages: ReadonlyArray<SourcePage>) => customersOf(pages.flatMap(({ records }) => records)).map(({ id }) => id)

const small: SourceWorld = {
  customers: [
    ...numbers(5).map((id) => ({ id, email: `c${id}@x.example`, name: `C ${id}`, tags: ["vip"] })),
    { id: "a1", email: "petra@x.example", name: "Petra", staff: true }
  ],
  organizations: [
    { id: "101", name: "Globex" },
    { id: "102", name: "Initech" }
  ],
  memberships: [{ customer: "5", organization: "101" }]
}

/** A workspace whose contacts were listed then, an hour ago; what people do is done now. `asked`: the calls since then. */
export const listed = (setup: Setup = {}, at = noon, timezone = "Europe/Prague") =>
  Effect.gen(function* () {
    yield* TestClock.setTime(at)
    const connection = yield* connect(setup)
    connection.sandbox.setTimezone(timezone)
    connection.desk.load(small)
    const since = nextOf(yield* connection.read("contacts"))
    const before = connection.log.length
    yield* TestClock.adjust("1 hour")
    connection.sandbox.editAt(at + 3_600_000)
    return { ...connection, since, asked: () => connection.log.slice(before) }
  })
