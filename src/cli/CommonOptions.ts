/** Options that every command takes, wherever they stand on the command line. */
import { type Command, Option } from "commander"

export const logLevels = ["none", "error", "warning", "info", "debug", "trace"] as const

export const logFormats = ["text", "json"] as const

export interface CommonOptions {
  readonly config?: string
  readonly json?: boolean
  readonly yes?: boolean
  readonly logLevel: (typeof logLevels)[number]
  /** Default: text. */
  readonly logFormat?: (typeof logFormats)[number]
  readonly color: boolean
}

/** The options of a command together with those of the program. */
export const given = <A>(command: Command): A & CommonOptions => command.optsWithGlobals<A & CommonOptions>()

/** Of commands that write: what does not fit is left to the next run. */
export const limits = {
  maxCalls: () => new Option("--max-calls <number>", "make so many write calls at most; a fifth of them is for removals that wait"),
  finishBy: () => new Option("--finish-by <time>", "do what can be done by then: 06:00, 2h, or 2026-04-01T15:00")
} as const

const list = (value: string, before: ReadonlyArray<string> | undefined): ReadonlyArray<string> => [...(before ?? []), value]

/** An option that may be repeated. */
export const repeated = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be repeated`).argParser<ReadonlyArray<string> | undefined>(list)
