/** Patterns of a sync's rules that match nothing. */
import * as Effect from "effect/Effect"
import type { RuleConfig, SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import * as Nearest from "../model/Nearest.ts"
import * as Glob from "../reconcile/Glob.ts"
import { MappingStore } from "../reconcile/MappingStore.ts"
import { Overview } from "../run/Overview.ts"

interface Named {
  readonly rule: string
  readonly name: string
}

const ruleKind = ({ kind, of }: { readonly kind: string; readonly of: string }): string => `${kind}/${of}`

/** Names of all source groups with their kind, as last read. */
const names = (sync: SyncConfig) =>
  Effect.gen(function* () {
    const store = yield* MappingStore
    const found: Array<Named> = []
    for (let after = 0; ;) {
      const page = yield* store.candidates(sync.from, after, 1000, false)
      found.push(...page.map(({ group }) => ({ rule: ruleKind({ kind: group.kind, of: group.carrier }), name: group.name })))
      const last = page.at(-1)
      if (last === undefined) return found
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

/** Patterns that match no group, each with the nearest name. Nothing where a source was never read. */
export const warnings = (sync: SyncConfig): Effect.Effect<ReadonlyArray<string>, StateError, Overview | MappingStore> =>
  Effect.gen(function* () {
    const overview = yield* Overview
    const reads = yield* Effect.forEach(sync.from, (name) => overview.snapshot(name))
    if (reads.includes(null)) return []
    const known = yield* names(sync)
    return sync.rules.flatMap((rule) => unmatched(sync, rule, known))
  })
