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
import * as ConnectionFailure from "./ConnectionFailure.ts"
import * as ProxyChoice from "./ProxyChoice.ts"
import { TransportFailure } from "./TransportFailure.ts"

/** `ConnectionFailure` says it in words. */
const connectTimeoutMillis = 10_000

/**
 * Its connections are kept alive and close with the scope; calls still under way then fail. The caller bounds how long a call may take. Calls go
 * through the proxies that `env` names. Fails, in words, where it names none that can be used.
 */
export const make = (env: ProxyChoice.Variables = process.env): Effect.Effect<HttpClient.HttpClient, string, Scope.Scope> =>
  Effect.gen(function* () {
    const proxies = yield* ProxyChoice.read(env)
    const direct = yield* kept(() => new Undici.Agent(agentOptions))
    const { http, https } = proxies
    const proxied =
      http === undefined && https === undefined
        ? direct
        : // Which calls go through it is decided here alone, so that errors can name it.
          yield* kept(() => new Undici.EnvHttpProxyAgent({ ...agentOptions, httpProxy: http ?? "", httpsProxy: https ?? "", noProxy: "" }))
    const certificates = env["NODE_EXTRA_CA_CERTS"]
    return over({ certificates, of: (url) => proxies.of(url), direct, proxied })
  })

// Limits of the agent would only add a second, other error.
const agentOptions = { connect: { timeout: connectTimeoutMillis }, headersTimeout: 0, bodyTimeout: 0 } as const

const kept = (make: () => Undici.Dispatcher): Effect.Effect<Undici.Dispatcher, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.sync(make), (dispatcher) => Effect.promise(() => dispatcher.destroy()))

/** The ways to a vendor. */
interface Ways {
  readonly direct: Undici.Dispatcher
  readonly proxied: Undici.Dispatcher
  readonly of: ProxyChoice.Proxies["of"]
  /** The file of `NODE_EXTRA_CA_CERTS`, which Node itself reads as it starts. */
  readonly certificates: string | undefined
}

/** Neither traced nor watched for an answer that nobody reads, as the platform's own making would: that takes longer than the call. Interrupting ends the call. */
const over = (ways: Ways): HttpClient.HttpClient =>
  HttpClient.makeWith<HttpClientError.HttpClientError, never, HttpClientError.HttpClientError, never>(Effect.flatMap(send(ways)), Effect.succeed)

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

const send = (ways: Ways) => {
  const watch = watcher()
  return (request: HttpClientRequest.HttpClientRequest): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> => {
    const url = UrlParams.makeUrl(request.url, request.urlParams, request.hash)
    const failed = (cause: TransportFailure) => new HttpClientError.RequestError({ request, reason: "Transport", cause, description: cause.words })
    if (Either.isLeft(url)) return Effect.fail(failed(notAUrl))
    const proxy = ways.of(url.right)
    return Effect.tryPromise({
      try: async (signal) => {
        await watch()
        const answer = await Undici.request(url.right, {
          dispatcher: proxy === null ? ways.direct : ways.proxied,
          method: request.method,
          // A copy: undici's proxy agent writes `host` into the object it is given, which may be the one that all requests without headers share.
          headers: { ...request.headers },
          body: requestBody(request),
          signal
        })
        return response(request, answer)
      },
      catch: (error) => failed(ConnectionFailure.of(error, { host: url.right.host, proxy, certificates: ways.certificates }))
    })
  }
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
