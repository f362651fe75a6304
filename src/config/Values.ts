/** The small languages inside values: durations, budgets, conditions, globs, templates, cron, time zones. */
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Condition } from "./Config.ts"
import { Wanted } from "./Decode.ts"
import * as CronSchedule from "../model/CronSchedule.ts"
import { hint, nearest } from "../model/Nearest.ts"
import * as PlainNumber from "../model/PlainNumber.ts"
import * as TimeZone from "../model/TimeZone.ts"

const checked = (pattern: RegExp, message: string) => Schema.String.pipe(Schema.pattern(pattern, { message: () => message }))

/** What an editor can check of a text whose filter it cannot run. Without it the generator would drop the description too. */
const filledText = { jsonSchema: { minLength: 1 } }

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

const toDuration = (text: string): Duration.Duration => Duration.seconds(Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? 0))

/** `45s`, `90m`, `6h`, `30d`. */
export const DurationText = Schema.transform(
  checked(/^\d{1,9}[smhd]$/, "is not a duration; write a whole number and s, m, h or d, such as 45s, 90m, 6h, 30d"),
  Schema.DurationFromSelf,
  { decode: toDuration, encode: (duration) => `${Duration.toSeconds(duration)}s` }
).annotations({ [Wanted]: "a duration such as 45s, 90m, 6h or 30d" })

const stretches: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000
}

const BudgetValue = Schema.Union(
  Schema.TaggedStruct("Calls", { calls: Schema.Number, perMillis: Schema.Number }),
  Schema.TaggedStruct("Share", { share: Schema.Number })
)

const toBudget = (text: string): typeof BudgetValue.Type => {
  const [amount = "", stretch = ""] = text.split("/").map((part) => part.trim())
  if (amount.endsWith("%")) return { _tag: "Share", share: Number.parseFloat(amount) / 100 }
  return { _tag: "Calls", calls: Number(amount), perMillis: stretches[stretch] ?? 0 }
}

/** `800/hour`, `100/minute`, `10/second`, `20000/day`; `90%` of the vendor's limit, at most all of it. */
export const BudgetText = Schema.transform(
  checked(
    /^(?:0*[1-9]\d{0,8} *\/ *(?:second|minute|hour|day)|(?:100(?:\.0+)?|0?[1-9]\d?(?:\.\d+)?) *%)$/,
    "is not a budget; write calls in a stretch such as 800/hour, 100/minute, 10/second, or a share from 1% to 100%"
  ),
  BudgetValue,
  {
    decode: toBudget,
    encode: (budget) => (budget._tag === "Share" ? `${budget.share * 100}%` : `${budget.calls * (86_400_000 / budget.perMillis)}/day`)
  }
).annotations({ [Wanted]: "a budget such as 800/hour or 90%" })

const CONDITION = /^(>=|<=|!=|>|<|=)\s*([^\s=<>!~].*)$/s
const toOperand = (text: string): string | number | boolean => {
  if (PlainNumber.isPlain(text)) return Number(text)
  if (text === "true" || text === "false") return text === "true"
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text
}

const conditionFault = (text: string): string | true => {
  const forms = 'write ">= 3", "> 3", "<= 3", "< 3", "!= x", or the value itself for equality'
  if (text.trim() === "") return `is empty; ${forms}`
  if (!/^[=<>!~]/.test(text.trim())) return true
  const match = CONDITION.exec(text.trim())
  if (match === null) return `is not a condition; ${forms}`
  const ordered = match[1] !== "=" && match[1] !== "!="
  return ordered && !PlainNumber.isPlain(match[2] ?? "") ? `compares with no number; ${forms}` : true
}

/** Text without an operator and every other scalar ask for equality. */
export const toCondition = (field: string, value: Condition["value"]): Condition => {
  const match = typeof value === "string" ? CONDITION.exec(value.trim()) : null
  if (match === null) return { field, operator: "=", value: typeof value === "string" ? value.trim() : value }
  return { field, operator: match[1] as Condition["operator"], value: toOperand((match[2] ?? "").trim()) }
}

/** Still as written; `toCondition` reads it. */
export const ConditionText = Schema.Union(Schema.String.pipe(Schema.filter(conditionFault, filledText)), Schema.Number, Schema.Boolean)

