/** What a connection's key is and may do, and the calls that every part of it makes alike. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { ConnectorError, type Reason } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import * as RateHeaders from "../../src/http/pacing/RateHeaders.ts"
import type { Answer, CallOptions, VendorClient } from "../../src/http/VendorClient.ts"
import * as CstarApi from "./CstarApi.ts"

export interface Access {
  readonly connection: string
  readonly client: VendorClient
  /** What the key itself tells; the allowance comes with an answer. */
  readonly identity: Omit<Identity, "allowance">
  /** Why this key can't write, for a person; null where it can. Writes then fail before any call. */
  readonly readOnly: string | null
}

/** A refusal of our own, before or after a call; nothing was changed. */
export const refusal = ({ connection }: Access, call: string, reason: Reason, detail: string): ConnectorError =>
  new ConnectorError({
    connection,
    call,
    reason,
    detail,
    effect: "none"
  })

export const isNotFound = (error: ConnectorError): boolean => error.reason === "NotFound"

export const write = <A, I>(access: Access, method: "POST" | "PATCH" | "DELETE", options: CallOptions<A, I>): Effect.Effect<Answer<A>, ConnectorError> =>
  access.readOnly === null
    ? access.client.write(method, options)
    : Effect.fail(refusal(access, `${method} ${options.template ?? options.path}`, "NotAllowed", access.readOnly))

/** Who we are, by one row of this list: it proves key and team, and its headers tell the allowance. */
export const identify = <A, I>(access: Access, path: string, row: Schema.Schema<A, I>): Effect.Effect<Identity, ConnectorError> =>
  Effect.gen(function* () {
    const { headers, serverTime, status } = yield* access.client.read({
      path,
      params: { page: 1, pageSize: 1 },
      schema: CstarApi.list(row)
    })
    const now = yield* Clock.currentTimeMillis
    const { limit, remaining, resetAt } = RateHeaders.read({
      status,
      headers,
      body: undefined,
      now,
      serverTime,
      endpoint: null
    })
    return {
      ...access.identity,
      allowance: limit === null || remaining === null ? null : { limit, remaining, resetAt }
    }
  })
