/** A Zammad source over the sandbox or over fixed answers, without a socket. */
import * as Effect from "effect/Effect"
import * as ConnectedSource from "../../test/kit/ConnectedSource.ts"
import type { SandboxApp, SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import { connector } from "./ZammadConnector.ts"
import * as Sandbox from "./sandbox.ts"

/** Where the sandbox is mounted. */
const baseUrl = "https://support.acme.example"

export interface Setup {
  readonly options?: Readonly<Record<string, unknown>>
  readonly app?: (app: SandboxApp) => SandboxApp
}

export const connect = ({ options = {}, app = (inner) => inner }: Setup = {}) =>
  Effect.gen(function* () {
    const sandbox = Sandbox.make()
    const connected = yield* ConnectedSource.make(connector, { urls: [baseUrl], app: app(sandbox.app), options: { ...sandbox.options(baseUrl), ...options } })
    /** "/users 2" is its second page, "/users 3 full" the same list asked for in full. */
    const calls = () =>
      connected.log.map(({ path, query }) => [path.replace("/api/v1", ""), query.get("page") ?? "", query.has("full") ? "full" : ""].join(" ").trim())
    return { sandbox, edits: sandbox.source, calls, ...connected }
  })

export const json = (body: unknown, status = 200): SandboxResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body)
})

/** The sandbox, but for the calls that `answer` answers; it is given them as `calls` above writes them. */
export const answering = (answer: (call: string) => SandboxResponse | undefined, options: Readonly<Record<string, unknown>> = {}) =>
  connect({
    options,
    app: (inner) => (request) => {
      const page = request.query.get("page") ?? ""
      const call = [request.path.replace("/api/v1", ""), page, request.query.has("full") ? "full" : ""].join(" ").trim()
      const own = answer(call)
      return own === undefined ? inner(request) : Effect.succeed(own)
    }
  })

export const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `c${index + 1}`, email: `c${index + 1}@x.example`, name: `Customer ${index + 1}` }))
