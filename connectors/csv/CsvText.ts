/** A file as text, piece by piece: its encoding recognised, and whether it stayed the same while it was read. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Buffers from "node:buffer"
import { createReadStream } from "node:fs"
import { open, stat } from "node:fs/promises"
import { basename } from "node:path"
import { ConnectorError, type Reason } from "../../src/contract/ConnectorError.ts"
import * as TextEncoding from "../../src/model/TextEncoding.ts"

export interface File {
  readonly connection: string
  /** Absolute. */
  readonly path: string
}

export type Encoding = TextEncoding.TextEncoding

/** What tells one state of a file from another: two equal stamps, before and after, mean that nobody wrote meanwhile. */
export type Stamp = string

export const failure = (file: File, reason: Reason, detail: string) =>
  new ConnectorError({
    connection: file.connection,
    call: `read ${basename(file.path)}`,
    reason,
    detail,
    effect: "none"
  })

const words: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EACCES: "no permission to read it",
  EPERM: "no permission to read it",
  EISDIR: "it is a folder"
}

const notRead = (file: File, code: string) => failure(file, "Invalid", `${words[code] ?? `it cannot be read (${code})`}; looked at ${file.path}`)

/** A file that is not there is a failed read, never an empty list. */
const unreadable = (file: File) => (error: unknown) => notRead(file, error instanceof Error && "code" in error ? String(error.code) : "unknown error")

export const stamp = (file: File): Effect.Effect<Stamp, ConnectorError> =>
  Effect.flatMap(Effect.tryPromise({ try: () => stat(file.path, { bigint: true }), catch: unreadable(file) }), (found) =>
    found.isDirectory() ? Effect.fail(notRead(file, "EISDIR")) : Effect.succeed([found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(" "))
  )

/** Fails if the file is another one than `before`: what was read may be of two states, so it counts for nothing, and the next run reads it anew. */
export const unchanged = (file: File, before: Stamp): Effect.Effect<void, ConnectorError> =>
  Effect.flatMap(stamp(file), (after) =>
    after === before ? Effect.void : Effect.fail(failure(file, "Unavailable", `${basename(file.path)} changed while it was read`))
  )

/** The encoding that the file's byte order mark names; null where it has none. */
export const markedEncoding = (file: File): Effect.Effect<Encoding | null, ConnectorError> =>
  Effect.tryPromise({
    try: async () => {
      const handle = await open(file.path)
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(3), 0, 3, 0)
        return TextEncoding.marked(buffer.subarray(0, bytesRead))
      } finally {
        await handle.close()
      }
    },
    catch: unreadable(file)
  })

const pieceSize = 64 * 1024

/** Whether every letter of the file is one of ASCII, which all encodings without a mark write alike. */
export const isAscii = (file: File): Effect.Effect<boolean, ConnectorError> =>
  Effect.tryPromise({
    try: async () => {
      for await (const bytes of createReadStream(file.path, { highWaterMark: pieceSize }) as AsyncIterable<Uint8Array>) {
        if (!Buffers.isAscii(bytes)) return false
      }
      return true
    },
    catch: unreadable(file)
  })

/** The text in pieces. Fails with "Undecodable" at bytes that the encoding does not know, a cut last letter among them. */
export const pieces = (file: File, encoding: Encoding): Stream.Stream<string, ConnectorError | "Undecodable"> =>
  Stream.suspend(() => {
    const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
    const decode = (bytes?: Uint8Array) =>
      Effect.try({ try: () => (bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })), catch: () => "Undecodable" as const })
    const bytes = Stream.fromAsyncIterable(createReadStream(file.path, { highWaterMark: pieceSize }) as AsyncIterable<Uint8Array>, unreadable(file))
    return Stream.concat(Stream.mapEffect(bytes, decode), Stream.fromEffect(Effect.suspend(() => decode())))
  })
