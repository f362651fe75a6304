/** A Zammad source over the sandbox or over fixed answers, without a socket. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { SourcePage } from "../../src/contract/Source.ts"
import * as SlotPacer from "../../src/http/SlotPacer.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
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
    const faulty = Faulty.make(app(sandbox.app))
    const pacer = yield* SlotPacer.make({ windows: [], restored: [], concurrency: 2 })
    const client = InProcess.client({ [baseUrl]: faulty.app })
    const decoded = Schema.decodeUnknownSync(connector.options)({ ...sandbox.options(baseUrl), ...options })
    const made = connector.source?.make(decoded, { name: "helpdesk", client, pacer, redactor: SecretRedactor.make() }) ?? Effect.dieMessage("no source")
    const source = yield* Effect.scoped(made)
    const read = (name: string) => {
      const stream = source.streams.find(({ declaration }) => declaration.name === name)
      return Effect.map(Stream.runCollect(stream?.pages ?? Stream.dieMessage(`no stream ${name}`)), (pages): ReadonlyArray<SourcePage> => [...pages])
    }
    const records = (name: string) => Effect.map(read(name), (pages) => pages.flatMap((page) => page.records))
    /** "/users 2" is its second page, "/users 3 full" the same list asked for in full. */
    const calls = () =>
      faulty.log.map(({ path, query }) => [path.replace("/api/v1", ""), query.get("page") ?? "", query.has("full") ? "full" : ""].join(" ").trim())
    return { sandbox, edits: sandbox.source, log: faulty.log, calls, source, read, records }
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
