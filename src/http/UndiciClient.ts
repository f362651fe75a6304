/** An `HttpClient` straight over undici: no redirects followed, nothing retried, no headers of ours added. */
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as UrlParams from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { Readable } from "node:stream"
import type { ReadableStream } from "node:stream/web"
import * as Undici from "undici"
import * as BoundedBody from "./BoundedBody.ts"
import { TransportFailure } from "./TransportFailure.ts"

const connectTimeoutMillis = 10_000

/**
 * Its connections are kept alive and close with the scope; calls still under way then fail. An answer that has not begun after
 * `answerMillis` is given up; null leaves that to the caller, who bounds each call, its body included.
 */
export const make = (answerMillis: number | null): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      // Limits of the agent would only add a second, other error.
      Effect.sync(() => new Undici.Agent({ connect: { timeout: connectTimeoutMillis }, headersTimeout: 0, bodyTimeout: 0 })),
      (agent) => Effect.promise(() => agent.destroy())
    ),
    (agent) => (answerMillis === null ? over(agent) : impatient(over(agent), answerMillis))
  )

const impatient = (client: HttpClient.HttpClient, millis: number): HttpClient.HttpClient =>
  HttpClient.transform(client, (send, request) => {
    const cause = new TransportFailure({ words: `no answer within ${millis} ms`, reached: true, passing: true })
    return Effect.timeoutFail(send, {
      duration: millis,
      onTimeout: () => new HttpClientError.RequestError({ request, reason: "Transport", cause, description: cause.words })
    })
  })

/** Neither traced nor watched for an answer that nobody reads, as the platform's own making would: that takes longer than the call. Interrupting ends the call. */
const over = (agent: Undici.Agent): HttpClient.HttpClient =>
  HttpClient.makeWith<HttpClientError.HttpClientError, never, HttpClientError.HttpClientError, never>(Effect.flatMap(send(agent)), Effect.succeed)

/** A kept connection may have been closed by the other end since the last call this long ago, in milliseconds. */
const unwatched = 100

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

/**
 * While a long statement runs nobody notices that the other end closes a connection, and what is sent on it next may have been done or not: to
 * find out costs many calls. So after a while without calls the event loop goes round first. A turn may have looked at the sockets before the
 * statement; the second has not.
 */
const watcher = () => {
  let [at, watched] = [0, Promise.resolve()]
  return (): Promise<void> => {
    const now = performance.now()
    if (now - at > unwatched) watched = turn().then(turn)
    at = now
    return watched
  }
}

const send = (agent: Undici.Agent) => {
  const watch = watcher()
  return (request: HttpClientRequest.HttpClientRequest): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> =>
    Effect.tryPromise({
      try: async (signal) => {
        const url = Either.getOrThrowWith(UrlParams.makeUrl(request.url, request.urlParams, request.hash), () => notAUrl)
        await watch()
        const answer = await Undici.request(url, {
          dispatcher: agent,
          method: request.method,
          headers: request.headers,
          body: requestBody(request),
          signal
        })
        return response(request, answer)
      },
      catch: (error) => {
        const cause = failure(error)
        return new HttpClientError.RequestError({ request, reason: "Transport", cause, description: cause.words })
      }
    })
}

const notAUrl = new TransportFailure({ words: "the address of the call is not a URL", reached: false, passing: false })

const requestBody = ({ body }: HttpClientRequest.HttpClientRequest): Uint8Array | null => {
  switch (body._tag) {
    case "Empty":
      return null
    case "Uint8Array":
      return body.body
    default:
      throw new TransportFailure({ words: `this client sends no ${body._tag} body`, reached: false, passing: false })
  }
}

/** Its bytes are read straight from the socket's stream: a stream of the web's kind around it costs as much as all the rest of a call. */
const response = (request: HttpClientRequest.HttpClientRequest, answer: Undici.Dispatcher.ResponseData): HttpClientResponse.HttpClientResponse => {
  let made: HttpClientResponse.HttpClientResponse | undefined
  const web = () => (made ??= HttpClientResponse.fromWeb(request, webResponse(answer)))
  const own: HttpClientResponse.HttpClientResponse = {
    [HttpClientResponse.TypeId]: HttpClientResponse.TypeId,
    [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId,
    request,
    status: answer.statusCode,
    headers: Headers.fromInput(answer.headers),
    remoteAddress: Option.none(),
    arrayBuffer: Effect.mapError(
      BoundedBody.bytes(answer.body),
      (cause) => new HttpClientError.ResponseError({ request, response: own, reason: "Decode", cause })
    ),
    get cookies() {
      return web().cookies
    },
    get stream() {
      return web().stream
    },
    get text() {
      return web().text
    },
    get json() {
      return web().json
    },
    get urlParamsBody() {
      return web().urlParamsBody
    },
    get formData() {
      return web().formData
    },
    toJSON: () => web().toJSON(),
    [Inspectable.NodeInspectSymbol]: () => web().toJSON()
  }
  return own
}

/** These may not carry a body, not even an empty one. */
const bodiless = new Set([204, 205, 304])

const webResponse = ({ statusCode, headers, body }: Undici.Dispatcher.ResponseData): Response => {
  const pairs = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one])))
  if (bodiless.has(statusCode)) {
    body.resume()
    return new Response(null, { status: statusCode, headers: pairs })
  }
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { status: statusCode, headers: pairs })
}

const failure = (error: unknown): TransportFailure => {
  if (error instanceof TransportFailure) return error
  const code = errorCode(error)
  const words = neverReached[code] ?? (certificateCode.test(code) ? certificateWords(code) : undefined)
  if (words !== undefined) return new TransportFailure({ words, reached: false, passing: !certificateCode.test(code) })
  return new TransportFailure({ words: brokeOff[code] ?? `the connection failed${code === "" ? "" : ` (${code})`}`, reached: true, passing: true })
}

/** The innermost code: with several addresses tried, node wraps one error for each. */
const errorCode = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0])
  if (!(error instanceof Error)) return ""
  if ("code" in error && typeof error.code === "string") return error.code
  return errorCode(error.cause)
}

const neverReached: Readonly<Record<string, string>> = {
  ENOTFOUND: "host not found",
  EAI_AGAIN: "host name could not be looked up",
  ECONNREFUSED: "connection refused",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  UND_ERR_CONNECT_TIMEOUT: "no connection within 10 s",
  EPROTO: "TLS could not be agreed on",
  ERR_SSL_WRONG_VERSION_NUMBER: "the server does not speak TLS there"
}

const brokeOff: Readonly<Record<string, string>> = {
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  UND_ERR_SOCKET: "the connection was closed before an answer came",
  ETIMEDOUT: "the connection timed out"
}

const certificateCode = /CERT|SIGNED|SIGNATURE|ISSUER|ALTNAME|^ERR_TLS/

const certificateWords = (code: string): string => {
  if (code === "CERT_HAS_EXPIRED") return "TLS certificate has expired"
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "TLS certificate is for another host name"
  if (code.includes("SELF_SIGNED")) return "TLS certificate is self-signed"
  return `TLS certificate is not trusted (${code})`
}
