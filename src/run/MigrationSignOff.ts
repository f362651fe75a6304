/** The end of a migration: what was promised and done, and the price of taking it back. */
import * as Effect from "effect/Effect"
import * as WriteCost from "../calls/WriteCost.ts"
import type { SyncConfig } from "../config/Config.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import * as Id from "../model/Id.ts"
import type { Decided, Done, Migration, SignOff } from "../model/Migration.ts"
import type { PlanResult } from "../model/Result.ts"
import type { Connections } from "./Connections.ts"
import { MigrationStore } from "./MigrationStore.ts"
import { OperationsStore } from "./OperationsStore.ts"

/** Decisions that are looked through. */
const many = 1000

/** Groups that it made are deleted with who is in them; of others each pack of who joined takes a call. Null: nothing can be taken out. */
const undoCalls = ({ assignments: { remove }, groups }: TargetDeclaration, { joined, made, memberships }: Done): number | null => {
  if (remove === "none") return null
  if (!groups.delete) return remove.by === "group" ? Math.ceil(memberships / remove.pack) : memberships
  return made + joined.reduce((sum, rows) => sum + (remove.by === "group" ? Math.ceil(rows / remove.pack) : rows), 0)
}

/** Decisions on parts of the sync since the migration began, in the order in which they were made. */
const decided = ({ startedAt, sync }: Migration) =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    const rows = (yield* overview.decisions(many)).filter(({ at, subject }) => at >= startedAt && subject.startsWith("H-"))
    const found: Array<Decided> = []
    for (const { at, host, reason, subject, what, who } of rows.toReversed()) {
      const part = yield* overview.part(Id.numberOf(subject))
      if (part?.part.sync === sync) found.push({ subject, what, who, host, at, reason })
    }
    return found
  })

export const make = (sync: SyncConfig, connections: Connections, migration: Migration, plan: PlanResult) =>
  Effect.gen(function* () {
    const { pacer, target } = yield* connections.openAs(sync.to, "target")
    const done = yield* (yield* MigrationStore).done(migration.id)
    const calls = undoCalls(target.declaration, done)
    return {
      migration,
      plan,
      done,
      held: (yield* (yield* OperationsStore).parts).filter((part) => part.sync === sync.name),
      decisions: yield* decided(migration),
      undo: calls === null ? null : { calls, seconds: yield* WriteCost.seconds(pacer, calls) }
    } satisfies SignOff
  })
