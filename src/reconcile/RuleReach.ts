/** What the rules of a sync name and no source group has: patterns that match nothing, and fields. */
import * as Effect from "effect/Effect"
import type { RuleConfig, SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import * as Nearest from "../model/Nearest.ts"
import * as Glob from "./Glob.ts"
import { MappingStore, type NumberedCandidate } from "./MappingStore.ts"
import * as Rules from "./Rules.ts"

interface Named {
  readonly rule: string
  readonly name: string
}

const ruleKind = ({ kind, of }: { readonly kind: string; readonly of: string }): string => `${kind}/${of}`

interface Known {
  readonly names: ReadonlyArray<Named>
  /** Fields that at least one group of a kind has. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>
  /** By a rule's index: fields that its name or external id asks for and none of its groups has so far. */
  readonly missing: ReadonlyMap<number, ReadonlyArray<string>>
}

/** Names of all source groups with their kind, and the fields that each kind has, as last read. */
const groups = (sync: SyncConfig) =>
  Effect.gen(function* () {
    const store = yield* MappingStore
    // A rule may go by sizes.
    const counts = sync.rules.some((rule) => rule.where.some(({ field }) => field === "members"))
    const found: Array<Named> = []
    const fields = new Map<string, Set<string>>()
    const missing = new Map<number, ReadonlyArray<string>>()
    for (let after: number | null = null; ;) {
      const page: ReadonlyArray<NumberedCandidate> = yield* store.candidates(sync.from, after, 1000, counts)
      for (const candidate of page) {
        const { group } = candidate
        const desired = Rules.desiredFor(sync.rules, candidate)
        if (desired !== null)
          missing.set(
            desired.rule.index,
            (missing.get(desired.rule.index) ?? desired.missing).filter((field) => desired.missing.includes(field))
          )
        const rule = ruleKind({ kind: group.kind, of: group.carrier })
        found.push({ rule, name: group.name })
        const known = fields.get(rule) ?? new Set<string>()
        for (const field of Object.keys(group.fields)) known.add(field)
        fields.set(rule, known)
      }
      const last = page.at(-1)
      if (last === undefined) return { names: found, fields, missing } satisfies Known
      after = last.number
    }
  })

/** The name that a pattern most likely means: compared by as much of the name as the pattern spells out. */
const nearest = (pattern: string, known: ReadonlyArray<string>): string | undefined => {
  const spelled = pattern.replace(/[*?].*$/, "")
  if (spelled === pattern) return Nearest.nearest(pattern, known)
  const beginnings = new Map(known.map((name) => [name.slice(0, spelled.length), name]))
  const found = spelled === "" ? undefined : Nearest.nearest(spelled, beginnings.keys())
  return found === undefined ? undefined : beginnings.get(found)
}

const unmatched = (sync: SyncConfig, rule: RuleConfig, known: ReadonlyArray<Named>): ReadonlyArray<string> => {
  const own = known.filter((group) => group.rule === ruleKind(rule)).map(({ name }) => name)
  return rule.include.flatMap((pattern) => {
    if (own.some((name) => Glob.matches(pattern, name))) return []
    const near = nearest(pattern, own)
    return [
      `${sync.name}, rule ${rule.index} (line ${rule.place.line}): include ${JSON.stringify(pattern)} matches no ${rule.kind}${near === undefined ? "" : `; nearest: ${near}`}`
    ]
  })
}

const nameless = (sync: SyncConfig, rule: RuleConfig, { fields, missing }: Known): ReadonlyArray<string> => {
  const [first] = missing.get(rule.index) ?? []
  if (first === undefined) return []
  const near = Nearest.nearest(first, [...(fields.get(ruleKind(rule)) ?? []), ...Rules.ownFields])
  return [
    `${sync.name}, rule ${rule.index} (line ${rule.place.line}): name ${JSON.stringify(rule.name ?? rule.externalId)}: no ${rule.kind} that it takes has {${first}}, so the rule is held${near === undefined ? "" : `; did you mean {${near}}?`}`
  ]
}

/** Fields that `where` names and no group of the rule's kind has: such a rule takes no group, or every one, whatever was meant. */
const unknownFields = (sync: SyncConfig, rule: RuleConfig, known: Known): ReadonlyArray<string> => {
  const own = known.fields.get(ruleKind(rule))
  if (own === undefined) return []
  return rule.where.flatMap(({ field }) =>
    Rules.ownFields.includes(field) || own.has(field)
      ? []
      : [
          `${sync.name}, rule ${rule.index} (line ${rule.place.line}): where ${JSON.stringify(field)}: no ${rule.kind} has such a field${Nearest.hint(field, [...own])}`
        ]
  )
}

/** What the rules name in vain, a line each with the rule's place. */
export interface InVain {
  /** Patterns of `include` that match no group, each with the nearest name. */
  readonly includes: ReadonlyArray<string>
  /** Fields of names and external ids that no group has that the rule takes: it does nothing. */
  readonly names: ReadonlyArray<string>
  /** Fields of `where` that no group of the rule's kind has. */
  readonly where: ReadonlyArray<string>
}

/** Of the source groups as last read. */
export const inVain = (sync: SyncConfig): Effect.Effect<InVain, StateError, MappingStore> =>
  Effect.map(groups(sync), (known) => ({
    includes: sync.rules.flatMap((rule) => unmatched(sync, rule, known.names)),
    names: sync.rules.flatMap((rule) => nameless(sync, rule, known)),
    where: sync.rules.flatMap((rule) => unknownFields(sync, rule, known))
  }))
