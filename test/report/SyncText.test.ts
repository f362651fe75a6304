import { assert, describe, it } from "@effect/vitest"
import type { RunFailure, SyncResult } from "../../src/model/Result.ts"
import * as SyncText from "../../src/report/SyncText.ts"
import * as S from "./Samples.ts"

const nothing: SyncResult = { ...S.result, status: "none", held: [], summary: S.emptyPlan.summary, calls: { read: 40, write: 0 } }

const failed = (kind: RunFailure["kind"], message = "zendesk refused the token. Put a new one into .env, line 2."): SyncResult => ({
  ...nothing,
  status: "failed",
  error: { kind, message }
})

describe("SyncText", () => {
  it("tells what was done, what is held and what to type", () => {
    const text = SyncText.text([S.result], S.view)
    assert.match(text, /^14:07 customers r-2291: 9 left, 26 joined, 1 new group; 15 calls \(and 1,210 to read\), 0 refused, 2 min\n/u)
    assert.include(text, 'HELD H-14   311 of 318 would leave "Plan Gold"')
    assert.match(text, /Next: groupbridge held H-14\n$/u)
  })

  it("is one line when there was nothing to do", () => {
    assert.strictEqual(SyncText.text([nothing], S.view), "14:07 customers r-2291: all is as it should be, nothing written; 0 calls (and 40 to read), 2 min\n")
  })

  it("names refused rows with the vendor's words", () => {
    const [change] = S.changes
    const refused = change === undefined ? [] : Array.from({ length: 7 }, () => ({ change, reason: "customer is archived" }))
    const text = SyncText.text([{ ...S.result, status: "partial", held: [], refused }], S.view)
    assert.include(text, 'REFUSED     jan@globex.com -> "Plan Silver": customer is archived')
    assert.include(text, "and 2 more")
    assert.match(text, /Next: groupbridge runs r-2291\n$/u)
  })

  it("tells a failure once: what was written before, what, and what to do", () => {
    assert.include(SyncText.text([failed("credential")], S.view), "REFUSED     nothing written: zendesk refused the token.")
    assert.include(SyncText.text([failed("credential")], S.view), "Next: groupbridge check\n")
    assert.include(
      SyncText.text([{ ...S.result, error: { kind: "vendor", message: "cut off" } }], S.view),
      "STOPPED     after 9 left, 26 joined, 1 new group: cut off"
    )
    assert.include(SyncText.text([failed("unavailable")], S.view), "Next: nothing; the next run goes on by itself\n")
    assert.notInclude(SyncText.text([failed("state", "run  groupbridge state restore F")], S.view), "Next:")
  })

  it("says when it goes on after the allowance was used up", () => {
    assert.include(SyncText.text([{ ...S.result, status: "partial", resumesAt: S.NOW }], S.view), "the rest is done from 15:02 CET on, by the next run")
  })
})
