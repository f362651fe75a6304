/** Everything that is remembered, as one requirement. */
import type { ExplanationStore } from "../explain/ExplanationStore.ts"
import type { NoticeStore } from "../run/NoticeStore.ts"
import type { ProblemStore } from "../run/ProblemStore.ts"
import type { RunMemory } from "../run/SyncRun.ts"
import type { AuditLog } from "./AuditLog.ts"
import type { Erasure } from "./Erasure.ts"
import type { RebuildStore } from "./RebuildStore.ts"
import type { Retention } from "./Retention.ts"

export type Memory = RunMemory | ExplanationStore | AuditLog | Erasure | RebuildStore | ProblemStore | Retention | NoticeStore
