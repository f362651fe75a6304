/** How far a command is, on standard error: one line that is redrawn on a terminal, elsewhere a plain line now and then. */
import * as Progress from "../report/Progress.ts"
import * as Terminal from "../report/Terminal.ts"
import type { View } from "../report/View.ts"

export interface ProgressLine {
  readonly show: (state: Progress.ProgressState, view: View) => void
  /** A text in the place of the line: what is waited for. */
  readonly say: (text: string, now: number) => void
  /** The name of a step that makes no call, in the place of the line. Where nothing can be redrawn, only after `Progress.EVERY`. */
  readonly step: (text: string, now: number) => void
  /** Takes the line away, before anything else is written to the terminal. */
  readonly clear: () => void
}

/** Redraws at most this often, in milliseconds. */
const redraw = 100

const silent: ProgressLine = { show: () => undefined, say: () => undefined, step: () => undefined, clear: () => undefined }

/** Columns that a line may take without wrapping; some terminals tell none. */
const room = ({ columns }: NodeJS.WriteStream): number => Math.max(20, (columns || 80) - 1)

const onTerminal = (stream: NodeJS.WriteStream, redact: (text: string) => string): ProgressLine => {
  let shown = false
  let last = 0
  const draw = (text: string): void => {
    stream.write(`\r${Terminal.cut(redact(text), room(stream))}\u001b[K`)
    shown = true
  }
  return {
    show: (state, view) => {
      if (view.now - last < redraw) return
      last = view.now
      draw(Progress.render(state, room(stream), view))
    },
    say: (text, now) => {
      last = now
      draw(text)
    },
    step: (text, now) => {
      last = now
      draw(text)
    },
    clear: () => {
      if (shown) stream.write("\r\u001b[K")
      shown = false
    }
  }
}

const inLines = (stream: NodeJS.WriteStream, redact: (text: string) => string): ProgressLine => {
  let started: number | null = null
  let last: number | null = null
  let said = 0
  return {
    show: (state, view) => {
      started ??= view.now
      if (!Progress.due(state, view.now, started, last)) return
      last = view.now
      stream.write(`${redact(Progress.render(state, view.width, view))}\n`)
    },
    say: (text, now) => {
      if (now - said < Progress.EVERY) return
      said = now
      stream.write(`${redact(text)}\n`)
    },
    step: (text, now) => {
      started ??= now
      if (now - (last ?? started) < Progress.EVERY) return
      last = now
      stream.write(`${redact(text)}\n`)
    },
    clear: () => undefined
  }
}

export const make = (stream: NodeJS.WriteStream, enabled: boolean, redact: (text: string) => string): ProgressLine => {
  if (!enabled) return silent
  return stream.isTTY === true ? onTerminal(stream, redact) : inLines(stream, redact)
}