const globFault = (glob: string): string | true => {
  if (glob.trim() === "") return "is empty; write * for everything"
  if (glob !== glob.trim()) return "begins or ends with a space"
  if (glob.startsWith("!")) return 'begins with "!"; what is left out stands in "exclude" (for a real "!" write ?)'
  if (glob.includes("**")) return 'has "**"; one * stands for any text'
  if (glob.length > 2 && glob.startsWith("/") && glob.endsWith("/")) return "is no glob; only * and ? are special, there are no regular expressions"
  return /\{[^}]*,[^}]*\}/.test(glob) ? "has {a,b}; write the patterns as two items of the list" : true
}

/** `*` any text, `?` one letter; nothing else is special. */
export const Glob = Schema.String.pipe(Schema.filter(globFault, filledText))

const templateFault = (template: string): string | true => {
  if (template.trim() === "") return "is empty"
  if (/\{\s*\}/.test(template)) return "has {} with no name in it"
  return /[{}]/.test(template.replace(/\{[^{}]+\}/g, "")) ? "has a brace without its counterpart; a placeholder is {name}" : true
}

/** Text with `{placeholders}`, whose braces are balanced. */
export const Template = Schema.String.pipe(Schema.filter(templateFault, filledText))

/** The name of one group; nothing is filled in. */
export const PlainName = Schema.String.pipe(
  Schema.filter((name) => {
    if (name.trim() === "") return "is empty"
    return /[{}]/.test(name) ? "has braces; it names one group for all, nothing is filled in" : true
  }, filledText)
)

export const Filled = Schema.String.pipe(Schema.filter((text) => text.trim() !== "" || "is empty", filledText))

/** Stays as written; `CronSchedule.parse` reads it again. */
export const ScheduleText = Schema.String.pipe(
  Schema.filter((text) => Either.match(CronSchedule.parse(text), { onLeft: (fault) => fault, onRight: () => true }), filledText)
)

export const Timezone = Schema.String.pipe(
  Schema.filter((name) => {
    if (TimeZone.isKnown(name)) return true
    const near = nearest(name, Intl.supportedValuesOf("timeZone"))
    return `is not a time zone such as Europe/Prague${near === undefined ? "" : hint(name, [near])}`
  }, filledText)
)

/** A whole number from `least` on. */
export const whole = (least: number) =>
  Schema.Number.pipe(
    Schema.filter((count) => (Number.isSafeInteger(count) && count >= least) || `is not a whole number from ${least} on`, {
      jsonSchema: { multipleOf: 1, minimum: least }
    })
  )

/** A percentage up to `most`. */
export const percent = (most: number) =>
  Schema.Number.pipe(
    Schema.filter((share) => (share >= 0 && share <= most) || (most === Infinity ? "is not a percentage from 0 on" : `is not a percentage from 0 to ${most}`), {
      jsonSchema: most === Infinity ? { minimum: 0 } : { minimum: 0, maximum: most }
    })
  )

const SIZE = /^(\d+(?:\.\d+)?) ?(MB|GB|TB)$/i
const UNITS: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 }

const bytesOf = (text: string): number => {
  const [, count = "", unit = ""] = SIZE.exec(text.trim()) ?? []
  return Number(count) * (UNITS[unit.toUpperCase()] ?? Number.NaN)
}

/** A size such as `500MB`, decoded to bytes. */
export const SizeText = Schema.transform(
  Schema.String.pipe(Schema.filter((text) => bytesOf(text) > 0 || "is not a size such as 500MB or 5GB", filledText)),
  Schema.Number,
  { strict: true, decode: bytesOf, encode: (bytes) => `${bytes / 1e6}MB` }
).annotations({ [Wanted]: "a size such as 500MB or 5GB" })

/** `HOST:PORT`, an IPv6 address in brackets. Port 0 takes one that is free. */
const ADDRESS = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):(\d{1,5})$/i

const addressOf = (text: string): { readonly host: string; readonly port: number } | null => {
  const [, host, port] = ADDRESS.exec(text.trim()) ?? []
  return host === undefined || Number(port) > 65_535 ? null : { host: host.toLowerCase(), port: Number(port) }
}

const Address = Schema.Struct({ host: Schema.String, port: Schema.Number })

/** An address to listen at, such as `127.0.0.1:8080`. */
export const ListenText = Schema.transform(
  Schema.String.pipe(Schema.filter((text) => addressOf(text) !== null || "is no address to listen at, such as 127.0.0.1:8080 or [::1]:8080", filledText)),
  Address,
  { strict: true, decode: (text) => addressOf(text) ?? { host: "", port: 0 }, encode: ({ host, port }) => `${host}:${port}` }
).annotations({ [Wanted]: "an address such as 127.0.0.1:8080" })
