/** A Zendesk source over the sandbox or over fixed answers, without a socket. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { SourcePage, SourceRecord } from "../../src/contract/Source.ts"
import * as ConnectedSource from "../../test/kit/ConnectedSource.ts"
import type { SandboxApp } from "../../src/sandbox/Sandbox.ts"
import * as Sandbox from "./sandbox.ts"
import { connector } from "./ZendeskConnector.ts"

/** Where the sandbox is mounted. */
export const baseUrl = "https://sandbox.zendesk.com"

export interface Setup {
  readonly options?: (sandbox: Sandbox.ZendeskSandbox) => Readonly<Record<string, unknown>>
  readonly app?: (app: SandboxApp) => SandboxApp
}

export const connect = ({ options = (sandbox) => sandbox.options(baseUrl), app = (inner) => inner }: Setup = {}) =>
  Effect.gen(function* () {
    const sandbox = Sandbox.make()
    const connected = yield* ConnectedSource.make(connector, { urls: [baseUrl], app: app(sandbox.app), options: options(sandbox) })
    /** Pages of what changed in the stream of this name. */
    const changes = (name: string, since: string) => {
      const stream = connected.source.streams.find(({ declaration }) => declaration.name === name)
      return Effect.map(Stream.runCollect(stream?.changes?.(since) ?? Stream.dieMessage(`no changes of ${name}`)), (pages): ReadonlyArray<SourcePage> => [
        ...pages
      ])
    }
    return { sandbox, desk: sandbox.source, changes, ...connected }
  })

/** A source whose every call is answered with this body. */
export const answering = (body: unknown, status = 200) =>
  connect({
    app: () => () => Effect.succeed({ status, headers: { "content-type": "application/json" }, body: typeof body === "string" ? body : JSON.stringify(body) })
  })

export const customers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: String(index + 1), email: `c${index + 1}@x.example`, name: `C ${index + 1}` }))
export const customersOf = (records: ReadonlyArray<SourceRecord>) => records.flatMap((record) => (record._tag === "Customer" ? [record.customer] : []))
export const failure = <A, R>(effect: Effect.Effect<A, ConnectorError, R>) => Effect.flip(effect)
export const lastPage = {
  meta: { has_more: false, after_cursor: "bGFzdA==", before_cursor: null },
  links: { next: `${baseUrl}/api/v2/x?page%5Bafter%5D=bGFzdA%3D%3D`, prev: null }
}
