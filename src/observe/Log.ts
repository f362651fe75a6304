/** The one exit for logs: one plain line a message, redacted, with nothing in it that a terminal would act on. */
import * as Array from "effect/Array"
import * as Cause from "effect/Cause"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import type { Redactor } from "../contract/Redactor.ts"
import * as PlainLine from "./PlainLine.ts"

export interface LogOptions {
  /** Messages below are dropped. */
  readonly level: LogLevel.LogLevel
  /** Takes one line, without its end: to standard error, as a rule. */
  readonly write: (line: string) => void
}

/**
 * Replaces Effect's own logger. Lines are `HH:MM:SS level message key=value`, in the machine's time zone; annotations in the order of
 * their names, quoted where they hold a space, a quote or nothing; a cause comes last, as `cause=`.
 */
export const layer = (redactor: Redactor, { level, write }: LogOptions): Layer.Layer<never> => {
  const logger = Logger.make<unknown, void>((entry) => {
    const pairs = HashMap.toEntries(entry.annotations).sort(([left], [right]) => (left < right ? -1 : 1))
    const cause: ReadonlyArray<[string, unknown]> = Cause.isEmpty(entry.cause) ? [] : [["cause", Cause.pretty(entry.cause)]]
    const words = [time(entry.date), entry.logLevel.label.toLowerCase(), ...Array.ensure(entry.message).map(text), ...[...pairs, ...cause].map(pair)]
    // Redacted before control characters are made visible: a secret may hold some.
    write(PlainLine.visible(redactor.redact(words.join(" "))))
  })
  return Layer.merge(Logger.replace(Logger.defaultLogger, logger), Logger.minimumLogLevel(level))
}

const time = (date: Date) => [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":")

const pair = ([name, value]: readonly [string, unknown]) => {
  const shown = text(value)
  return `${name}=${shown === "" || /[\s"=]/.test(shown) ? JSON.stringify(shown) : shown}`
}

const text = (value: unknown): string => {
  if (typeof value === "string") return value
  if (value instanceof Error) return value.message
  // Redacted and other values with a form of their own for showing keep it.
  return typeof value === "object" && value !== null && !globalThis.Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype
    ? String(value)
    : (JSON.stringify(value) ?? String(value))
}
