/** All that is remembered, over one SQLite file. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Journal } from "../src/apply/Journal.ts"
import { WriterStore } from "../src/apply/WriterStore.ts"
import type { StateError } from "../src/contract/StateError.ts"
import { PlanStore } from "../src/plan/PlanStore.ts"
import { UndoStore } from "../src/plan/UndoStore.ts"
import { AddressStore } from "../src/read/AddressStore.ts"
import { SnapshotStore } from "../src/read/SnapshotStore.ts"
import { TargetStore } from "../src/read/TargetStore.ts"
import { MappingStore } from "../src/reconcile/MappingStore.ts"
import { ReconcileStore } from "../src/reconcile/ReconcileStore.ts"
import { ExplanationStore } from "../src/explain/ExplanationStore.ts"
import { Erasure } from "../src/operate/Erasure.ts"
import { OperationsStore } from "../src/run/OperationsStore.ts"
import { RebuildStore } from "../src/operate/RebuildStore.ts"
import { AuditLog } from "../src/operate/AuditLog.ts"
import { NameStore } from "../src/run/NameStore.ts"
import { Retention } from "../src/operate/Retention.ts"
import { MigrationStore } from "../src/run/MigrationStore.ts"
import { NoticeStore } from "../src/run/NoticeStore.ts"
import { ProblemStore } from "../src/run/ProblemStore.ts"
import { RunStore } from "../src/run/RunStore.ts"
import type { Memory } from "../src/operate/Memory.ts"
import { TeamJournal } from "../src/team/TeamJournal.ts"
import { TeamStore } from "../src/team/TeamStore.ts"
import * as Database from "./database/Database.ts"
import * as SqliteAddressStore from "./read/SqliteAddressStore.ts"
import * as SqliteExplanation from "./query/explain/SqliteExplanation.ts"
import * as SqliteErasure from "./file/SqliteErasure.ts"
import * as SqliteJournal from "./apply/SqliteJournal.ts"
import * as SqliteMappingStore from "./reconcile/SqliteMappingStore.ts"
import * as SqliteMigrationStore from "./run/SqliteMigrationStore.ts"
import * as SqliteNameStore from "./run/SqliteNameStore.ts"
import * as SqliteNoticeStore from "./run/SqliteNoticeStore.ts"
import * as SqliteOverview from "./query/SqliteOverview.ts"
import * as SqlitePlanStore from "./plan/SqlitePlanStore.ts"
import * as SqliteProblemStore from "./query/SqliteProblemStore.ts"
import * as SqliteRebuildStore from "./file/SqliteRebuildStore.ts"
import * as SqliteReconcileStore from "./reconcile/SqliteReconcileStore.ts"
import * as SqliteAuditLog from "./query/SqliteAuditLog.ts"
import * as SqliteRetention from "./file/SqliteRetention.ts"
import * as SqliteRunStore from "./run/SqliteRunStore.ts"
import * as SqliteSnapshotStore from "./read/SqliteSnapshotStore.ts"
import * as SqliteTargetStore from "./read/SqliteTargetStore.ts"
import * as SqliteTeamStore from "./team/SqliteTeamStore.ts"
import * as SqliteTeamJournal from "./team/SqliteTeamJournal.ts"
import * as SqliteWriterStore from "./apply/SqliteWriterStore.ts"
import * as SqliteUndoStore from "./plan/SqliteUndoStore.ts"

/** Names, and who wrote last. */
const ownership = (database: Database.Database) =>
  Context.make(NameStore, SqliteNameStore.make(database)).pipe(Context.add(WriterStore, SqliteWriterStore.make(database)))

/** Opens the state file for one invocation and closes it with the scope. See `Database.open` for how it fails. */
export const layer = (file: string, backups: string | null = null, purpose: Database.Purpose = "work"): Layer.Layer<Memory, StateError> =>
  Layer.scopedContext(
    Effect.map(Database.open(file, backups, purpose), (database) =>
      ownership(database).pipe(
        Context.add(SnapshotStore, SqliteSnapshotStore.make(database)),
        Context.add(TargetStore, SqliteTargetStore.make(database)),
        Context.add(AddressStore, SqliteAddressStore.make(database)),
        Context.add(MappingStore, SqliteMappingStore.make(database)),
        Context.add(ReconcileStore, SqliteReconcileStore.make(database)),
        Context.add(PlanStore, SqlitePlanStore.make(database)),
        Context.add(Journal, SqliteJournal.make(database)),
        Context.add(RunStore, SqliteRunStore.make(database)),
        Context.add(OperationsStore, SqliteOverview.make(database)),
        Context.add(MigrationStore, SqliteMigrationStore.make(database)),
        Context.add(Retention, SqliteRetention.make(database)),
        Context.add(NoticeStore, SqliteNoticeStore.make(database)),
        Context.add(ProblemStore, SqliteProblemStore.make(database)),
        Context.add(UndoStore, SqliteUndoStore.make(database)),
        Context.add(ExplanationStore, SqliteExplanation.make(database)),
        Context.add(AuditLog, SqliteAuditLog.make(database)),
        Context.add(Erasure, SqliteErasure.make(database)),
        Context.add(RebuildStore, SqliteRebuildStore.make(database)),
        Context.add(TeamStore, SqliteTeamStore.make(database)),
        Context.add(TeamJournal, SqliteTeamJournal.make(database))
      )
    )
  )
