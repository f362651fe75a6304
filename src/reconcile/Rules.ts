/** Which rule takes a source group, and what the target group is then called. Pure. */
import type { Condition, RuleConfig } from "../config/Config.ts"
import { type GroupDraft, keyText, type SourceGroup } from "../model/Group.ts"
import * as Glob from "./Glob.ts"

/** What is known of a source group when the rules look at it. `members` counts active memberships. */
export interface Candidate {
  readonly connection: string
  readonly group: SourceGroup
  readonly members: number
}

/** A source group's wish for a target group. Wishes with the same handle share one group. */
export interface Wish {
  readonly rule: RuleConfig
  readonly handle: string
  readonly draft: GroupDraft
  /** The external id was asked for by the rule, so several source groups may share it on purpose. */
  readonly explicitExternalId: boolean
  /** Handles that the same wish had before, by `previously:`. A group linked under one of them is renamed, not made anew. */
  readonly previousHandles: ReadonlyArray<string>
}

/** Lower-case words joined by hyphens: letters and digits of any script are kept. */
export const slugOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")

const valueOf = (candidate: Candidate, field: string): string | number | boolean | null | undefined => {
  const { connection, group, members } = candidate
  switch (field) {
    case "members":
      return members
    case "name":
      return group.name
    case "id":
      return group.id
    case "kind":
      return group.kind
    case "slug":
      return slugOf(group.name)
    case "connection":
      return connection
    case "externalId":
      return group.externalId
    default:
      return Object.hasOwn(group.fields, field) ? group.fields[field] : undefined
  }
}

const compare = (found: string | number | boolean | null | undefined, condition: Condition): boolean => {
  const { operator, value } = condition
  const text = (x: unknown) =>
    String(x ?? "")
      .trim()
      .toLowerCase()
  if (operator === "=") return text(found) === text(value)
  if (operator === "!=") return text(found) !== text(value)
  const [left, right] = [Number(found ?? Number.NaN), Number(value)]
  if (Number.isNaN(left) || Number.isNaN(right)) return false
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

/** A template with its placeholders filled in; one that names nothing known is left empty. */
export const fill = (template: string, candidate: Candidate): string =>
  template.replace(/\{([^{}]+)\}/g, (_all, field: string) => String(valueOf(candidate, field.trim()) ?? "")).trim()

const defaultExternalId = ({ group }: Candidate): string => (group.kind === "tag" || group.kind === "label" ? keyText(group) : group.id)

/** What the first matching rule wants for a group, or null where no rule takes it. A name is never empty: the group's id stands in. */
export const wishFor = (rules: ReadonlyArray<RuleConfig>, candidate: Candidate): Wish | null => {
  const rule = ruleFor(rules, candidate)
  if (rule === null) return null
  const { connection, group } = candidate
  const optional = (template: string | null) => (template === null ? undefined : fill(template, candidate) || undefined)
  const name = rule.into ?? (fill(rule.name ?? "{name}", candidate) || group.id)
  const explicit = optional(rule.externalId)
  const handle = rule.into === null ? (explicit === undefined ? `${connection}/${keyText(group)}` : `externalId:${explicit}`) : `into:${rule.into}`
  return {
    rule,
    handle,
    explicitExternalId: explicit !== undefined,
    previousHandles: rule.previously.map((old) =>
      rule.into === null
        ? `${connection}/${keyText({ kind: group.kind, carrier: group.carrier, id: group.kind === "tag" ? old.toLowerCase() : old })}`
        : `into:${old}`
    ),
    draft: {
      name,
      slug: optional(rule.slug),
      description: optional(rule.description),
      externalId: explicit ?? (rule.into === null ? defaultExternalId(candidate) : `into:${rule.into}`),
      customFields: Object.fromEntries(Object.entries(rule.customFields).map(([key, value]) => [key, fill(value, candidate)]))
    }
  }
}
