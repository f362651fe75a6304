/** Options that every command takes, wherever they stand on the command line. */
import type { Command } from "commander"

export const logLevels = ["none", "error", "warning", "info", "debug", "trace"] as const

export interface CommonOptions {
  readonly config?: string
  readonly json?: boolean
  readonly yes?: boolean
  readonly logLevel: (typeof logLevels)[number]
  readonly color: boolean
}

/** The options of a command together with those of the program. */
export const given = <A>(command: Command): A & CommonOptions => command.optsWithGlobals<A & CommonOptions>()
