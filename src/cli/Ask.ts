/** Questions to the person at the terminal. */
import * as Effect from "effect/Effect"
import { createInterface } from "node:readline"
import type { Invocation } from "./Invocation.ts"

/** One line as typed; empty at the end of the input. */
export const line = ({ output }: Invocation, question: string): Effect.Effect<string> =>
  Effect.async<string>((resume) => {
    // Not as a terminal: its own handling of Ctrl-C would keep the signal from us.
    const reader = createInterface({ input: process.stdin, terminal: false })
    output.ask(question)
    let answer = ""
    reader.once("line", (typed) => {
      answer = typed
      reader.close()
    })
    reader.once("close", () => resume(Effect.succeed(answer)))
    return Effect.sync(() => reader.close())
  })

/** Asks for yes or no; anything but a yes, the end of the input too, is a no. `--yes` answers by itself, and so does a run that nobody watches. */
export const yes = (invocation: Invocation, question: string): Effect.Effect<boolean> =>
  !invocation.interactive || invocation.options.yes === true
    ? Effect.succeed(true)
    : Effect.map(line(invocation, `${question} [y/N] `), (answer) => /^\s*y(es)?\s*$/i.test(answer))
