/** The output of a command that a page runs: kept as text, for the page to show. */
import * as Effect from "effect/Effect"
import type { Output } from "./Output.ts"
import { WriteFailed } from "./Output.ts"
import type { ServedNews } from "./ServedNews.ts"

export const make = ({ note: log }: Output, { line }: ServedNews): { readonly output: Output; readonly text: () => string } => {
  const pieces: Array<string> = []
  const print: Output["print"] = (write) =>
    Effect.tryPromise({ try: () => write((chunk) => void pieces.push(chunk)), catch: (cause) => new WriteFailed(cause) })
  const note: Output["note"] = (words, level) => {
    pieces.push(`${words}\n`)
    log(words, level)
  }
  return {
    output: { print, text: (words) => print(async (sink) => sink(words)), note, progress: line, ask: (words) => void pieces.push(words) },
    text: () => pieces.join("")
  }
}
