/** Reads an answer's body as text, never more of it than allowed. */
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FiberRef from "effect/FiberRef"
import type { Readable } from "node:stream"
import * as ContentEncoding from "./ContentEncoding.ts"
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

/** Why a body could not be read: too large, cut off on its way, or not what it says it is (in words). */
export type BodyFault = { readonly _tag: "TooLarge" } | { readonly _tag: "Malformed"; readonly words: string } | TransportFailure

const brokeOff = () => new TransportFailure({ words: "the answer broke off", reached: true, passing: true })

/** The body as text, decompressed, both within `maxBytes`. It is UTF-8: bytes that are none would put U+FFFD into names, so they are a fault. */
export const read = (response: HttpClientResponse.HttpClientResponse, maxBytes: number): Effect.Effect<string, BodyFault> =>
  Effect.locally(response.arrayBuffer, allowed, maxBytes).pipe(
    Effect.mapError(({ cause }): BodyFault => (cause === "TooLarge" ? { _tag: "TooLarge" } : brokeOff())),
    // Of a response that is not ours all has been read.
    Effect.filterOrFail(
      ({ byteLength }) => byteLength <= maxBytes,
      (): BodyFault => ({ _tag: "TooLarge" })
    ),
    Effect.flatMap((all) =>
      Either.mapLeft(ContentEncoding.decode(new Uint8Array(all), response.headers["content-encoding"], maxBytes), (fault) =>
        fault._tag === "Cut" ? brokeOff() : fault
      )
    ),
    Effect.flatMap((all) =>
      Effect.try({
        try: () => new TextDecoder("utf-8", { fatal: true }).decode(all),
        catch: (): BodyFault => ({ _tag: "Malformed", words: "the answer is not UTF-8 text, so its names cannot be believed" })
      })
    )
  )
