/** The one implementation of `VendorClient`: over an `HttpClient`, under the connection's pacer. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Redacted from "effect/Redacted"
import * as SchemaAST from "effect/SchemaAST"
import type { ConnectionContext } from "../contract/Connector.ts"
import { ConnectorError } from "../contract/ConnectorError.ts"
import * as AnswerBody from "./AnswerBody.ts"
import type { RenewingToken, Token } from "./auth/RenewingToken.ts"
import * as CallRequest from "./CallRequest.ts"
import * as CallTry from "./CallTry.ts"
import * as PacedStart from "./pacing/PacedStart.ts"
import type { BodyRefusal, Refusal } from "./VendorWords.ts"
import type { Answer, CallOptions, VendorClient } from "./VendorClient.ts"

export interface VendorClientOptions {
  /** https, or http to this machine itself. May carry a path prefix. */
  readonly baseUrl: string
  /** Sent with every call; the redacted ones are hidden wherever they would be shown. */
  readonly headers: Readonly<Record<string, Redacted.Redacted | string>>
  /** A credential that ends, sent as bearer token. It is renewed before its end, and after a refusal (`Unauthorized`) in the middle of a run. */
  readonly token?: RenewingToken
  /** Credentials that the vendor takes in the query. */
  readonly params?: Readonly<Record<string, Redacted.Redacted>>
  /** Set where a 2xx may be a refusal (GraphQL): what the body of one means; undefined where it is none. */
  readonly refusedBy?: (body: unknown) => BodyRefusal | undefined
  /** Largest body that is sent, in bytes, where the vendor answers a larger one as if it had failed. A larger one is refused here as `Invalid`. */
  readonly largestBody?: number
  /** What this vendor means by an answer that is not 2xx, where it differs from the usual; what it leaves out stays as usual. */
  readonly decodeError?: (status: number, headers: Readonly<Record<string, string>>, bodyText: string) => Partial<Refusal> | undefined
  /** Of each try, from its start to the end of its body. 30 seconds if not given. */
  readonly timeout?: Duration.DurationInput
  /** Largest body that is read. 32 MiB if not given. */
  readonly maxBytes?: number
  /** Further tries after a failure that may pass, waits for an allowance not counted. 7 if not given. */
  readonly retries?: number
  /** For each endpoint of `CallOptions`: headers that tell its own allowance as `total=100; remaining=99; resets=52`. */
  readonly endpointHeaders?: Readonly<Record<string, ReadonlyArray<string>>>
}

/**
 * Fails with `Misconfigured` if credentials may not go to the base URL, or a header cannot carry them. What its calls fail with:
 * - the reason by status (401 `Unauthorized`, 403 `NotAllowed`, 404 `NotFound`, 400, 409 and 422 `Invalid`, 429 `RateLimited`,
 *   408, 5xx and no answer `Unavailable`, anything else `Malformed`), unless `decodeError` says otherwise;
 * - `Malformed` on a redirect, on HTML, on a body that is no JSON, too large or does not fit the schema;
 * - `RateLimited` with `retryAt` if the call would wait for its start longer than the pacer's `maxWaitMillis`.
 *
 * With a `token` each call may fail as minting it does. `Unauthorized` is then tried again with a new one, where the one refused had been accepted before.
 *
 * `Unavailable` is tried again, each time twice as long after the last (from half a second on), unless the call is a write that must
 * not be repeated and the vendor may have seen it. `RateLimited` is tried again whenever the pacer lets it.
 */
