/** The one way to call a vendor: base URL, credentials, time limits, pacing, retries, sizes, and errors as the engine knows them. */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { ConnectorError } from "../contract/ConnectorError.ts"

export type QueryParams = Readonly<Record<string, string | number | ReadonlyArray<string> | undefined>>

export interface CallOptions<A, I> {
  /** Appended to the base URL; begins with a slash. Ids in it are encoded by the caller with `encodeURIComponent`. */
  readonly path: string
  /** The path as errors and estimates name it: `/customer-groups/{id}/members`. Defaults to `path`. */
  readonly template?: string
  readonly params?: QueryParams
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as `Idempotency-Key`, for vendors that do a call once however often it comes under the same key. It does not make a call `repeatable`. */
  readonly idempotencyKey?: string | undefined
  /** Decodes the JSON body of a success. Unknown keys are ignored; a body that does not fit is `Malformed`. */
  readonly schema: Schema.Schema<A, I>
  /** The limit this call counts against besides the account's own; null for none. */
  readonly endpoint?: string
  /**
   * Whether repeating it is harmless when an answer is lost. Reads are; a write that is not fails at its first lost answer with
   * `effect: "unknown"`. Any call is repeated after a 429 or another sure refusal to begin.
   */
  readonly repeatable?: boolean
}

/** A decoded answer with what else it told. `serverTime` from the Date header, epoch milliseconds. */
export interface Answer<A> {
  readonly body: A
  readonly status: number
  readonly serverTime: number | null
  readonly headers: Readonly<Record<string, string>>
}

export interface VendorClient {
  /** By GET; with a body by POST, which is for searches and for minting tokens alone: what it asks must change no record at the vendor. */
  readonly read: <A, I>(options: CallOptions<A, I>) => Effect.Effect<Answer<A>, ConnectorError>
  readonly write: <A, I>(method: "POST" | "PATCH" | "PUT" | "DELETE", options: CallOptions<A, I>) => Effect.Effect<Answer<A>, ConnectorError>
}
