/** A Freshdesk source over the sandbox or over fixed answers, without a socket. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SourcePage, SourceRecord } from "../../src/contract/Source.ts"
import * as ConnectedSource from "../../test/kit/ConnectedSource.ts"
import type { SandboxApp, SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import { connector } from "./FreshdeskConnector.ts"
import * as Sandbox from "./sandbox.ts"

/** Where the sandbox is mounted. */
export const baseUrl = "https://sandbox.freshdesk.com"

export interface Setup {
  readonly options?: Readonly<Record<string, unknown>>
  readonly app?: (app: SandboxApp) => SandboxApp
}

export const connect = ({ options = {}, app = (inner) => inner }: Setup = {}) =>
  Effect.gen(function* () {
    const sandbox = Sandbox.make()
    const connected = yield* ConnectedSource.make(connector, { urls: [baseUrl], app: app(sandbox.app), options: { ...sandbox.options(baseUrl), ...options } })
    const calls = () =>
      connected.log.map(({ path, query }) => {
        const narrowed = [...query.keys()].filter((name) => name.endsWith("updated_since"))
        return [path.replace("/api/v2", ""), ...query.getAll("state"), ...narrowed].join(" ")
      })
    /** Pages of the contacts that changed. */
    const changes = (since: string) => {
      const stream = connected.source.streams.find(({ declaration }) => declaration.name === "contacts")
      return Effect.map(Stream.runCollect(stream?.changes?.(since) ?? Stream.dieMessage("contacts tell no changes")), (pages): ReadonlyArray<SourcePage> => [
        ...pages
      ])
    }
    return { sandbox, desk: sandbox.source, calls, changes, ...connected }
  })

export const signed = { "content-type": "application/json", "x-freshdesk-api-version": "latest=v2; requested=v2" }
export const json = (body: unknown, headers: Readonly<Record<string, string>> = signed): SandboxResponse => ({
  status: 200,
  headers,
  body: JSON.stringify(body)
})

/** A source over these answers, by path and state ("/contacts blocked"); anything else is an empty list. */
export const answering = (answers: Readonly<Record<string, SandboxResponse>>, options: Readonly<Record<string, unknown>> = {}) =>
  connect({
    options,
    app: () => (request) => {
      const state = request.query.get("state")
      return Effect.succeed(answers[`${request.path.replace("/api/v2", "")}${state === null ? "" : ` ${state}`}`] ?? json([]))
    }
  })

export const customers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: String(index + 1), email: `c${index + 1}@x.example`, name: `C ${index + 1}` }))
export const customersOf = (records: ReadonlyArray<SourceRecord>) => records.flatMap((record) => (record._tag === "Customer" ? [record.customer] : []))
/** Who is in which group, as `tag:vip 1`. */
export const membershipsOf = (records: ReadonlyArray<SourceRecord>) =>
  records.flatMap((record) => (record._tag === "Membership" ? [`${record.group.kind}:${record.group.id} ${record.customer}`] : []))
export const unknownOf = (pages: ReadonlyArray<SourcePage>) => pages.flatMap(({ unknown }) => unknown)