export const make = (context: ConnectionContext, options: VendorClientOptions): Effect.Effect<VendorClient, ConnectorError> =>
  Effect.suspend(() => {
    const credentials = { headers: options.headers, params: options.params ?? {} }
    CallRequest.hide(context.redactor, credentials)
    const base = CallRequest.base(options.baseUrl)
    if (Either.isLeft(base)) return Effect.fail(misconfigured(context.name, "base URL", base.left))
    const unsendable = CallRequest.headerFault(credentials)
    if (unsendable !== null) return Effect.fail(misconfigured(context.name, "credential", unsendable))

    const connection: CallTry.Connection = {
      context,
      decodeError: options.decodeError ?? (() => undefined),
      refusedBy: options.refusedBy ?? (() => undefined),
      timeout: Duration.decode(options.timeout ?? "30 seconds"),
      maxBytes: options.maxBytes ?? 32 * 1024 * 1024,
      endpointHeaders: options.endpointHeaders ?? {}
    }

    const send = <A, I>(kind: CallTry.Call["kind"], method: CallRequest.Method, call: CallOptions<A, I>): Effect.Effect<Answer<A>, ConnectorError> =>
      Effect.suspend(() => {
        const name = `${method} ${call.template ?? call.path}`
        const request = CallRequest.make(base.right, credentials, {
          method,
          path: call.path,
          params: call.params ?? {},
          body: call.body,
          idempotencyKey: call.idempotencyKey
        })
        if (request === null) return Effect.fail(refusedHere(context.name, name, "an id in this path cannot be sent"))
        if ((request.body.contentLength ?? 0) > (options.largestBody ?? Infinity))
          return Effect.fail(refusedHere(context.name, name, `the call would be larger than ${options.largestBody} bytes, which the vendor does not take`))
        const asked: CallTry.Call = {
          name,
          request,
          endpoint: call.endpoint ?? null,
          kind,
          repeatable: call.repeatable ?? kind === "read",
          expectsBody: !SchemaAST.isVoidKeyword(call.schema.ast)
        }
        return Effect.flatMap(repeated(connection, asked, options.token ?? null, options.retries ?? usualRetries), (answer) =>
          AnswerBody.decode(connection, asked, call.schema, answer)
        )
      })

    return Effect.succeed<VendorClient>({
      read: (call) => send("read", call.body === undefined ? "GET" : "POST", call),
      write: (method, call) => send("write", method, call)
    })
  })

const misconfigured = (connection: string, call: string, detail: string) =>
  new ConnectorError({ connection, call, reason: "Misconfigured", detail, effect: "none" })

const refusedHere = (connection: string, call: string, detail: string) => new ConnectorError({ connection, call, reason: "Invalid", detail, effect: "none" })

/** Where a fifth of all calls fails, one in 400,000 fails for good; a vendor that is down is given up after half a minute. */
const usualRetries = 7
const firstBackoff = Duration.millis(500)
const longestBackoff = Duration.seconds(8)

/** New tokens that one call may ask for: more would only show that no token helps it. */
const mostRenewals = 3

/** Tries until an answer, a failure that stays, or the end of patience. */
const repeated = (
  connection: CallTry.Connection,
  call: CallTry.Call,
  token: RenewingToken | null,
  retries: number
): Effect.Effect<CallTry.RawAnswer, ConnectorError> =>
  Effect.gen(function* () {
    const { pacer } = connection.context
    let failures = 0
    let renewals = 0
    let lost = false
    let patience = yield* PacedStart.patience(pacer)
    for (;;) {
      const signed = token === null ? null : yield* Effect.mapError(signing(token, call), (error) => afterLost(error, lost))
      const sent = signed === null ? CallTry.run(connection, call) : Effect.suspend(() => CallTry.run(connection, signed.sign()))
      const tried = yield* PacedStart.run(pacer, call, patience, sent)
      if (tried._tag === "TooLong") return yield* afterLost(CallTry.tooLong(connection, call, tried.retryAt), lost)
      if (Either.isRight(tried.result)) {
        signed?.accepted()
        return tried.result.right
      }
      const { error, passing } = tried.result.left
      lost ||= error.effect === "unknown"
      if (error.reason === "RateLimited") continue
      if (error.reason === "Unauthorized" && signed !== null && renewals < mostRenewals) {
        renewals += 1
        if (yield* Effect.mapError(signed.replace, (failure) => afterLost(failure, lost))) continue
      }
      if (!passing || !mayRepeat(call, error) || failures === retries) return yield* afterLost(error, lost)
      yield* Effect.sleep(Duration.min(longestBackoff, Duration.times(firstBackoff, 2 ** failures)))
      failures += 1
      patience = yield* PacedStart.patience(pacer)
    }
  })

/** A token for one try. It is signed when the try starts: while it waited for its turn another call may have renewed the token. */
const signing = (token: RenewingToken, call: CallTry.Call) =>
  Effect.map(token.current, (current) => {
    let used: Token = current
    return {
      sign: (): CallTry.Call => {
        used = token.newest(current)
        return { ...call, request: CallRequest.bearer(call.request, used.value) }
      },
      accepted: () => token.accepted(used),
      replace: Effect.suspend(() => token.replace(used))
    }
  })

const mayRepeat = (call: CallTry.Call, error: ConnectorError) => error.reason === "Unavailable" && (call.repeatable || error.effect === "none")

/** A refusal after a lost answer says nothing on what the lost call did. */
const afterLost = (error: ConnectorError, lost: boolean) => (lost && error.effect === "none" ? error.with({ effect: "unknown" }) : error)
