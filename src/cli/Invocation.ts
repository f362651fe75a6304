/** One use of one command: its surroundings, and how whatever happens becomes words and an exit code. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as LogLevel from "effect/LogLevel"
import type * as Scope from "effect/Scope"
import { hostname, userInfo } from "node:os"
import type * as ConfigFile from "../config/ConfigFile.ts"
import type { ConfigInvalid } from "../config/ConfigInvalid.ts"
import type { Redactor } from "../contract/Redactor.ts"
import { StateError } from "../contract/StateError.ts"
import type { RunFailure } from "../model/Result.ts"
import * as Log from "../observe/Log.ts"
import * as SecretRedactor from "../observe/SecretRedactor.ts"
import { PlanFileError } from "../plan/PlanFile.ts"
import * as Escape from "../report/Escape.ts"
import * as View from "../report/View.ts"
import * as Failure from "../run/Failure.ts"
import type * as Observe from "../run/Observe.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Environment, Load } from "./Environment.ts"
import * as ExitCode from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Spool from "./Spool.ts"
import * as Stopping from "./Stopping.ts"
import * as Tracing from "./Tracing.ts"
import type { UsageError } from "./UsageError.ts"

export interface Invocation {
  readonly environment: Environment
  readonly options: CommonOptions
  /** The config where a program gives it; else it is the file that the options name. */
  readonly given?: Pick<ConfigFile.LoadOptions, "file" | "text" | "env">
  readonly redactor: Redactor
  readonly output: Output.Output
  readonly stopping: Stopping.Stopping
  /** Somebody sits at the terminal and can be asked. */
  readonly interactive: boolean
  /** What this invocation lays by; taken away at its end. */
  readonly spool: Spool.Spool
  readonly who: string
  readonly host: string
  /** The machine's time zone; asking for it takes longer than most of what is done for a call. */
  readonly zone: string
}

/** Everything that can end a command early, each with words for a person. */
export type CommandError = Failure.RunError | Observe.Stopped | ConfigInvalid | UsageError | Output.WriteFailed

export type Command = (invocation: Invocation) => Effect.Effect<number, CommandError, Scope.Scope>

const levels: Readonly<Record<CommonOptions["logLevel"], LogLevel.LogLevel>> = {
  none: LogLevel.None,
  error: LogLevel.Error,
  warning: LogLevel.Warning,
  info: LogLevel.Info,
  debug: LogLevel.Debug,
  trace: LogLevel.Trace
}

const failureOf = (error: Exclude<CommandError, Output.WriteFailed>): RunFailure => {
  if (error._tag === "Stopped") return error.failure
  return error._tag === "ConfigInvalid" || error._tag === "UsageError" ? { kind: "config", message: error.message } : Failure.of(error)
}

/** A report that could not be written: a state that failed while it was read from, or a disk or pipe that takes no more. */
const unwrap = (error: CommandError): Exclude<CommandError, Output.WriteFailed> | { readonly words: string } => {
  if (error._tag !== "WriteFailed") return error
  const { cause } = error
  if (cause instanceof StateError || cause instanceof PlanFileError) return cause
  return { words: `the report could not be written: ${cause instanceof Error ? cause.message : String(cause)}` }
}

/** What went wrong, in words for a person. */
export const words = (error: CommandError): string => {
  const found = unwrap(error)
  return "words" in found ? found.words : failureOf(found).message
}

const tell = ({ output, options }: Invocation, failure: RunFailure): Effect.Effect<void> => {
  output.note(failure.message, "error")
  return options.json === true ? Effect.ignore(output.text(`${Escape.json({ error: failure })}\n`)) : Effect.void
}

/** The end of a command that failed, in words. Null: it was interrupted, or broke in a way that nothing foresaw. */
export const failure = (cause: Cause.Cause<CommandError>): RunFailure | null => {
  const failed = Cause.failureOption(cause)
  if (failed._tag === "None") return null
  const error = unwrap(failed.value)
  return "words" in error ? { kind: "state", message: error.words } : failureOf(error)
}

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    // A container's user may have no name.
    return `uid ${process.getuid?.() ?? "unknown"}`
  }
}

const conclude = (invocation: Invocation, exit: Exit.Exit<number, CommandError>): Effect.Effect<number> => {
  const { output, options, stopping } = invocation
  const signal = stopping.code()
  if (Exit.isSuccess(exit)) return Effect.succeed(signal ?? exit.value)
  if (signal !== null && Cause.isInterrupted(exit.cause)) {
    output.note(stopping.writing() ? "Stopped. What was done is stored; the next run goes on from there." : "Stopped. Nothing was written.")
    return Effect.succeed(signal)
  }
  const failed = failure(exit.cause)
  if (failed !== null) return Effect.as(tell(invocation, failed), ExitCode.ofFailure(failed))
  const words = Cause.prettyErrors(exit.cause)[0]?.message ?? "unknown"
  output.note(`internal error: ${words}. Nothing more was done; please report it, with what --log-level debug adds.`, "error")
  if (options.logLevel === "debug" || options.logLevel === "trace") output.note(Cause.pretty(exit.cause), "error")
  return Effect.succeed(1)
}

/** Who runs a command, and where. */
export const surroundings = (): Pick<Invocation, "who" | "host" | "zone"> => ({
  who: userName(),
  host: hostname(),
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone
})

/** Runs a command to its end and answers its exit code. `quiet`: nothing on standard error but errors. Never rejects. */
export const run = async (load: Load, options: CommonOptions, command: Command, quiet = false): Promise<number> => {
  const environment = await load()
  const redactor = SecretRedactor.make()
  const { logFormat: format = "text" } = options
  const plain = Output.make(redactor, { progress: !quiet && format === "text" })
  const logging = (level: LogLevel.LogLevel) => Log.layer(redactor, { level, format, write: (line) => plain.note(line) })
  const noteAsLog: Output.Output["note"] = (line, level = "info") =>
    Effect.runSync(Effect.provide(level === "error" ? Effect.logError(line) : Effect.logInfo(line), logging(LogLevel.All)))
  const output: Output.Output = format === "json" ? { ...plain, note: noteAsLog } : plain
  const around = surroundings()
  const spool = Spool.make(`${around.who}@${around.host}`)
  // A second signal ends the process at once, and what is spooled names customers.
  process.once("exit", spool.remove)
  const stopping = Stopping.make(output.note)
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true
  const invocation: Invocation = { environment, options, redactor, output, stopping, interactive, spool, ...around }
  const fiber = Effect.runFork(
    Effect.scoped(Effect.suspend(() => command(invocation))).pipe(
      Tracing.traced(environment, redactor, process.env),
      Effect.provide(logging(quiet ? LogLevel.Error : levels[options.logLevel]))
    )
  )
  const unlisten = stopping.listen(fiber)
  const code = await Effect.runPromise(Effect.flatMap(fiber.await, (exit) => conclude(invocation, exit)))
  unlisten()
  output.progress.clear()
  plain.close()
  spool.remove()
  process.off("exit", spool.remove)
  return code
}

/** How results are shown now. */
export const view = ({ environment, options, zone }: Invocation, all = false): Effect.Effect<View.View> =>
  Effect.map(Clock.currentTimeMillis, (now) => ({
    ...View.surroundings({ isTTY: process.stdout.isTTY === true, columns: process.stdout.columns || undefined }, process.env, !options.color),
    now,
    zone,
    all,
    titles: Object.fromEntries([...environment.connectors].map(([name, connector]) => [name, connector.title]))
  }))
