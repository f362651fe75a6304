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
  /** Plain lines for people, or a JSON object a line. */
  readonly format: "text" | "json"
  /** Takes one line, without its end: to standard error, as a rule. */
  readonly write: (line: string) => void
}

type Pairs = ReadonlyArray<readonly [name: string, value: unknown]>

interface Entry {
  readonly at: Date
  readonly level: string
  readonly message: ReadonlyArray<unknown>
  /** In the order of their names. */
  readonly annotations: Pairs
  readonly cause: string | null
}

/** `sync` and `run` stand in front of the message. */
const plain = ({ annotations, at, cause, level, message }: Entry): string => {
  const about = ["sync", "run"].flatMap((name) => annotations.filter(([other]) => other === name).map(([, value]) => text(value)))
  const more = annotations.filter(([name]) => name !== "sync" && name !== "run")
  return [
    local(at),
    level,
    ...(about.length === 0 ? [] : [`${about.join(" ")}:`]),
    ...message.map(text),
    ...[...more, ...(cause === null ? [] : [["cause", cause] as const])].map(pair)
  ].join(" ")
}

const json =
  (redact: Redactor["redact"]) =>
  ({ annotations, at, cause, level, message }: Entry): string => {
    const own = { time: local(at), level, message: redact(message.map(text).join(" ")) }
    const more = annotations.filter(([name]) => !(name in own)).map(([name, value]) => [redact(name), typeof value === "number" ? value : redact(text(value))])
    return JSON.stringify({ ...own, ...Object.fromEntries(more), ...(cause === null ? {} : { cause: redact(cause) }) })
  }

/**
 * Replaces Effect's own logger. Plain lines are `2026-11-30T10:07:00+01:00 level SYNC RUN: message key=value`; annotations in the order of their names,
 * quoted where they hold a space, a quote or nothing; a cause comes last, as `cause=`. JSON lines have `time`, `level`, `message`, then annotations by
 * name, `sync` and `run` among them, and `cause`. Times are of the machine's time zone.
 */
export const layer = (redactor: Redactor, { format, level, write }: LogOptions): Layer.Layer<never> => {
  const toLine = format === "json" ? json(redactor.redact) : plain
  const logger = Logger.make<unknown, void>((entry) => {
    const line = toLine({
      at: entry.date,
      level: entry.logLevel.label.toLowerCase(),
      message: Array.ensure(entry.message),
      annotations: HashMap.toEntries(entry.annotations).sort(([left], [right]) => (left < right ? -1 : 1)),
      cause: Cause.isEmpty(entry.cause) ? null : Cause.pretty(entry.cause)
    })
    // Redacted before control characters are made visible: a secret may hold some.
    write(PlainLine.visible(redactor.redact(line)))
  })
  return Layer.merge(Logger.replace(Logger.defaultLogger, logger), Logger.minimumLogLevel(level))
}

const two = (value: number): string => String(value).padStart(2, "0")

/** ISO 8601 with what the machine's time zone is ahead of UTC. */
const local = (date: Date): string => {
  const ahead = -date.getTimezoneOffset()
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60]
  const wall = new Date(date.getTime() + ahead * 60_000).toISOString().slice(0, 19)
  return `${wall}${ahead < 0 ? "-" : "+"}${two(hours)}:${two(minutes)}`
}

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
