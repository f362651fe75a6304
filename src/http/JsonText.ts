/** Parses the JSON of an answer, unless it is nested so deeply that walking through it could exhaust the stack. */
import * as Either from "effect/Either"

/** No vendor's answer comes near it; JSON.stringify gives up at some thousands. */
export const deepest = 200

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = ['"', "\\", "{", "}", "[", "]"].map((letter) => letter.charCodeAt(0))

/** Where the string that opens at `from` ends: after its closing quote, or at the end of the text. */
const afterString = (text: string, from: number): number => {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes += 1
    if (escapes % 2 === 0) return at + 1
  }
  return text.length
}

const isTooDeep = (text: string): boolean => {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = afterString(text, at) - 1
    else if (code === openBrace || code === openBracket) {
      depth += 1
      if (depth > deepest) return true
    } else if (code === closeBrace || code === closeBracket) depth -= 1
  }
  return false
}

export const parse = (text: string): Either.Either<unknown, "not JSON" | "too deep"> => {
  if (isTooDeep(text)) return Either.left("too deep")
  return Either.try({ try: (): unknown => JSON.parse(text), catch: () => "not JSON" as const })
}
