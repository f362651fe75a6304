/** What a sync says on who gets what, as canonical lines: two configs of the same meaning have the same lines. */
import { createHash } from "node:crypto"
import type { Condition, MapRow, MatchRule, RuleConfig, SyncConfig } from "./Config.ts"
import * as TextEncoding from "../model/TextEncoding.ts"

/**
 * How this program reads rules. To be raised by a version under which the same config and the same sources lead to other memberships or other
 * names of groups: what only that causes is then held, as what a changed config causes is.
 */
export const SEMANTICS = 1

/** Of longer map files the digest stands for the rows. */
const LISTED_ROWS = 200

const quoted = (text: string): string => JSON.stringify(text)
const words = (texts: ReadonlyArray<string>): string => [...new Set(texts)].sort().map(quoted).join(", ")
/** As names are compared. */
const fold = (text: string): string => text.normalize("NFC").toLowerCase()
const globs = (patterns: ReadonlyArray<string>): string => words(patterns.map(fold))
const operand = (value: Condition["value"]): string => (typeof value === "string" ? quoted(fold(value)) : String(value))

/** Without the rule's place, so that rules that say the same have the same line. */
export const rule = (rule: RuleConfig): string => {
  const conditions = rule.where.map((where) => `${where.field} ${where.operator} ${operand(where.value)}`).sort()
  const fields = Object.entries(rule.customFields).sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    rule.of === "organization" ? `organizations' ${rule.kind}` : rule.kind,
    rule.include.length > 0 ? globs(rule.include) : "*",
    ...(rule.exclude.length > 0 ? [`except ${globs(rule.exclude)}`] : []),
    ...(conditions.length > 0 ? [`where ${conditions.join(" and ")}`] : []),
    "->",
    rule.into === null ? quoted(rule.name ?? "{name}") : `into ${quoted(rule.into)}`,
    ...(rule.slug === null ? [] : [`slug ${quoted(rule.slug)}`]),
    ...(rule.description === null ? [] : [`description ${quoted(rule.description)}`]),
    ...(rule.externalId === null ? [] : [`externalId ${quoted(rule.externalId)}`]),
    ...fields.map(([name, value]) => `${name} ${quoted(value)}`),
    ...(rule.previously.length > 0 ? [`previously ${words(rule.previously)}`] : [])
  ].join(" ")
}

const mapLines = (rows: ReadonlyArray<MapRow>): ReadonlyArray<string> => {
  const lines = rows.map((row) => `${row.by} ${quoted(row.by === "email" ? row.value.toLowerCase() : row.value)} -> ${quoted(row.target)}`).sort()
  if (lines.length <= LISTED_ROWS) return lines
  return [`${lines.length} rows, sha256 ${createHash("sha256").update(lines.join("\n")).digest("hex")}`]
}

const match = (rule: MatchRule): ReadonlyArray<string> => {
  switch (rule._tag) {
    case "Email":
      return ["email"]
    case "ExternalId":
      return ["externalId"]
    case "Fields":
      return [`${quoted(rule.source)} of the source = ${quoted(rule.target)} of the target`]
    case "File":
      return ["file", ...mapLines(rule.rows).map((line) => `file: ${line}`)]
  }
}

/** How a link is noted that such a rule has made. */
export const basis = (rule: MatchRule): string => {
  switch (rule._tag) {
    case "Email":
      return "email"
    case "ExternalId":
      return "externalId"
    case "Fields":
      return `${rule.source} = ${rule.target}`
    case "File":
      return "file"
  }
}

/** How a link is noted that an address beside the customer's own has made. */
export const otherAddress = "second address"

/** The bases of ways of matching that `meant` does not have, wherever they stand in the order. */
export const newBases = (rules: ReadonlyArray<MatchRule>, meant: ReadonlyArray<string>): ReadonlyArray<string> => {
  const known = new Set(meant.filter((line) => line.startsWith("match ")).map((line) => line.slice(line.indexOf(": ") + 2)))
  return rules.filter((rule) => match(rule).some((line) => !known.has(line))).map(basis)
}

const optionsOf = (connection: string): string => `options of ${quoted(connection)}: `

/** The lines as they would be had the connection been called `name` from the start. */
export const renamed = (meant: ReadonlyArray<string>, old: string, name: string): ReadonlyArray<string> =>
  meant.map((line) => {
    if (line === `from ${quoted(old)}`) return `from ${quoted(name)}`
    if (line === `to ${quoted(old)}`) return `to ${quoted(name)}`
    return line.startsWith(optionsOf(old)) ? `${optionsOf(name)}${line.slice(optionsOf(old).length)}` : line
  })

/** Whether the connection's options say something else on who gets what. */
export const hasOtherOptions = (connection: string, now: ReadonlyArray<string>, meant: ReadonlyArray<string>): boolean => {
  const of = (lines: ReadonlyArray<string>) => lines.filter((line) => line.startsWith(optionsOf(connection))).join("\n")
  return of(now) !== of(meant)
}

/** A source and those of its options, by name, that decide who gets what. */
export interface Deciding {
  readonly connection: string
  readonly options: ReadonlyArray<readonly [name: string, value: unknown]>
}

/** Schedule, guards, budgets, exceptions, names of files and spelling of globs are no part of it; the order of rules and of `match` is. */
export const lines = (
  sync: Pick<SyncConfig, "from" | "to" | "rules" | "match" | "removals" | "adopt">,
  deciding: ReadonlyArray<Deciding>
): ReadonlyArray<string> => [
  `meaning of rules: version ${SEMANTICS}`,
  ...sync.from.map((name) => `from ${quoted(name)}`),
  ...deciding.flatMap(({ connection, options }) => options.map(([name, value]) => `${optionsOf(connection)}${name} ${JSON.stringify(value)}`)),
  `to ${quoted(sync.to)}`,
  ...sync.rules.map((one) => `rule ${one.index}: ${rule(one)}`),
  ...sync.match.flatMap((one, index) => match(one).map((line) => `match ${index + 1}: ${line}`)),
  `removals: ${sync.removals}`,
  `adopt groups by: ${sync.adopt.groups.join(", ") || "nothing"}`,
  `adopt members: ${sync.adopt.members}`,
  `adopt names: ${sync.adopt.names}`
]

/** Said of a file that names no encoding and is not UTF-8. */
export const guessedEncoding = (file: string, encoding: TextEncoding.TextEncoding): string =>
  `${file} read as ${TextEncoding.shown(encoding)}, which is a guess: save as UTF-8`
