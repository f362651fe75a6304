/** A sandbox on a real socket of this machine, for demos and end-to-end tests. What goes wrong does so on the wire. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Runtime from "effect/Runtime"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import type { DeliveringApp } from "./Faulty.ts"
import type { SandboxRequest, SandboxResponse } from "./Sandbox.ts"

/** `url` without a trailing slash. With the scope the server closes, open connections and stalled calls included. */
export const serve = (app: DeliveringApp): Effect.Effect<{ readonly url: string }, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fork = Runtime.runFork(yield* Effect.runtime<never>())
    const server = yield* Effect.acquireRelease(
      Effect.async<Http.Server>((resume) => {
        const server = Http.createServer((incoming, outgoing) => {
          const fiber = fork(handle(app, incoming, outgoing))
          outgoing.once("close", () => fork(Fiber.interruptFork(fiber)))
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const address = server.address()
    if (address === null || typeof address === "string") return yield* Effect.dieMessage("a server on a port has an address")
    return { url: `http://127.0.0.1:${address.port}` }
  })

const handle = (app: DeliveringApp, incoming: Http.IncomingMessage, outgoing: Http.ServerResponse): Effect.Effect<void> =>
  Effect.gen(function* () {
    const body = yield* Effect.promise(() => readAll(incoming))
    const delivery = yield* app(asked(incoming, body))
    if (!("_tag" in delivery)) return send(outgoing, delivery)
    switch (delivery._tag) {
      case "Reset":
        incoming.socket.resetAndDestroy()
        return
      case "Stall":
        return
      case "Bytes": {
        const { bytes, response } = delivery
        outgoing.writeHead(response.status, { ...response.headers, "content-length": bytes.byteLength }).end(bytes)
        return
      }
      case "Closed":
        return close(incoming, outgoing, delivery.response)
      case "Cut":
        return yield* cut(outgoing, delivery.response)
    }
  })

const readAll = async (incoming: Http.IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of incoming) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const asked = (incoming: Http.IncomingMessage, body: string): SandboxRequest => {
  const url = incoming.url ?? "/"
  const end = url.includes("?") ? url.indexOf("?") : url.length
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, [value ?? []].flat().join(", ")]))
  return { method: incoming.method ?? "GET", path: url.slice(0, end), query: new URLSearchParams(url.slice(end)), headers, body }
}

const send = (outgoing: Http.ServerResponse, { status, headers, body }: SandboxResponse): void => {
  outgoing.writeHead(status, headers).end(body)
}

/** As an old proxy does that is ended while it passes an answer on: no length, half of the body, and a clean end of the connection. */
const close = (incoming: Http.IncomingMessage, outgoing: Http.ServerResponse, { status, headers, body }: SandboxResponse): void => {
  const head = [`HTTP/1.1 ${status} .`, ...Object.entries({ ...headers, connection: "close" }).map(([name, value]) => `${name}: ${value}`)]
  outgoing.detachSocket(incoming.socket)
  incoming.socket.end(Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), Buffer.from(body).subarray(0, body.length >> 1)]))
}

/** The length is announced whole, so that the client can tell that half is missing. */
const cut = (outgoing: Http.ServerResponse, { status, headers, body }: SandboxResponse) =>
  Effect.async<void>((resume) => {
    const bytes = Buffer.from(body)
    outgoing.writeHead(status, { ...headers, "content-length": bytes.length }).write(bytes.subarray(0, bytes.length >> 1), () => {
      outgoing.destroy()
      resume(Effect.void)
    })
  })
