/** The closed set of ways in which a call to a vendor can fail, each treated in one way by the engine. */
import * as Schema from "effect/Schema"

/**
 * - `Misconfigured`: the options of the connection cannot work; nothing was sent.
 * - `Unauthorized`: the credential is refused; the connection stops.
 * - `NotAllowed`, `NotFound`, `Invalid`: this request or row is refused; `message` keeps the vendor's words.
 * - `RateLimited`: not now, `retryAt` (epoch milliseconds) if the vendor told; nothing was done.
 * - `Unavailable`: no answer, or a server's failure; worth repeating.
 * - `Malformed`: an answer we can't read; `message` keeps its beginning, redacted.
 */
export const Reason = Schema.Literal("Misconfigured", "Unauthorized", "NotAllowed", "NotFound", "Invalid", "RateLimited", "Unavailable", "Malformed")
export type Reason = typeof Reason.Type

/** What only a vendor's answer tells: null where an error is raised without one. */
const orNull = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.NullOr(schema).pipe(
    Schema.propertySignature,
    Schema.withConstructorDefault(() => null)
  )

/** A call that did not work out. Holds no request, no header and no cause object: those carry credentials. */
export class ConnectorError extends Schema.TaggedError<ConnectorError>()("ConnectorError", {
  connection: Schema.String,
  /** Method and path without query: `POST /customer-groups/{id}/members`. */
  call: Schema.String,
  reason: Reason,
  /** In plain words, the vendor's own where it gave some. Redacted. */
  detail: Schema.String,
  status: orNull(Schema.Number),
  /** The vendor's error code, where it gave one. */
  code: orNull(Schema.String),
  retryAt: orNull(Schema.Number),
  /** Whether the call may have changed something: "none" only where the vendor surely refused or was never reached. */
  effect: Schema.Literal("none", "unknown")
}) {
  /** Whether the same call may work later without anybody doing anything. */
  get retryable(): boolean {
    return this.reason === "RateLimited" || this.reason === "Unavailable"
  }

  /** The same error with more known of it: that its call may have changed something after all, or what is behind its status. */
  with(known: Partial<Pick<ConnectorError, "reason" | "detail" | "effect">>): ConnectorError {
    const { call, code, connection, detail, effect, reason, retryAt, status } = this
    return new ConnectorError({ connection, call, reason, detail, status, code, retryAt, effect, ...known })
  }

  override get message(): string {
    return `${this.connection}: ${this.call}: ${this.detail}`
  }
}
