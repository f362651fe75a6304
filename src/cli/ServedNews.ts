/** What a service tells the readers of its page while they look: how far a run is, and that something has changed. */
import * as Progress from "../report/Progress.ts"
import type * as ProgressLine from "./ProgressLine.ts"

export interface ServedNews {
  /** What is under way, in words; empty: nothing. */
  readonly progress: () => string
  readonly changed: () => void
  readonly subscribe: (send: (event: string, data: string) => void) => () => void
  /** Takes the place of the line on a terminal. */
  readonly line: ProgressLine.ProgressLine
}

/** Readers are told at most so often, in milliseconds. */
const every = 500
const width = 120

export const make = (redact: (text: string) => string): ServedNews => {
  const readers = new Set<(event: string, data: string) => void>()
  let [words, last] = ["", 0]
  const tell = (text: string, now: number): void => {
    words = redact(text)
    if (now - last < every) return
    last = now
    for (const send of readers) send("progress", words)
  }
  return {
    progress: () => words,
    changed: () => {
      ;[words, last] = ["", 0]
      for (const send of readers) send("changed", "")
    },
    subscribe: (send) => {
      readers.add(send)
      send("progress", words)
      return () => void readers.delete(send)
    },
    line: {
      show: (state, view) => tell(Progress.render(state, width, view), view.now),
      say: tell,
      step: tell,
      clear: () => undefined
    }
  }
}
