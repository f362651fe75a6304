/** Everything that a state file remembers: what the layer over it has. A command requires of this only the stores that it uses. */
import type { ExplanationStore } from "../explain/ExplanationStore.ts"
import type { MigrationStore } from "../run/MigrationStore.ts"
import type { NoticeStore } from "../run/NoticeStore.ts"
import type { OperationsStore } from "../run/OperationsStore.ts"
import type { ProblemStore } from "../run/ProblemStore.ts"
import type * as SyncRun from "../run/SyncRun.ts"
import type * as TeamRun from "../run/TeamRun.ts"
import type { AuditLog } from "./AuditLog.ts"
import type { Erasure } from "./Erasure.ts"
import type { RebuildStore } from "./RebuildStore.ts"
import type { Retention } from "./Retention.ts"

export type Memory =
  | SyncRun.Stores
  | TeamRun.Stores
  | OperationsStore
  | ExplanationStore
  | AuditLog
  | Erasure
  | RebuildStore
  | ProblemStore
  | Retention
  | NoticeStore
  | MigrationStore
