/** Questions to the person at the terminal. */
import * as Effect from "effect/Effect"
import { createInterface } from "node:readline"
import type { Invocation } from "./Invocation.ts"
import { UsageError } from "./UsageError.ts"

/** Milliseconds in which the terminal hands over what was typed so far. */
const settling = 50

/** Reads away what was typed before the question, a line that is not ended yet too: it cannot be an answer to it. */
const discardTyped = Effect.async<void>((resume) => {
  const { stdin } = process
  // In raw mode Ctrl-C arrives as a character.
  const discard = (typed: Buffer | string): void => {
    if (typed.toString().includes("\u0003")) process.kill(process.pid, "SIGINT")
  }
  const restore = (): void => {
    clearTimeout(timer)
    stdin.off("data", discard).pause()
    stdin.setRawMode(false)
  }
  const timer = setTimeout(() => {
    restore()
    resume(Effect.void)
  }, settling)
  // A line that is not ended is handed over in raw mode only.
  stdin.setRawMode(true)
  // Paused after the question before, it would hand over nothing.
  stdin.on("data", discard).resume()
  return Effect.sync(restore)
})

/** One line as typed after the question; empty at the end of the input. */
export const line = (invocation: Invocation, question: string): Effect.Effect<string> => Effect.map(answered(invocation, question), (answer) => answer ?? "")

/** One of the letters, asked for until it is typed; null at the end of the input. */
export const letter = (invocation: Invocation, question: string, letters: ReadonlyArray<string>): Effect.Effect<string | null> =>
  Effect.repeat(
    Effect.map(answered(invocation, question), (answer) => answer?.trim().toLowerCase() ?? null),
    { until: (answer) => answer === null || letters.includes(answer) }
  )

const answered = ({ output }: Invocation, question: string): Effect.Effect<string | null> =>
  Effect.zipRight(process.stdin.isTTY ? discardTyped : Effect.void, typed(output, question))

const typed = (output: Invocation["output"], question: string): Effect.Effect<string | null> =>
  Effect.async<string | null>((resume) => {
    // Not as a terminal: its own handling of Ctrl-C would keep the signal from us.
    const reader = createInterface({ input: process.stdin, terminal: false })
    output.ask(question)
    let answer: string | null = null
    reader.once("line", (typed) => {
      answer = typed
      reader.close()
    })
    reader.once("close", () => resume(Effect.succeed(answer)))
    return Effect.sync(() => reader.close())
  })

/** One line that is not shown while it is typed or pasted; empty at the end of the input. Asked at a terminal only. */
export const secret = ({ output }: Invocation, question: string): Effect.Effect<string> => Effect.zipRight(discardTyped, typedUnseen(output, question))

const typedUnseen = (output: Invocation["output"], question: string): Effect.Effect<string> =>
  Effect.async<string>((resume) => {
    const { stdin } = process
    let answer = ""
    const restore = (): void => {
      stdin.off("data", take).pause()
      stdin.setRawMode(false)
      output.note("")
    }
    const take = (typed: Buffer | string): void => {
      for (const character of typed.toString()) {
        if (character === "\u0003") process.kill(process.pid, "SIGINT")
        else if (character === "\r" || character === "\n" || character === "\u0004") {
          restore()
          return resume(Effect.succeed(answer))
        } else if (character === "\u007f" || character === "\b") answer = answer.slice(0, -1)
        else if (character >= " ") answer += character
      }
    }
    output.ask(question)
    stdin.setRawMode(true)
    stdin.on("data", take).resume()
    return Effect.sync(restore)
  })

/** Asks for yes or no; anything but a yes, the end of the input too, is a no. `--yes` answers by itself, and so does a run that nobody watches. */
export const yes = (invocation: Invocation, question: string): Effect.Effect<boolean> =>
  !invocation.interactive || invocation.options.yes === true
    ? Effect.succeed(true)
    : Effect.map(line(invocation, `${question} [y/N] `), (answer) => /^\s*y(es)?\s*$/i.test(answer))

/** `--yes` was given, or there is a terminal to ask at. Otherwise a decision is refused: a closed pipe decides nothing. `what` says what it would do. */
export const possible = ({ interactive, options }: Invocation, what: string, command: string): Effect.Effect<void, UsageError> =>
  interactive || options.yes === true
    ? Effect.void
    : Effect.fail(
        new UsageError({ message: `${what} Nothing was decided or changed: there is no terminal to ask at. To go on without a question: ${command} --yes` })
      )
