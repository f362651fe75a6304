/** Which rule takes a source group, and what the target group is then called. Pure. */
import type { Condition, RuleConfig } from "../config/Config.ts"
import { type GroupDraft, keyText, type SourceGroup } from "../model/Group.ts"
import * as PlainNumber from "../model/PlainNumber.ts"
import * as Glob from "./Glob.ts"

/** What is known of a source group when the rules look at it. `members` counts active memberships. */
export interface Candidate {
  readonly connection: string
  /** What the keys of the connection's groups begin with: the name that it was first known by, whatever it is called now. */
  readonly prefix: string
  readonly group: SourceGroup
  readonly members: number
}

/** The target group that a source group leads to. Desired groups with the same handle share one group. */
export interface DesiredGroup {
  readonly rule: RuleConfig
  readonly handle: string
  readonly draft: GroupDraft
  /** The external id was asked for by the rule, so several source groups may share it on purpose. */
  readonly explicitExternalId: boolean
  /** Handles that the same desired group had before, by `previously:`. A group linked under one of them is renamed, not made anew. */
  readonly previousKeys: ReadonlyArray<string>
  /** Fields that the name, or the external id, asks for and the source group does not have: without them it would have another group's name, or be one with it. */
  readonly missing: ReadonlyArray<string>
}

/** Lower-case words joined by hyphens: letters and digits of any script are kept. */
export const slugOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")

/** What every group has besides its source's fields, by the names that rules use. */
const own: Readonly<Record<string, (candidate: Candidate) => string | number | null>> = {
  members: ({ members }) => members,
  name: ({ group }) => group.name,
  id: ({ group }) => group.id,
  kind: ({ group }) => group.kind,
  slug: ({ group }) => slugOf(group.name),
  connection: ({ connection }) => connection,
  externalId: ({ group }) => group.externalId
}

/** Fields that `where` and templates know of every group. */
export const ownFields: ReadonlyArray<string> = Object.keys(own)

const valueOf = (candidate: Candidate, field: string): string | number | boolean | null | undefined => {
  const { fields } = candidate.group
  if (Object.hasOwn(own, field)) return own[field]?.(candidate)
  return Object.hasOwn(fields, field) ? fields[field] : undefined
}

/** Texts are equal without regard to case, outer space and the way in which accents are composed. */
const text = (value: unknown): string =>
  String(value ?? "")
    .trim()
    .normalize("NFC")
    .toLowerCase()

const isEqual = (found: unknown, value: unknown): boolean => {
  const [left, right] = typeof value === "number" ? [PlainNumber.of(found), value] : [null, null]
  return left === null ? text(found) === text(value) : left === right
}

/** Numbers are compared with numbers alone: what is none is neither more nor less. */
const compare = (found: string | number | boolean | null | undefined, { operator, value }: Condition): boolean => {
  if (operator === "=") return isEqual(found, value)
  if (operator === "!=") return !isEqual(found, value)
  const [left, right] = [PlainNumber.of(found), PlainNumber.of(value)]
  if (left === null || right === null) return false
  if (operator === ">=") return left >= right
  if (operator === ">") return left > right
  return operator === "<=" ? left <= right : left < right
}

const takes = (rule: RuleConfig, candidate: Candidate): boolean => {
  const { group } = candidate
  if (rule.kind !== group.kind || rule.of !== group.carrier) return false
  const fits = (pattern: string) => Glob.matches(pattern, group.name)
  if (rule.include.length > 0 && !rule.include.some(fits)) return false
  if (rule.exclude.some(fits)) return false
  return rule.where.every((condition) => compare(valueOf(candidate, condition.field), condition))
}

/** The rule that takes a group: the first that matches. */
export const ruleFor = (rules: ReadonlyArray<RuleConfig>, candidate: Candidate): RuleConfig | null => rules.find((rule) => takes(rule, candidate)) ?? null

const placeholder = /\{([^{}]+)\}/g

const filled = (candidate: Candidate, field: string): string => String(valueOf(candidate, field.trim()) ?? "")

/** A template with its placeholders filled in; one that names nothing known is left empty. */
export const fill = (template: string, candidate: Candidate): string => template.replace(placeholder, (_all, field: string) => filled(candidate, field)).trim()

/** Fields of a template of which the group has nothing. */
const lacking = (template: string, candidate: Candidate): ReadonlyArray<string> =>
  [...template.matchAll(placeholder)].flatMap(([, field = ""]) => (filled(candidate, field).trim() === "" ? [field.trim()] : []))

const defaultExternalId = ({ group }: Candidate): string => (group.kind === "tag" || group.kind === "label" ? keyText(group) : group.id)

/** A name as editors may write it: accents as one letter with theirs, or as letters of their own. */
const compositions = (name: string): ReadonlyArray<string> => [...new Set([name, name.normalize("NFC"), name.normalize("NFD")])]

/** What the first matching rule wants for a group, or null where no rule takes it. A name is never empty: the group's own, or its id, stands in. */
export const desiredFor = (rules: ReadonlyArray<RuleConfig>, candidate: Candidate): DesiredGroup | null => {
  const rule = ruleFor(rules, candidate)
  if (rule === null) return null
  const { group, prefix } = candidate
  const optional = (template: string | null) => (template === null ? undefined : fill(template, candidate) || undefined)
  const given = optional(rule.externalId)
  // An external id of nothing but fields that are missing is none, and the default counts.
  const partly = given === undefined ? [] : lacking(rule.externalId ?? "", candidate)
  const missing = [...new Set([...lacking(rule.name ?? "", candidate), ...partly])]
  const explicit = partly.length > 0 ? undefined : given
  const ownName = group.name.trim() || group.id
  const name = rule.into ?? (missing.length > 0 ? ownName : fill(rule.name ?? "{name}", candidate) || ownName)
  const handle = rule.into === null ? (explicit === undefined ? `${prefix}/${keyText(group)}` : `externalId:${explicit}`) : `into:${rule.into.normalize("NFC")}`
  const before = (old: string): string =>
    rule.into === null
      ? `${prefix}/${keyText({ kind: group.kind, carrier: group.carrier, id: group.kind === "tag" ? old.toLowerCase() : old })}`
      : `into:${old}`
  return {
    rule,
    handle,
    missing,
    explicitExternalId: explicit !== undefined,
    previousKeys: [...rule.previously.flatMap(compositions), ...(rule.into === null ? [] : compositions(rule.into))]
      .map(before)
      .filter((old, index, all) => old !== handle && all.indexOf(old) === index),
    draft: {
      name,
      slug: optional(rule.slug),
      description: optional(rule.description),
      externalId: explicit ?? (rule.into === null ? defaultExternalId(candidate) : `into:${rule.into}`),
      customFields: Object.fromEntries(Object.entries(rule.customFields).map(([key, value]) => [key, fill(value, candidate)]))
    }
  }
}
