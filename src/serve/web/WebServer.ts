/** An HTTP server for a page that few people look at: small requests, whole answers, and streams of events. */
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"

export interface WebRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Http.IncomingHttpHeaders
  /** Fields of a form; empty for what is none. */
  readonly form: URLSearchParams
}

export type WebResponse =
  | { readonly _tag: "Whole"; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  /** Server-sent events, until either side ends it. `subscribe` answers what ends it. */
  | { readonly _tag: "Events"; readonly subscribe: (send: (event: string, data: string) => void) => () => void }

export interface Address {
  readonly host: string
  readonly port: number
}

/** Longest body, in bytes: a decision with its reason. */
const longest = 16_384
/** A comment goes out so often, in milliseconds, that no proxy takes the stream for dead. */
const heartbeat = 15_000

const always: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  // With none at all browsers hide the origin of a form, too, and a change could not be told from that of another site.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin"
}

/** Null: it is too long, and no more of it is read. */
const bodyOf = async (incoming: Http.IncomingMessage): Promise<string | null> => {
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of incoming) {
    size += chunk.length
    if (size > longest) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const isForm = ({ headers }: Http.IncomingMessage): boolean => /^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "")

const plain = (outgoing: Http.ServerResponse, status: number, words: string): void => {
  outgoing.writeHead(status, { ...always, "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`${words}\n`)
}

const events = (outgoing: Http.ServerResponse, subscribe: (send: (event: string, data: string) => void) => () => void): void => {
  outgoing.writeHead(200, { ...always, "content-type": "text/event-stream", "x-accel-buffering": "no" })
  const send = (event: string, data: string): void => {
    outgoing.write(
      `event: ${event}\n${data
        .split("\n")
        .map((line) => `data: ${line}`)
        .join("\n")}\n\n`
    )
  }
  const unsubscribe = subscribe(send)
  const beat = setInterval(() => outgoing.write(": \n\n"), heartbeat)
  outgoing.once("close", () => {
    clearInterval(beat)
    unsubscribe()
  })
}

const answer = async (incoming: Http.IncomingMessage, outgoing: Http.ServerResponse, respond: (request: WebRequest) => Promise<WebResponse>): Promise<void> => {
  const body = await bodyOf(incoming)
  if (body === null) return plain(outgoing, 413, "the request is too long")
  if (!URL.canParse(incoming.url ?? "", "http://localhost")) return plain(outgoing, 400, "the request names no path")
  const { pathname: path, searchParams: query } = new URL(incoming.url ?? "", "http://localhost")
  const response = await respond({
    method: incoming.method ?? "GET",
    path,
    query,
    headers: incoming.headers,
    form: new URLSearchParams(isForm(incoming) ? body : "")
  })
  if (response._tag === "Events") return events(outgoing, response.subscribe)
  outgoing.writeHead(response.status, { ...always, ...response.headers }).end(incoming.method === "HEAD" ? undefined : response.body)
}

/** Listens until the scope ends; connections that are open then are closed. Fails with the system's words where the address cannot be had. */
export const listen = (address: Address, respond: (request: WebRequest) => Effect.Effect<WebResponse>): Effect.Effect<Address, string, Scope.Scope> =>
  Effect.gen(function* () {
    const run = Runtime.runPromise(yield* Effect.runtime<never>())
    const server = Http.createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (incoming, outgoing) => {
      answer(incoming, outgoing, (request) => run(respond(request))).catch(() => {
        if (outgoing.headersSent) outgoing.destroy()
        else plain(outgoing, 500, "this request failed; the service goes on")
      })
    })
    server.maxConnections = 100
    yield* Effect.acquireRelease(
      Effect.async<void, string>((resume) => {
        server.once("error", ({ message }) => resume(Effect.fail(message)))
        server.listen(address.port, address.host, () => resume(Effect.void))
      }),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const bound = server.address()
    return { host: address.host, port: bound === null || typeof bound === "string" ? address.port : bound.port }
  })
