/** Whose token it is at Intercom, which workspace it opens, and what it may not read. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import * as RateHeaders from "../../src/http/pacing/RateHeaders.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as IntercomApi from "./IntercomApi.ts"

/** One row where the list has pages; the others take no parameters. */
const oneRow = { per_page: 1 }

/** What each list is for, and the permission of the app that opens it (vendor docs, read 2026-11). */
const lists = [
  { path: "/contacts", params: oneRow, word: "contacts", right: "Read and list users and companies" },
  { path: "/companies", params: oneRow, word: "companies", right: "Read and list users and companies" },
  { path: "/segments", params: {}, word: "segments", right: "Read and list users and companies" },
  { path: "/tags", params: {}, word: "tags", right: "Read tags" },
  { path: "/admins", params: {}, word: "admins", right: "Read admins" }
] as const

/** A refusal is a missing right. That a list cannot be found or asked for so says nothing of rights; any other failure fails. */
const missing = (client: VendorClient, { params, path, word, right }: (typeof lists)[number]): Effect.Effect<ReadonlyArray<string>, ConnectorError> =>
  client.read({ path, params, schema: Schema.Struct({}) }).pipe(
    Effect.as<ReadonlyArray<string>>([]),
    Effect.catchAll((error) => {
      const { reason, code, detail } = error
      if (reason === "NotFound" || reason === "Invalid") return Effect.succeed([])
      if (reason !== "NotAllowed") return Effect.fail(error)
      const remedy =
        code === "api_plan_restricted" ? "the workspace's plan excludes it" : `give the app the permission "${right}" (Developer Hub > Authentication)`
      return Effect.succeed([`Intercom refuses to list ${word} ("${detail}"): ${remedy}.`])
    })
  )

/** `/me` tells no permissions, so each list is asked for, by one row where it has pages: six calls. `hint` is added where the token is refused. */
export const identify = (client: VendorClient, hint: string): Effect.Effect<Identity, ConnectorError> =>
  Effect.gen(function* () {
    const { body, headers, serverTime } = yield* Effect.mapError(client.read({ path: "/me", schema: IntercomApi.Me }), (error) => hinted(error, hint))
    const now = yield* Clock.currentTimeMillis
    const { limit, remaining, resetAt } = RateHeaders.read({ status: 200, headers, body: undefined, now, serverTime, endpoint: null })
    const refused = yield* Effect.forEach(lists, (list) => missing(client, list))
    return {
      account: body.app.id_code,
      label: body.app.name ?? body.app.id_code,
      actor: body.email ?? `admin ${body.id}`,
      // Version 2.14 tells no role of an admin.
      role: null,
      missing: refused.flat(),
      allowance: limit === null || remaining === null ? null : { limit, remaining, resetAt }
    }
  })

const hinted = (error: ConnectorError, hint: string): ConnectorError =>
  error.reason === "Unauthorized" ? error.with({ detail: `${error.detail}${hint}` }) : error
