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

/** Visits all live source groups of a sync with the desired group that its rules have for each (null: no rule takes it). */
export const eachGroup = (
  sync: SyncConfig,
  count: boolean,
  visit: (groups: ReadonlyArray<{ readonly candidate: NumberedCandidate; readonly desired: Rules.DesiredGroup | null }>) => Effect.Effect<void, StateError>
): Effect.Effect<void, StateError, MappingStore> =>
  Effect.gen(function* () {
    const store = yield* MappingStore
    let after = 0
    for (;;) {
      const candidates = yield* store.candidates(sync.from, after, batch, count || needsCounts(sync))
      const last = candidates.at(-1)
      if (last === undefined) return
      yield* visit(candidates.map((candidate) => ({ candidate, desired: Rules.desiredFor(sync.rules, candidate) })))
      after = last.number
    }
  })

/** Makes the mapping of a sync afresh from its rules and the snapshot, with names as the target takes them. */
export const make = (sync: SyncConfig, naming: Naming.Naming = Naming.free): Effect.Effect<void, StateError, MappingStore> =>
  Effect.gen(function* () {
    const store = yield* MappingStore
    yield* store.clear
    yield* eachGroup(sync, false, (groups) =>
      store.store(
        groups.flatMap(({ candidate, desired }): ReadonlyArray<Mapped> =>
          desired === null ? [] : [{ number: candidate.number, ...Naming.fit(desired, naming) }]
        )
      )
    )
  })
