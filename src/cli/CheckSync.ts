/** Patterns of a sync's rules that match nothing, fields that no source group has, and ways of matching that find no customer. */
import * as Effect from "effect/Effect"
import type { SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import * as MatchLimits from "../reconcile/MatchLimits.ts"
import type { MappingStore } from "../reconcile/MappingStore.ts"
import * as RuleReach from "../reconcile/RuleReach.ts"
import type { TargetStore } from "../read/TargetStore.ts"
import { OperationsStore, type Sides } from "../run/OperationsStore.ts"

const nothing: RuleReach.InVain = { includes: [], names: [], where: [] }

/** What the rules name and no source group has. Nothing where a source was never read. */
export const inVain = (sync: SyncConfig): Effect.Effect<RuleReach.InVain, StateError, OperationsStore | MappingStore> =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    const reads = yield* Effect.forEach(sync.from, (name) => overview.snapshot(name))
    return reads.includes(null) ? nothing : yield* RuleReach.inVain(sync)
  })

/** Ways of matching that the target's declaration excludes: problems. */
export const matchesNever = ({ customers, sync }: Sides): ReadonlyArray<string> =>
  MatchLimits.impossible(sync, customers).map((why) => `${sync.name} (line ${sync.place.line}): ${why}`)

/** Ways of matching by what no customer of the target was ever shown with: warnings. */
export const matchesNoneSeen = ({ customers, sync }: Sides): Effect.Effect<ReadonlyArray<string>, StateError, TargetStore> =>
  Effect.map(MatchLimits.unseen(sync, customers), (found) => found.map((what) => `${sync.name} (line ${sync.place.line}): ${what}`))
