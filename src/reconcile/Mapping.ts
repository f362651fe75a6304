/** Lets the rules of a sync look at every live source group, a thousand at a time. */
import * as Effect from "effect/Effect"
import type { SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import { type Mapped, MappingStore, type NumberedCandidate, type Resolution } from "./MappingStore.ts"
import * as Naming from "./Naming.ts"
import * as Rules from "./Rules.ts"

const batch = 1000

/** How a sync looks for its groups at a target that can do this with groups (null: the target is not known). */
export const resolution = (sync: SyncConfig, can: TargetDeclaration["groups"] | null, listIsWhole = true): Resolution => ({
  sync: sync.name,
  to: sync.to,
  adopt: sync.adopt.groups,
  naming: can ?? Naming.free,
  makes: can?.create !== "none",
  renames: can?.update ?? false,
  names: sync.adopt.names,
  listIsWhole
})

const needsCounts = (sync: SyncConfig): boolean => sync.rules.some((rule) => rule.where.some((condition) => condition.field === "members"))

/** Visits all live source groups of a sync with what its rules make of each, as the target takes names (null: no rule takes it). */
const eachGroup = (
  sync: SyncConfig,
  naming: Naming.Naming,
  count: boolean,
  visit: (groups: ReadonlyArray<Visited>) => Effect.Effect<void, StateError>
): Effect.Effect<void, StateError, MappingStore> =>
  Effect.gen(function* () {
    const store = yield* MappingStore
    yield* store.clear
    for (let after: number | null = null; ;) {
      const candidates: ReadonlyArray<NumberedCandidate> = yield* store.candidates(sync.from, after, batch, count || needsCounts(sync))
      const last = candidates.at(-1)
      if (last === undefined) return
      yield* visit(
        candidates.map((candidate) => {
          const desired = Rules.desiredFor(sync.rules, candidate)
          return { candidate, named: desired === null ? null : Naming.fit(desired, naming) }
        })
      )
      after = last.number
    }
  })

export interface Visited {
  readonly candidate: NumberedCandidate
  readonly named: Naming.Named | null
}

const mapped = (groups: ReadonlyArray<Visited>): ReadonlyArray<Mapped> =>
  groups.flatMap(({ candidate: { number }, named }) => (named === null ? [] : [{ number, ...named }]))

/** Makes the mapping of a sync afresh from its rules and the snapshot, with names as the target takes them. `look` sees each group, with its members if `count`. */
export const make = (
  sync: SyncConfig,
  naming: Naming.Naming = Naming.free,
  { count, look }: { readonly count: boolean; readonly look: (group: Visited) => void } = { count: false, look: () => undefined }
): Effect.Effect<void, StateError, MappingStore> =>
  Effect.flatMap(MappingStore, (store) =>
    eachGroup(sync, naming, count, (groups) => {
      for (const group of groups) look(group)
      return store.store(mapped(groups))
    })
  )

/** As much of a mapping as tells who is unmatched: which source groups rules take. Half the work of a whole one. */
export const take = (sync: SyncConfig): Effect.Effect<void, StateError, MappingStore> =>
  Effect.flatMap(MappingStore, (store) => eachGroup(sync, Naming.free, false, (groups) => store.take(mapped(groups))))
