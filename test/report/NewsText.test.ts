import { assert, describe, it } from "@effect/vitest"
import * as Guard from "../../src/model/Guard.ts"
import type { GuardName } from "../../src/model/Guard.ts"
import type { KnownProblem } from "../../src/model/Problem.ts"
import type { RunFailure, SyncResult } from "../../src/model/Result.ts"
import * as NewsText from "../../src/report/NewsText.ts"
import { day, noticed } from "../kit/Noticed.ts"
import * as S from "./Samples.ts"

const nothing: SyncResult = { ...S.result, status: "none", held: [], summary: S.emptyPlan.summary, calls: { read: 40, write: 0 } }

const failed = (kind: RunFailure["kind"], message = "zendesk refused the token. Put a new one into .env, line 2."): SyncResult => ({
  ...nothing,
  status: "failed",
  error: { kind, message, connection: "zendesk" }
})

const later = (result: SyncResult, millis: number): SyncResult => ({ ...result, startedAt: result.startedAt + millis, endedAt: result.endedAt + millis })

/** What the last of these runs reports, one after another. */
const quiet = (...results: ReadonlyArray<SyncResult>): string => {
  let known: ReadonlyArray<KnownProblem> = []
  let said = ""
  for (const result of results) {
    const one = noticed(result, known)
    known = one.known
    said = NewsText.text([one.reported], { ...S.view, now: result.endedAt })
  }
  return said
}

const plain = (text: string): string => text.replaceAll(/\s+/gu, " ")

describe("NewsText", () => {
  it("is empty when nothing newly needs a person", () => {
    assert.strictEqual(quiet(nothing), "")
    assert.strictEqual(quiet(S.result, S.result), "")
    assert.strictEqual(quiet({ ...S.result, held: [], status: "done" }), "")
    assert.strictEqual(quiet(failed("locked")), "")
  })

  it("tells a new hold with what was done and what to type, again after a week, and its end", () => {
    const text = quiet(S.result)
    assert.match(text, /^14:07 customers r-2291: 9 left, 26 joined, 1 new group; 15 calls/u)
    assert.match(plain(text), /NEW: H-14 holds: 311 of 318 would leave "Plan Gold" \(309 of them lost tag plan_gold .*Next: groupbridge held H-14/u)
    assert.strictEqual(quiet(S.result, later(S.result, 7 * day - 1)), "")
    assert.match(plain(quiet(S.result, later(S.result, 7 * day))), /STILL, since 3 Mar 14:07: H-14 holds: .*Next: groupbridge held H-14/u)
    const over = plain(quiet(S.result, later({ ...S.result, held: [] }, day)))
    assert.match(over, /OVER: H-14 is not needed any more/u)
    assert.notInclude(over, "Next:")
  })

  it("tells of whatever a guard holds, and of every doubt", () => {
    const guards: ReadonlyArray<GuardName> = [...Guard.raisable, ...Guard.doubts, "first-run"]
    for (const guard of guards) {
      const held = S.result.held.slice(0, 1).map((part) => Object.assign({ ...part }, { guard, id: `H-${guard.length}` }))
      const text = plain(quiet({ ...S.result, held }))
      assert.include(text, `NEW: H-${guard.length} holds: `, guard)
      assert.include(text, "Next: groupbridge ", guard)
    }
  })

  it("tells of a clock that went back, and of a config that does not load", () => {
    const back = plain(quiet({ ...nothing, plan: { ...S.emptyPlan, clockAhead: 34_560_000_000 } }))
    assert.match(back, /NEW: the clock went back: the state holds times up to 400 days later than now\. .*Check the clock of this machine\./u)
    const config = { since: "10:00 UTC", message: "groupbridge.yaml:9:5  unknown key" }
    const known = noticed(nothing, [], null, config)
    const text = plain(NewsText.text([known.reported], S.view))
    assert.include(
      text,
      "NEW: the config file does not load, and the config as it was at 10:00 UTC stays in use: groupbridge.yaml:9:5 unknown key. Next: groupbridge check"
    )
    const again = noticed(later(nothing, 1000), known.known, null, null)
    assert.include(plain(NewsText.text([again.reported], S.view)), "OVER: the config file loads again.")
  })

  it("tells a failure when it begins, not while it lasts, and that it is over", () => {
    assert.include(quiet(failed("credential")), "NEW: REFUSED")
    assert.strictEqual(quiet(failed("credential"), later(failed("credential"), 1000)), "")
    assert.include(quiet(failed("unavailable"), later(failed("credential"), 1000)), "REFUSED")
    assert.match(plain(quiet(failed("credential"), later(nothing, 2 * day))), /OVER: zendesk works again, after 2 d/u)
  })

  it("tells of a vendor out of reach once, after an hour", () => {
    const hours = (count: number) => Array.from({ length: count }, (_, index) => later(failed("unavailable"), index * 3_600_000))
    assert.strictEqual(quiet(...hours(1)), "")
    assert.include(quiet(...hours(2)), "NOT REACHED")
    assert.strictEqual(quiet(...hours(3)), "")
  })

  it("tells refused rows and tasks only when there are more than before", () => {
    const [change] = S.changes
    const refused = change === undefined ? [] : [{ change, reason: "archived" }]
    const result: SyncResult = { ...S.result, held: [], refused, tasks: 7 }
    assert.match(plain(quiet(result)), /1 row refused, the first: .*archived.* 7 changes to be made by hand/u)
    assert.strictEqual(quiet(result, result), "")
    assert.match(plain(quiet(result, { ...result, tasks: 8 })), /WORSE: 8 changes to be made by hand/u)
  })

  it("tells of a source that stays unread while the rest goes on", () => {
    const unread: SyncResult = { ...nothing, status: "partial", withheld: [{ reason: "intercom: no answer (GET /contacts)", changes: 0, unread: "intercom" }] }
    assert.strictEqual(quiet(unread), "")
    assert.match(plain(quiet(unread, later(unread, 3_600_000))), /NEW: NOT READ WHOLE, intercom: no answer/u)
  })

  it("tells that nothing was good for a day where each run finds another one under way", () => {
    const result = failed("locked")
    const judge = (lastGood: number) => noticed(result, [], lastGood)
    assert.deepStrictEqual(judge(result.endedAt - day + 1).reported.news, [])
    assert.include(NewsText.text([judge(result.endedAt - day).reported], S.view), "nothing good for a day")
  })
})
