/** Pure decisions of the engine as functions of SQL, so that statements find rows and one place judges them. */
import type Sqlite from "better-sqlite3"
import * as Duration from "effect/Duration"
import type { Origin } from "../../src/model/Cause.ts"
import * as Address from "../../src/model/Address.ts"
import * as Expiry from "../../src/reconcile/Expiry.ts"

/** What `Expiry.isGraceOver` takes, as arguments: complete reads and time (epoch ms) since it expired, the config's two, and now. */
const grace = (reads: number, hold: number) => ({ reads, for: Duration.millis(hold) })

/** `exact_address(email)`: as `Address.exact`. `expiry_cause(...)`: a `Cause`. `grace_is_over(reads, at, graceReads, graceMillis, now)`: 1 or 0. `kept_because(...)`: a `KeptReason`, or NULL for a row to be removed. */
export const register = (db: Sqlite.Database): void => {
  db.function("exact_address", { deterministic: true }, (email: string | null) => Address.exact(email))
  db.function(
    "expiry_cause",
    { deterministic: true },
    (
      byException: number,
      customerGone: Expiry.Ended["customerGone"],
      isActive: number,
      groupGone: Expiry.Ended["groupGone"],
      kind: Expiry.Ended["kind"],
      isMember: number,
      isForbidden: number
    ) =>
      Expiry.causeOf({
        byException: byException === 1,
        customerGone,
        isActive: isActive === 1,
        groupGone,
        kind,
        isMember: isMember === 1,
        isForbidden: isForbidden === 1
      })
  )
  db.function("grace_is_over", { deterministic: true }, (reads: number, at: number, graceReads: number, graceMillis: number, now: number) =>
    Expiry.isGraceOver(grace(graceReads, graceMillis), { reads, at }, now) ? 1 : 0
  )
  db.function(
    "kept_because",
    { deterministic: true },
    (
      origin: Origin,
      isMapped: number,
      claimedBy: "other-sync" | "other-source" | null,
      isRead: number,
      hasGroup: number,
      reads: number,
      at: number,
      removals: "never" | "ours" | "all",
      graceReads: number,
      graceMillis: number,
      now: number
    ) =>
      Expiry.keptBecause(
        { origin, isMapped: isMapped === 1, claimedBy, isRead: isRead === 1, hasGroup: hasGroup === 1, reads, at },
        { removals, grace: grace(graceReads, graceMillis) },
        now
      )
  )
}
