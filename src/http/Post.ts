/** Single calls to addresses of the config that are no vendor's: webhooks and the heartbeat. Tried once, ten seconds at most. */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"

const patience = "10 seconds"

/** Fails in words without the address, which may be a secret. */
const send = (client: HttpClient.HttpClient, request: HttpClientRequest.HttpClientRequest): Effect.Effect<void, string> =>
  Effect.scoped(
    Effect.flatMap(client.execute(request), ({ status }) => (status >= 200 && status < 300 ? Effect.void : Effect.fail(`answered ${status}`)))
  ).pipe(
    Effect.mapError((error) => (typeof error === "string" ? error : "no answer")),
    Effect.timeoutFail({ duration: patience, onTimeout: () => `no answer within ${patience}` })
  )

export const post = (client: HttpClient.HttpClient, url: string, headers: Readonly<Record<string, string>>, body: string): Effect.Effect<void, string> =>
  send(client, HttpClientRequest.post(url).pipe(HttpClientRequest.setHeaders(headers), HttpClientRequest.bodyText(body, "application/json")))

export const get = (client: HttpClient.HttpClient, url: string): Effect.Effect<void, string> => send(client, HttpClientRequest.get(url))
