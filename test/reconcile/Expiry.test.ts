/** What becomes of memberships whose claims have expired, as a table: what is known, and why the row is kept. Null: it is removed. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Expiry from "../../src/reconcile/Expiry.ts"

const now = 1_000_000_000
const hour = 3_600_000

/** A row of ours, expired just now, that nobody else claims. */
const row: Expiry.ExpiredRow = { origin: "applied", isMapped: true, claimedBy: null, isRead: true, hasGroup: true, reads: 1, at: now }

const cases: ReadonlyArray<
  readonly [what: string, change: Partial<Expiry.ExpiredRow>, removals: "never" | "ours" | "all", kept: ReturnType<typeof Expiry.keptBecause>]
> = [
  ["ours", {}, "ours", null],
  ["ours, in a group that no rule leads to any more", { isMapped: false }, "ours", null],
  ["taken over", { origin: "adopted" }, "ours", null],
  ["there before us", { origin: "found" }, "ours", "not-ours"],
  ["there before us, mirrored", { origin: "found" }, "all", null],
  ["there before us, mirrored, in a group that no rule leads to", { origin: "found", isMapped: false }, "all", "not-ours"],
  ["ours, but nothing is ever removed", {}, "never", "not-ours"],
  ["claimed by another sync", { claimedBy: "other-sync" }, "ours", "other-sync"],
  ["claimed by another source", { claimedBy: "other-source" }, "all", "other-source"],
  ["of a source that was not read", { isRead: false }, "ours", "unread"],
  ["in a group that is gone", { hasGroup: false }, "ours", "no-group"]
]

/** A customer who has left an organization that is there. */
const left: Expiry.Ended = {
  byException: false,
  customerGone: null,
  isActive: true,
  groupGone: null,
  kind: "organization",
  isMember: false,
  isForbidden: false
}

const causes: ReadonlyArray<readonly [what: string, change: Partial<Expiry.Ended>, cause: ReturnType<typeof Expiry.causeOf>]> = [
  ["left an organization", {}, "left"],
  ["lost a tag", { kind: "tag" }, "untagged"],
  ["lost a tag that nobody carries any more", { kind: "tag", groupGone: "absent" }, "untagged"],
  ["was in an organization that is deleted", { groupGone: "deleted" }, "group-gone"],
  ["was in an organization that is not listed", { groupGone: "absent" }, "group-gone"],
  ["was in a group that was merged", { groupGone: "merged" }, "merged"],
  ["was merged", { customerGone: "merged" }, "merged"],
  ["is deleted, and the organization too", { customerGone: "deleted", groupGone: "deleted" }, "customer-gone"],
  ["is not listed", { customerGone: "absent", isMember: true }, "customer-gone"],
  ["became staff, or is left out", { isActive: false, isMember: true }, "excluded"],
  ["is a member still", { isMember: true }, "rule-changed"],
  ["is a member still, and an exception forbids it", { isMember: true, isForbidden: true }, "exception"],
  ["had an exception that is over", { byException: true, kind: null }, "exception"]
]

describe("a claim that expires", () => {
  it.each(causes)("because the customer %s", (_what, change, cause) => {
    assert.strictEqual(Expiry.causeOf({ ...left, ...change }), cause)
  })
})

describe("an expired claim", () => {
  it.each(cases)("on a row %s", (_what, change, removals, kept) => {
    assert.strictEqual(Expiry.keptBecause({ ...row, ...change }, { removals, grace: { reads: 1, for: Duration.zero } }, now), kept)
  })

  it.each([
    [{ reads: 1, hours: 0 }, { reads: 1, ago: 0 }, true],
    [{ reads: 2, hours: 0 }, { reads: 1, ago: 100 }, false],
    [{ reads: 2, hours: 0 }, { reads: 2, ago: 0 }, true],
    [{ reads: 1, hours: 3 }, { reads: 9, ago: 2 }, false],
    [{ reads: 1, hours: 3 }, { reads: 1, ago: 3 }, true],
    [{ reads: 2, hours: 3 }, { reads: 1, ago: 3 }, false]
  ] as const)("under grace %o is, after %o, over: %s", (grace, { ago, reads }, over) => {
    const config = { reads: grace.reads, for: Duration.hours(grace.hours) }
    assert.strictEqual(Expiry.isGraceOver(config, { reads, at: now - ago * hour }, now), over)
    const kept = Expiry.keptBecause({ ...row, reads, at: now - ago * hour }, { removals: "ours", grace: config }, now)
    assert.strictEqual(kept, over ? null : "grace")
  })
})
