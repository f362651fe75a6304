/** All that is remembered, over one SQLite file. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Journal } from "../src/apply/Journal.ts"
import type { StateError } from "../src/contract/StateError.ts"
import { PlanStore } from "../src/plan/PlanStore.ts"
import { UndoStore } from "../src/plan/UndoStore.ts"
import { AddressStore } from "../src/read/AddressStore.ts"
import { SnapshotStore } from "../src/read/SnapshotStore.ts"
import { TargetStore } from "../src/read/TargetStore.ts"
import { MappingStore } from "../src/reconcile/MappingStore.ts"
import { ReconcileStore } from "../src/reconcile/ReconcileStore.ts"
import { Explanation } from "../src/run/Explanation.ts"
import { Forgetting } from "../src/run/Forgetting.ts"
import { Overview } from "../src/run/Overview.ts"
import { RebuildStore } from "../src/run/RebuildStore.ts"
import { Records } from "../src/run/Records.ts"
import { RunStore } from "../src/run/RunStore.ts"
import type { Memory } from "../src/run/SyncRun.ts"
import { TeamJournal } from "../src/team/TeamJournal.ts"
import { TeamStore } from "../src/team/TeamStore.ts"
import * as Database from "./Database.ts"
import * as SqliteAddresses from "./SqliteAddresses.ts"
import * as SqliteExplanation from "./SqliteExplanation.ts"
import * as SqliteForgetting from "./SqliteForgetting.ts"
import * as SqliteJournal from "./SqliteJournal.ts"
import * as SqliteMapping from "./SqliteMapping.ts"
import * as SqliteOverview from "./SqliteOverview.ts"
import * as SqlitePlan from "./SqlitePlan.ts"
import * as SqliteRebuild from "./SqliteRebuild.ts"
import * as SqliteReconcile from "./SqliteReconcile.ts"
import * as SqliteRecords from "./SqliteRecords.ts"
import * as SqliteRuns from "./SqliteRuns.ts"
import * as SqliteSnapshot from "./SqliteSnapshot.ts"
import * as SqliteTarget from "./SqliteTarget.ts"
import * as SqliteTeam from "./SqliteTeam.ts"
import * as SqliteTeamJournal from "./SqliteTeamJournal.ts"
import * as SqliteUndo from "./SqliteUndo.ts"

/** Opens the state file for one invocation and closes it with the scope. See `Database.open` for how it fails. */
export const layer = (file: string, options: Database.Options = { maxPages: null, backups: null }): Layer.Layer<Memory, StateError> =>
  Layer.scopedContext(
    Effect.map(Database.open(file, options), (database) =>
      Context.empty().pipe(
        Context.add(SnapshotStore, SqliteSnapshot.make(database)),
        Context.add(TargetStore, SqliteTarget.make(database)),
        Context.add(AddressStore, SqliteAddresses.make(database)),
        Context.add(MappingStore, SqliteMapping.make(database)),
        Context.add(ReconcileStore, SqliteReconcile.make(database)),
        Context.add(PlanStore, SqlitePlan.make(database)),
        Context.add(Journal, SqliteJournal.make(database)),
        Context.add(RunStore, SqliteRuns.make(database)),
        Context.add(Overview, SqliteOverview.make(database)),
        Context.add(UndoStore, SqliteUndo.make(database)),
        Context.add(Explanation, SqliteExplanation.make(database)),
        Context.add(Records, SqliteRecords.make(database)),
        Context.add(Forgetting, SqliteForgetting.make(database)),
        Context.add(RebuildStore, SqliteRebuild.make(database)),
        Context.add(TeamStore, SqliteTeam.make(database)),
        Context.add(TeamJournal, SqliteTeamJournal.make(database))
      )
    )
  )
