/** Sandboxes behind a real `HttpClient` without a socket: whole calls under a TestClock. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import { TransportFailure } from "../http/TransportFailure.ts"
import type { Delivery, DeliveringApp } from "./Faulty.ts"
import type { SandboxResponse } from "./Sandbox.ts"

/** A mount's URL without its trailing slash: `https://acme.zendesk.com`, or with a path prefix that its app does not see. */
export type Mounts = Readonly<Record<string, DeliveringApp>>

/** A client to whom only the mounted sandboxes exist. The mount with the longest matching URL answers; any other host is not found. */
export const client = (mounts: Mounts): HttpClient.HttpClient => {
  const byLength = Object.entries(mounts).sort(([left], [right]) => right.length - left.length)
  return HttpClient.make((request, url) => {
    const target = url.origin + url.pathname
    const mount = byLength.find(([base]) => target === base || target.startsWith(`${base}/`))
    if (mount === undefined) {
      return Effect.fail(lost(request, new TransportFailure({ words: `host not found: ${url.host}`, reached: false, passing: true })))
    }
    const [base, app] = mount
    const asked = {
      method: request.method,
      path: target.slice(base.length) || "/",
      query: url.searchParams,
      headers: { host: url.host, ...request.headers },
      body: bodyText(request)
    }
    return Effect.flatMap(app(asked), (delivery) => answer(request, delivery))
  })
}

const answer = (
  request: HttpClientRequest.HttpClientRequest,
  delivery: Delivery
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> => {
  if (!("_tag" in delivery)) return Effect.succeed(HttpClientResponse.fromWeb(request, webResponse(measured(delivery), delivery.body)))
  switch (delivery._tag) {
    case "Reset":
      return Effect.fail(lost(request, new TransportFailure({ words: "connection reset", reached: true, passing: true })))
    case "Stall":
      return Effect.never
    case "Bytes": {
      const { bytes, response } = delivery
      const headers = { ...response.headers, "content-length": String(bytes.byteLength) }
      return Effect.succeed(HttpClientResponse.fromWeb(request, webResponse({ ...response, headers }, bytes)))
    }
    case "Closed": {
      const { response } = delivery
      const half = Buffer.from(response.body).subarray(0, response.body.length >> 1)
      return Effect.succeed(HttpClientResponse.fromWeb(request, webResponse(response, half)))
    }
    case "Cut":
      return Effect.succeed(HttpClientResponse.fromWeb(request, webResponse(delivery.response, cutStream(delivery.response.body))))
  }
}

const lost = (request: HttpClientRequest.HttpClientRequest, cause: TransportFailure) =>
  new HttpClientError.RequestError({ request, reason: "Transport", cause, description: cause.words })

/** These may not carry a body, not even an empty one. */
const bodiless = new Set([204, 205, 304])

/** With the length that a server tells of a whole body. */
const measured = (response: SandboxResponse): SandboxResponse =>
  bodiless.has(response.status) ? response : { ...response, headers: { ...response.headers, "content-length": String(Buffer.byteLength(response.body)) } }

const webResponse = ({ status, headers }: SandboxResponse, body: string | Uint8Array | ReadableStream<Uint8Array>) =>
  new Response(bodiless.has(status) ? null : body, { status, headers })

const cutStream = (body: string) => {
  const bytes = new TextEncoder().encode(body)
  let sent = false
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent) return controller.error(new TransportFailure({ words: "the connection broke off", reached: true, passing: true }))
      sent = true
      controller.enqueue(bytes.subarray(0, bytes.length >> 1))
    }
  })
}

const bodyText = (request: HttpClientRequest.HttpClientRequest): string => {
  switch (request.body._tag) {
    case "Empty":
      return ""
    case "Uint8Array":
      return new TextDecoder().decode(request.body.body)
    default:
      throw new Error(`a sandbox takes no ${request.body._tag} body`)
  }
}
