/** One try of one call: sent, answered within its time, its allowance reported, its refusal understood. */
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as LogLevel from "effect/LogLevel"
import type { ConnectionContext } from "../contract/Connector.ts"
import { ConnectorError, type Reason } from "../contract/ConnectorError.ts"
import type { AllowanceReport } from "../contract/Pacer.ts"
import * as PlainLine from "../observe/PlainLine.ts"
import * as BoundedBody from "./BoundedBody.ts"
import * as RateHeaders from "./pacing/RateHeaders.ts"
import { TransportFailure } from "./TransportFailure.ts"
import * as VendorWords from "./VendorWords.ts"

export interface Connection {
  readonly context: ConnectionContext
  readonly decodeError: (status: number, headers: Readonly<Record<string, string>>, body: string) => Partial<VendorWords.Refusal> | undefined
  readonly refusedBy: (body: unknown) => VendorWords.BodyRefusal | undefined
  readonly timeout: Duration.Duration
  readonly maxBytes: number
  readonly endpointHeaders: Readonly<Record<string, ReadonlyArray<string>>>
}

export interface Call {
  readonly name: string
  readonly request: HttpClientRequest.HttpClientRequest
  readonly endpoint: string | null
  readonly kind: "read" | "write"
  readonly repeatable: boolean
  /** Whether a success has a body of JSON that is looked at. */
  readonly expectsBody: boolean
}

/** A 2xx. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly serverTime: number | null
  readonly text: string
}

export interface TryFailure {
  readonly error: ConnectorError
  /** Whether another try may fare better. */
  readonly passing: boolean
}

/** Never fails: a failure is a value, so that the pacer sees one end of every call. */
export const run = (connection: Connection, call: Call): Effect.Effect<Either.Either<RawAnswer, TryFailure>> =>
  connection.context.client.execute(call.request).pipe(
    Effect.mapError(transportFailure),
    Effect.flatMap((response) => received(connection, call, response)),
    Effect.timeoutFail({ duration: connection.timeout, onTimeout: () => noAnswer(connection.timeout) }),
    Effect.catchAll((failure) => Effect.succeed(Either.left(lost(connection, call, failure)))),
    Effect.timed,
    Effect.tap(([took, result]) =>
      Effect.whenLogLevel(
        Effect.annotateLogs(Effect.logDebug(call.name), {
          connection: connection.context.name,
          status: Either.match(result, { onLeft: ({ error }) => error.status ?? error.reason, onRight: ({ status }) => status }),
          ms: Math.round(Duration.toMillis(took))
        }),
        LogLevel.Debug
      )
    ),
    Effect.tap(([, result]) => traced(result)),
    Effect.map(([, result]) => result),
    // The address has what a look-up asks for in its query, and may have a credential: it stays out.
    Effect.withSpan(call.name, { kind: "client", attributes: { "groupbridge.connection": connection.context.name, "groupbridge.call": call.kind } })
  )

/** A refusal is no failure here, and must show as one in the span. */
const traced = (result: Either.Either<RawAnswer, TryFailure>): Effect.Effect<void> =>
  Effect.annotateCurrentSpan(
    Either.match(result, {
      onRight: ({ status }) => ({ "http.response.status_code": status }),
      onLeft: ({ error }) => ({ "error.type": error.reason, ...(error.status == null ? {} : { "http.response.status_code": error.status }) })
    })
  )

/** `detail` may hold what a vendor wrote: it is redacted and made one short line here. */
export const failed = (
  { context }: Connection,
  call: Call,
  what: { readonly reason: Reason; readonly detail: string; readonly effect: "none" | "unknown" } & Partial<Pick<ConnectorError, "status" | "code" | "retryAt">>
): ConnectorError =>
  new ConnectorError({
    connection: context.name,
    call: call.name,
    ...what,
    detail: PlainLine.brief(context.redactor.redact(what.detail), longestDetail),
    code: what.code == null ? null : PlainLine.brief(context.redactor.redact(what.code), longestDetail),
    // Whatever became of a read, it changed nothing.
    effect: call.kind === "read" ? "none" : what.effect
  })

const longestDetail = 300

export const tooLong = (connection: Connection, call: Call, retryAt: number): ConnectorError =>
  failed(connection, call, { reason: "RateLimited", detail: "the allowance is used up for longer than this call may wait", retryAt, effect: "none" })

