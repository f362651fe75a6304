/** Reads an answer's body as text, never more of it than allowed. */
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { TransportFailure } from "./TransportFailure.ts"

/** Stops reading, and closes the connection, as soon as more than `maxBytes` have come. Fails with "TooLarge", or how the connection broke off. */
export const read = (response: HttpClientResponse.HttpClientResponse, maxBytes: number): Effect.Effect<string, "TooLarge" | TransportFailure> => {
  const chunks: Array<Uint8Array> = []
  let size = 0
  return Stream.runForEach(response.stream, (chunk) => {
    size += chunk.byteLength
    if (size > maxBytes) return Effect.fail("TooLarge" as const)
    chunks.push(chunk)
    return Effect.void
  }).pipe(
    Effect.catchIf(
      (error) => error !== "TooLarge" && error.reason === "EmptyBody",
      () => Effect.void
    ),
    Effect.mapError((error) => (error === "TooLarge" ? error : new TransportFailure({ words: "the answer broke off", reached: true, passing: true }))),
    Effect.map(() => new TextDecoder().decode(Buffer.concat(chunks))),
    // The stream runs in a fiber of its own, whose failure would be logged with the request and its credentials in it.
    Effect.withUnhandledErrorLogLevel(Option.none())
  )
}
