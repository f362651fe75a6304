/** What a run of one sync shows to be in need of a person. Pure. */
import * as BlockReason from "../model/BlockReason.ts"
import type { HeldPart } from "../model/Change.ts"
import type { Problem, ProblemKind, Standing } from "../model/Problem.ts"
import type { SyncResult } from "../model/Result.ts"
import type { Found } from "./News.ts"

const day = 86_400_000

const counted = (sync: string, connection: string, kind: ProblemKind, size: number): ReadonlyArray<Problem> =>
  size === 0 ? [] : [{ kind, sync, connection, subject: "", size }]

const failure = ({ endedAt, error, sync }: SyncResult, { lastGood }: Standing): ReadonlyArray<Problem> => {
  if (error === null) return []
  if (error.kind !== "locked") return [{ kind: "failed", sync, connection: error.connection ?? "", subject: error.kind, size: 1 }]
  return lastGood !== null && endedAt - lastGood >= day ? [{ kind: "stale", sync, connection: "", subject: "", size: 1 }] : []
}

const unread = ({ plan, sync, withheld }: SyncResult): ReadonlyArray<Problem> => {
  const incomplete = (plan?.reads ?? []).flatMap(({ complete, connection }) => (complete ? [] : [connection]))
  const names = new Set([...withheld.flatMap(({ unread }) => unread ?? []), ...incomplete])
  return [...names].map((connection): Problem => ({ kind: "unread", sync, connection, subject: "", size: 1 }))
}

/** Whether the run read all its sources and could write, whatever it holds or was refused. */
export const doesItsWork = (result: SyncResult): boolean => result.error === null && unread(result).length === 0

/** A group that is there and cannot be given its name gets and loses no customer until a person settles whose name it is, or what its rule means. */
export const stuck = ({ plan }: Pick<SyncResult, "plan">): number => (plan?.blocked ?? []).filter(({ reason }) => BlockReason.needsPerson(reason)).length

/** What stands in the state is known whatever came of the run. */
const stored: ReadonlySet<ProblemKind> = new Set(["held", "refused", "tasks", "unconfirmed", "config"])

/**
 * `parts`: what is held of the sync, as the state has it. `to`: its target. A run that failed shows nothing of what it did not come to; one that found
 * another run under way shows nothing at all but that. `isConfigBroken`: the file does not load, and the run went by the last config that did.
 */
export const of = (result: SyncResult, to: string, standing: Standing, parts: ReadonlyArray<HeldPart>, isConfigBroken = false): Found => {
  const { endedAt, error, startedAt, sync } = result
  const begun = error?.kind !== "locked"
  return {
    sync,
    startedAt,
    endedAt,
    settles: (kind) => begun && (error === null || stored.has(kind)),
    present: [
      ...failure(result, standing),
      ...unread(result),
      ...parts.flatMap(({ changes, decision, id }): ReadonlyArray<Problem> =>
        decision === "open" ? [{ kind: "held", sync, connection: "", subject: id, size: changes }] : []
      ),
      ...counted(sync, to, "refused", standing.refused),
      ...counted(sync, to, "tasks", standing.tasks),
      ...counted(sync, to, "unconfirmed", standing.unconfirmed),
      ...counted(sync, to, "blocked", stuck(result)),
      ...counted(sync, "", "config", isConfigBroken ? 1 : 0),
      ...counted(sync, "", "clock", result.plan?.clockAhead === undefined ? 0 : 1)
    ]
  }
}

/** A config that does not load: the sync was not run, and all else that is known of it stays. */
export const notLoaded = (sync: string, now: number): Found => ({
  sync,
  startedAt: now,
  endedAt: now,
  settles: () => false,
  present: counted(sync, "", "config", 1)
})
