/** Reading the small text files of a configuration. */
import * as Either from "effect/Either"
import * as fs from "node:fs"

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

/** The whole file without a byte order mark. Left: why it cannot be read, in words. */
export const read = (path: string): Either.Either<string, string> =>
  Either.try({ try: () => fs.readFileSync(path), catch: reason }).pipe(
    Either.flatMap((bytes) =>
      Either.try({
        try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
        catch: () => "it is not UTF-8 text; save it as UTF-8"
      })
    )
  )

export const isFile = (path: string): boolean => fs.statSync(path, { throwIfNoEntry: false })?.isFile() === true
