/** Decodes bodies that a vendor, or something between, has compressed. */
import * as Either from "effect/Either"
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib"

/** What is asked for by `Accept-Encoding`. */
export const accepted = "gzip, deflate, br"

/** `TooLarge`: more than `maxBytes` came out. `Cut`: the body ends in its middle. Otherwise what is wrong with it, in words. */
export type Fault = { readonly _tag: "TooLarge" } | { readonly _tag: "Cut" } | { readonly _tag: "Malformed"; readonly words: string }

type Decoder = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array

/** Some servers send deflate without the zlib header that RFC 9110 asks for. */
const inflate: Decoder = (bytes, options) => (((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes, options) : inflateRawSync(bytes, options))

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  br: brotliDecompressSync,
  deflate: inflate,
  identity: (bytes) => bytes
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "")

const faultOf = (name: string, error: unknown): Fault => {
  switch (codeOf(error)) {
    case "ERR_BUFFER_TOO_LARGE":
      return { _tag: "TooLarge" }
    case "Z_BUF_ERROR":
      return { _tag: "Cut" }
    default:
      return { _tag: "Malformed", words: `the answer is said to be ${name} and is not` }
  }
}

/** The bytes that `header`, a `Content-Encoding`, says are behind these; never more than `maxBytes`. */
export const decode = (bytes: Uint8Array, header: string | undefined, maxBytes: number): Either.Either<Uint8Array, Fault> => {
  let decoded = bytes
  if (header === undefined || bytes.byteLength === 0) return Either.right(decoded)
  const names = header.split(",").map((name) => name.trim().toLowerCase())
  // Applied in the order of the header, so taken off from its end.
  for (const name of names.reverse()) {
    const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined
    if (decoder === undefined)
      return Either.left({ _tag: "Malformed", words: `the answer has the content encoding ${name.slice(0, 40)}, which was not asked for` })
    const step = Either.try({ try: () => decoder(decoded, { maxOutputLength: maxBytes }), catch: (error) => faultOf(name, error) })
    if (Either.isLeft(step)) return step
    decoded = step.right
  }
  return Either.right(decoded)
}
