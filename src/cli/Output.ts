/** The two ways out: results to standard output, everything else to standard error. Whatever passes is redacted. */
import * as Effect from "effect/Effect"
import type { Redactor } from "../contract/Redactor.ts"
import type { Sink } from "../report/Sink.ts"
import * as ProgressLine from "./ProgressLine.ts"

/** The reader of standard output went away, so there is nobody to write for. */
class ReaderGone {
  readonly _tag = "ReaderGone"
}

/** What a writer of reports failed with, passed on as what it was. */
export class WriteFailed {
  readonly _tag = "WriteFailed"
  readonly cause: unknown
  constructor(cause: unknown) {
    this.cause = cause
  }
}

export interface Output {
  /** Writes a report to standard output. Ends early, and well, when its reader goes away. */
  readonly print: (write: (sink: Sink) => Promise<void>) => Effect.Effect<void, WriteFailed>
  readonly text: (text: string) => Effect.Effect<void, WriteFailed>
  /** One line on standard error. `error`: it says why the command failed. */
  readonly note: (line: string, level?: "info" | "error") => void
  readonly progress: ProgressLine.ProgressLine
  /** A text on standard error that stays in its line, for a question. */
  readonly ask: (text: string) => void
}

export interface ProcessOutput extends Output {
  /** Stops listening to standard output. To be called once, when the command has ended. */
  readonly close: () => void
}

/** Makes the output of one command. `progress` off: nothing is told of how far it is. */
export const make = (redactor: Redactor, options: { readonly progress: boolean }): ProcessOutput => {
  const { stdout, stderr } = process
  const progress = ProgressLine.make(stderr, options.progress, redactor.redact)
  let failed: { readonly error: NodeJS.ErrnoException } | null = null
  const onError = (error: NodeJS.ErrnoException): void => {
    failed = { error }
  }
  stdout.once("error", onError)
  const stopped = (): unknown => (failed?.error.code === "EPIPE" || failed === null ? new ReaderGone() : failed.error)
  const sink: Sink = (chunk) => {
    if (failed !== null) throw stopped()
    progress.clear()
    if (stdout.write(redactor.redact(chunk))) return undefined
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        stdout.off("drain", settle).off("error", settle).off("close", settle)
        if (failed === null && !stdout.destroyed) resolve()
        else reject(stopped())
      }
      stdout.on("drain", settle).on("error", settle).on("close", settle)
    })
  }
  const print: Output["print"] = (write) =>
    Effect.tryPromise({ try: () => write(sink), catch: (cause) => (cause instanceof ReaderGone ? cause : new WriteFailed(cause)) }).pipe(
      Effect.catchTag("ReaderGone", () => Effect.void)
    )
  const toStderr = (text: string): void => {
    progress.clear()
    stderr.write(redactor.redact(text))
  }
  return {
    print,
    text: (text) => print(async (to) => to(text)),
    note: (line) => toStderr(`${line}\n`),
    ask: toStderr,
    close: () => void stdout.off("error", onError),
    progress
  }
}
