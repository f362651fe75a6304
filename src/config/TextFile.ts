/** Reading the small text files of a configuration. */
import * as Either from "effect/Either"
import * as fs from "node:fs"
import * as TextEncoding from "../model/TextEncoding.ts"

const words: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EACCES: "no permission to read it",
  EPERM: "no permission to read it",
  EISDIR: "it is a folder"
}

const reason = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error"
  return words[code] ?? `cannot be read (${code})`
}

const bytesOf = (path: string): Either.Either<Uint8Array, string> => Either.try({ try: () => fs.readFileSync(path), catch: reason })

const decoded = (bytes: Uint8Array, encoding: TextEncoding.TextEncoding, fault: string): Either.Either<string, string> =>
  Either.try({ try: () => new TextDecoder(encoding, { fatal: true }).decode(bytes), catch: () => fault })

/** The whole file without a byte order mark. Left: why it cannot be read, in words. */
export const read = (path: string): Either.Either<string, string> =>
  Either.flatMap(bytesOf(path), (bytes) => decoded(bytes, "utf-8", "it is not UTF-8 text; save it as UTF-8"))

export interface GuessedText {
  readonly text: string
  /** Set where the file names no encoding and is not UTF-8: what it is read as, which may not be what is meant. */
  readonly guessed: TextEncoding.TextEncoding | null
}

/** The same for files that spreadsheets write: in the encoding that the file names, else as UTF-8, and if it is not that, by a guess. */
export const readGuessed = (path: string): Either.Either<GuessedText, string> =>
  Either.flatMap(bytesOf(path), (bytes) => {
    const marked = TextEncoding.marked(bytes)
    if (marked !== null) {
      const fault = `it begins as ${TextEncoding.shown(marked)} and has bytes that are not; save it anew`
      return Either.map(decoded(bytes, marked, fault), (text) => ({ text, guessed: null }))
    }
    if (bytes.includes(0)) return Either.left("it is no text, or text in UTF-16 without a byte order mark; save it as UTF-8")
    return Either.orElse(
      Either.map(decoded(bytes, "utf-8", ""), (text): GuessedText => ({ text, guessed: null })),
      () => Either.map(decoded(bytes, TextEncoding.guess, "it is not text"), (text) => ({ text, guessed: TextEncoding.guess }))
    )
  })

export const isFile = (path: string): boolean => fs.statSync(path, { throwIfNoEntry: false })?.isFile() === true
