/** Ways of matching that lead to no customer: because a target never shows what they ask for, or because none of its customers has it. */
import * as Effect from "effect/Effect"
import type { MatchRule, SyncConfig } from "../config/Config.ts"
import * as Meaning from "../config/Meaning.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import { TargetStore } from "../read/TargetStore.ts"

type Customers = TargetDeclaration["customers"]
type Sync = Pick<SyncConfig, "to" | "match">

/** The field of a target customer that a way of matching compares; null: it names customers by what they are called there. */
const asked = (rule: MatchRule): string | null => {
  switch (rule._tag) {
    case "Email":
      return "email"
    case "ExternalId":
      return "externalId"
    case "Fields":
      return rule.target
    case "File":
      return null
  }
}

/** Why no customer of a target of this declaration can ever be found by the way of matching; null where one may be. */
const whyNever = (to: string, { externalId, list, namedBy, search }: Customers, rule: MatchRule): string | null => {
  const field = asked(rule)
  switch (field) {
    case null:
    case "id":
      return null
    case "email":
      return list || search || (rule._tag === "Email" && namedBy === "email") ? null : `${to} shows no customers, so nobody can be matched by address`
    case "externalId":
      return externalId ? null : `${to} shows no external ids of customers, so match ${Meaning.basis(rule)} never finds anybody`
    default:
      return `a customer of ${to} is known by id, email and externalId, so match ${Meaning.basis(rule)} never finds anybody`
  }
}

/** Sentences on ways of matching that the target's declaration excludes. */
export const impossible = ({ match, to }: Sync, customers: Customers): ReadonlyArray<string> =>
  match.flatMap((rule) => {
    const why = whyNever(to, customers, rule)
    return why === null ? [] : [`${why}; give their ids there by match: [{ file: map.csv }] (columns email, target)`]
  })

/** A sentence on ways of matching by external id where none of the target's customers, listed whole at least once, was ever shown with one. */
export const unseen = ({ match, to }: Sync, customers: Customers): Effect.Effect<ReadonlyArray<string>, StateError, TargetStore> =>
  Effect.gen(function* () {
    const rules = match.filter((rule) => asked(rule) === "externalId" && whyNever(to, customers, rule) === null)
    if (rules.length === 0 || (yield* (yield* TargetStore).externalIdsShown(to)) !== false) return []
    return rules.map((rule) => `match ${Meaning.basis(rule)} finds nobody so far: ${to} listed all its customers, and showed no external id of any`)
  })
