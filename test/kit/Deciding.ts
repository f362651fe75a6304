/** Decisions on held parts as the commands store them, and what the state file holds. */
import * as Id from "../../src/model/Id.ts"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import type { SyncResult } from "../../src/model/Result.ts"
import { UndoStore } from "../../src/plan/UndoStore.ts"
import { OperationsStore } from "../../src/run/OperationsStore.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import type { Bridge } from "./Bridge.ts"

const file = (bridge: Pick<Bridge, "dir">): string => join(bridge.dir, ".groupbridge", "state.db")

export const heldBy = (run: SyncResult) => run.held.map((part) => [part.guard, part.changes])

export const decide = (bridge: Pick<Bridge, "dir">, id: string, decision: "approved" | "rejected"): Effect.Effect<void> =>
  Effect.flatMap(OperationsStore, (overview) => overview.decide(Id.numberOf(id), decision, { who: "petra", host: "ops1", reason: null })).pipe(
    Effect.provide(StateLayer.layer(file(bridge))),
    Effect.orDie
  )

/** Approves the part and applies it, as `approve ID` does. */
export const approve = (bridge: Bridge, id: string): Effect.Effect<SyncResult> =>
  Effect.zipRight(decide(bridge, id, "approved"), bridge.sync({ kind: "approve", part: Id.numberOf(id) }))

export const reject = (bridge: Pick<Bridge, "dir">, id: string): Effect.Effect<void> => decide(bridge, id, "rejected")

/** Lets syncs do again what the run `r-12` did, as `release r-12` does. */
export const release = (bridge: Pick<Bridge, "dir">, run: string | null): Effect.Effect<number> =>
  Effect.flatMap(UndoStore, (store) => store.release(Id.numberOf(run ?? ""))).pipe(Effect.provide(StateLayer.layer(file(bridge))), Effect.orDie)

/** Lets go of what the sync wanted from other sources or at another target than these, as `state release SYNC` does. */
export const letGo = (bridge: Pick<Bridge, "dir">, sync: string, from: string, to: string) =>
  Effect.flatMap(OperationsStore, (store) =>
    store.release(sync, [{ sync, from: [from], to, removes: true, team: false }], { who: "petra", host: "ops1", reason: null })
  ).pipe(Effect.provide(StateLayer.layer(file(bridge))), Effect.orDie)

/** Rows of a query on the state file, which nobody has open. */
export const rows = (bridge: Pick<Bridge, "dir">, query: string): ReadonlyArray<unknown> => {
  const db = new Sqlite(file(bridge), { readonly: true })
  try {
    return db.prepare(query).all()
  } finally {
    db.close()
  }
}

/** A statement on the state file behind the back of whoever has it open. */
export const write = (bridge: Pick<Bridge, "dir">, statement: string): void => {
  const db = new Sqlite(file(bridge))
  try {
    db.prepare(statement).run()
  } finally {
    db.close()
  }
}

/** Lets the state know a sync by another name, so that the one sync of a bridge can stand for two. */
export const renameSync = (bridge: Pick<Bridge, "dir">, from: string, to: string): void =>
  write(bridge, `UPDATE sync SET name = '${to}' WHERE name = '${from}'`)