const received = (
  connection: Connection,
  call: Call,
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<Either.Either<RawAnswer, TryFailure>, TransportFailure> =>
  Effect.gen(function* () {
    const { pacer } = connection.context
    const { status } = response
    const headers: Readonly<Record<string, string>> = { ...response.headers }
    const now = yield* Clock.currentTimeMillis
    const rated = { status, headers, now, serverTime: dateOf(headers), endpoint: call.endpoint, body: undefined }
    const endpointReport = (connection.endpointHeaders[call.endpoint ?? ""] ?? [])
      .map((name) => RateHeaders.readEndpoint(headers[name], rated))
      .find((report) => report !== null)
    if (endpointReport !== undefined && endpointReport !== null) yield* pacer.report(endpointReport)

    const ok = status >= 200 && status < 300
    // A refusal's body may tell the wait, so it is reported after it.
    if (ok) yield* pacer.report(RateHeaders.read(rated))
    const body = yield* Effect.either(BoundedBody.read(response, connection.maxBytes))
    if (ok) {
      if (Either.isRight(body)) {
        if (call.expectsBody && isCut(status, headers, body.right)) return yield* cutByClose
        const refusal = connection.refusedBy(parsed(body.right))
        if (refusal !== undefined) return Either.left({ error: failed(connection, call, { ...refusal, status }), passing: refusal.reason === "Unavailable" })
        return Either.right({ status, headers, serverTime: rated.serverTime, text: body.right })
      }
      if (body.left._tag === "TransportFailure") return yield* body.left
      const detail = body.left._tag === "TooLarge" ? `the answer is larger than ${connection.maxBytes} bytes` : body.left.words
      return Either.left({ error: failed(connection, call, { reason: "Malformed", detail, status, effect: "unknown" }), passing: false })
    }
    const text = Either.getOrElse(body, () => "")
    const json = parsed(text)
    const refusal = refusalOf(connection, response, headers, text, json)
    const report = RateHeaders.read({ ...rated, status: refusal.reason === "RateLimited" ? 429 : status, body: json })
    yield* pacer.report(report)
    return Either.left(refused(connection, call, status, refusal, report))
  })

const cutByClose = new TransportFailure({ words: "the connection was closed before the answer was whole", reached: true, passing: true })

/**
 * Where nothing but the closing of the connection ends a body, one that was cut looks whole: only its JSON shows it. A chunked body on a connection
 * that is not kept counts too, for undici takes its closing for the end.
 */
const isCut = (status: number, headers: Readonly<Record<string, string>>, text: string): boolean => {
  // 204 and 205 never have a body.
  if (status === 204 || status === 205 || headers["content-length"] !== undefined) return false
  if (headers["transfer-encoding"] !== undefined && !/\bclose\b/i.test(headers["connection"] ?? "")) return false
  return /^\s*(?:$|[[{])/.test(text) && parsed(text) === undefined
}

const refusalOf = (
  connection: Connection,
  response: HttpClientResponse.HttpClientResponse,
  headers: Readonly<Record<string, string>>,
  text: string,
  json: unknown
): VendorWords.Refusal => {
  const usual = VendorWords.read(response.status, text, json)
  const own = connection.decodeError(response.status, headers, text)
  if (own !== undefined || response.status >= 400 || response.status < 300) return { ...usual, ...own }
  const location = headers["location"]
  const place = location === undefined || !URL.canParse(location, response.request.url) ? "elsewhere" : `to ${new URL(location, response.request.url).host}`
  return { ...usual, detail: `redirects ${place}; credentials are not carried along, so check the base URL` }
}

const refused = (connection: Connection, call: Call, status: number, refusal: VendorWords.Refusal, report: AllowanceReport): TryFailure => {
  // Only a 4xx that is an answer (408 is none) surely refuses; a redirect or a server's failure may come after the deed.
  const sure = refusal.reason === "RateLimited" || (status >= 400 && status < 500 && refusal.reason !== "Unavailable")
  const retryAt = typeof report.pausedUntil === "number" ? report.pausedUntil : null
  return { error: failed(connection, call, { ...refusal, status, retryAt, effect: sure ? "none" : "unknown" }), passing: refusal.reason === "Unavailable" }
}

const noAnswer = (timeout: Duration.Duration) => new TransportFailure({ words: `no answer within ${Duration.format(timeout)}`, reached: true, passing: true })

const transportFailure = (error: HttpClientError.HttpClientError): TransportFailure =>
  error.cause instanceof TransportFailure ? error.cause : new TransportFailure({ words: "the connection failed", reached: true, passing: true })

const lost = (connection: Connection, call: Call, { words, reached, passing }: TransportFailure): TryFailure => ({
  error: failed(connection, call, { reason: "Unavailable", detail: words, effect: reached ? "unknown" : "none" }),
  passing
})

const dateOf = (headers: Readonly<Record<string, string>>): number | null => {
  const date = Date.parse(headers["date"] ?? "")
  return Number.isNaN(date) ? null : date
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
