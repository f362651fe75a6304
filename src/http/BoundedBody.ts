/** Reads an answer's body as text, never more of it than allowed. */
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import type { Readable } from "node:stream"
import { TransportFailure } from "./TransportFailure.ts"

/** How many bytes of a body may be read. A `FiberRef`, because a response offers no other way to be told. */
const allowed = FiberRef.unsafeMake(Infinity)

/**
 * What a response of ours answers as its bytes. Stops reading, and closes the connection, when interrupted and as soon as more have come than `read` allows.
 * Fails with "TooLarge", or with whatever broke the body off.
 */
export const bytes = (body: Readable): Effect.Effect<ArrayBuffer, unknown> =>
  Effect.flatMap(FiberRef.get(allowed), (maxBytes) =>
    Effect.tryPromise({
      try: (signal) => {
        signal.addEventListener("abort", () => body.destroy(), { once: true })
        return whole(body, maxBytes)
      },
      catch: (cause) => cause
    })
  )

const whole = async (body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<ArrayBuffer> => {
  const chunks: Array<Uint8Array> = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) throw "TooLarge"
    chunks.push(chunk)
  }
  const all = new Uint8Array(size)
  let end = 0
  for (const chunk of chunks) {
    all.set(chunk, end)
    end += chunk.byteLength
  }
  return all.buffer
}

/** Fails with "TooLarge", or how the connection broke off. */
export const read = ({ arrayBuffer }: HttpClientResponse.HttpClientResponse, maxBytes: number): Effect.Effect<string, "TooLarge" | TransportFailure> =>
  Effect.locally(arrayBuffer, allowed, maxBytes).pipe(
    Effect.mapError(({ cause }) => (cause === "TooLarge" ? cause : new TransportFailure({ words: "the answer broke off", reached: true, passing: true }))),
    // Of a response that is not ours all has been read.
    Effect.filterOrFail(
      ({ byteLength }) => byteLength <= maxBytes,
      () => "TooLarge" as const
    ),
    Effect.map((all) => new TextDecoder().decode(all))
  )
