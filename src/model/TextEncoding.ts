/** In which encoding a text file is written, as far as its bytes say. */

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252"

/** What a file that names no encoding and is not UTF-8 is read as: Windows wrote it before. Any byte is a letter in it, so it is never more than a guess. */
export const guess = "windows-1252" satisfies TextEncoding

const marks: ReadonlyArray<readonly [TextEncoding, ReadonlyArray<number>]> = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]]
]

/** The encoding that a byte order mark names; null where there is none. Looks at the first three bytes. */
export const marked = (bytes: Uint8Array): TextEncoding | null =>
  marks.find(([, mark]) => mark.length <= bytes.byteLength && mark.every((byte, index) => bytes[index] === byte))?.[0] ?? null

const names: Readonly<Record<string, string>> = { ascii: "plain ASCII", "windows-1252": "Windows-1252" }

/** As people write it. */
export const shown = (encoding: string): string => names[encoding] ?? encoding.toUpperCase()
