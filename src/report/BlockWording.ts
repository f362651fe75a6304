/** Why a group is not written to, as a sentence for people that ends with what helps. */
import type { BlockReason } from "../model/BlockReason.ts"
import type { PlanResult } from "../model/Result.ts"
import * as Wording from "./Wording.ts"

type Blocked = PlanResult["blocked"][number]

/** Groups named in a warning. */
const named = 5

/** The groups and why they are left alone, for the warnings of a plan: one by one, those without a field that their rule asks for together. */
export const warnings = (blocked: ReadonlyArray<Blocked>): ReadonlyArray<string> => {
  const together = new Map<string, ReadonlyArray<Blocked>>()
  for (const group of blocked) {
    const { reason: why } = group
    const key = "fields" in why ? `${why.code}/${why.rule}` : group.handle
    together.set(key, [...(together.get(key) ?? []), group])
  }
  return [...together.values()].flatMap((groups) => {
    const [first] = groups
    if (first === undefined) return []
    const { handle, name, reason: why } = first
    if (!("fields" in why)) return [`"${name}" (${handle}) is left alone: ${reason(why)}`]
    const names = Wording.some(
      groups.map((group) => `"${group.name}"`),
      named
    )
    return [`${Wording.rule({ index: why.rule, line: why.line })}: ${reason(why)} (${Wording.plural(groups.length, "group")}: ${names})`]
  })
}

const fieldNames = (fields: ReadonlyArray<string>): string => fields.map((field) => `{${field}}`).join(", ")

export const reason = (value: BlockReason): string => {
  switch (value.code) {
    case "name-too-long":
      return `its name has ${value.characters} characters, and the target takes ${value.most}`
    case "several-groups":
      return `${value.groups} groups at the target have the same ${value.by}`
    case "name-meets":
      return "another source group maps to the same name; give one of them a name of its own, or both the same into:"
    case "group-meets":
      return "another source group maps to the same target group; use into: if that is meant"
    case "name-taken":
      return `it would be renamed to "${value.name}", and another group has that name; rename one of them at the source, or give one a name of its own by name: in its rule`
    case "cut-name":
      return `a group called "${value.name}" is there already, and its name is a cut one, so it does not show whether it is the same; give it a short name by name: in its rule`
    case "no-create-call":
      return "the target has no call to make a group; make it there, and name by adopt: how it is found"
    case "list-incomplete":
      return "the list of the target's groups could not be read whole, so it might be there already"
    case "slug-taken":
      return `another group has the slug "${value.slug}" that its rule names; put into: into both rules if one group is meant`
    case "slug-refused":
      return `the target cannot take the slug that its rule names (at most ${value.most} characters)`
    case "no-free-slug":
      return "no slug could be found that is no other group's; name one by slug: in its rule"
    case "field-missing":
      return `skipped, as the source has nothing for ${fieldNames(value.fields)}, which its rule's name or external id asks for`
    case "no-such-field":
      return `held, as no group that the rule takes has ${fieldNames(value.fields)}, which its name or external id asks for; name a field that they have`
  }
}
