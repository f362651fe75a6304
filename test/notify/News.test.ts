/** The table of what is news. Each case is a story: what was found at which hour, and what was reported then. */
import { assert, describe, it } from "@effect/vitest"
import type { KnownProblem, Problem, ProblemKind } from "../../src/model/Problem.ts"
import * as News from "../../src/notify/News.ts"

const hour = 3_600_000

const problem = (kind: ProblemKind, subject = "", size = 1, connection = ""): Problem => ({ kind, sync: "customers", connection, subject, size })

const down = (sync = "customers"): Problem => ({ kind: "failed", sync, connection: "zendesk", subject: "unavailable", size: 1 })
const refused: Problem = { ...down(), subject: "credential" }

interface Look {
  readonly at: number
  readonly sync?: string
  readonly present: ReadonlyArray<Problem>
  /** Kinds whose absence shows nothing. */
  readonly unknown?: ReadonlyArray<ProblemKind>
  readonly said: ReadonlyArray<string>
}

const unknown: ReadonlyArray<ProblemKind> = ["failed", "unread", "stale", "blocked"]

const cases: Readonly<Record<string, ReadonlyArray<Look>>> = {
  "a held part begins, is reported again after seven days, and ends": [
    { at: 0, present: [problem("held", "H-1", 9)], said: ["began held H-1"] },
    { at: 1, present: [problem("held", "H-1", 9)], said: [] },
    { at: 167, present: [problem("held", "H-1", 9)], said: [] },
    { at: 168, present: [problem("held", "H-1", 9)], said: ["reminder held H-1"] },
    { at: 169, present: [problem("held", "H-1", 9)], said: [] },
    { at: 336, present: [problem("held", "H-1", 9)], said: ["reminder held H-1"] },
    { at: 337, present: [], said: ["ended held H-1"] },
    { at: 338, present: [], said: [] }
  ],
  "another held part is another problem": [
    { at: 0, present: [problem("held", "H-1")], said: ["began held H-1"] },
    { at: 1, present: [problem("held", "H-1"), problem("held", "H-2")], said: ["began held H-2"] },
    { at: 2, present: [problem("held", "H-2")], said: ["ended held H-1"] }
  ],
  "a held part worsens when it has doubled, not with every row": [
    { at: 0, present: [problem("held", "H-1", 300)], said: ["began held H-1"] },
    { at: 1, present: [problem("held", "H-1", 311)], said: [] },
    { at: 2, present: [problem("held", "H-1", 599)], said: [] },
    { at: 3, present: [problem("held", "H-1", 600)], said: ["worsened held H-1"] },
    { at: 4, present: [problem("held", "H-1", 1199)], said: [] }
  ],
  "a part that holds everything, without rows of its own, does not worsen from run to run": [
    { at: 0, present: [problem("held", "H-1", 0)], said: ["began held H-1"] },
    { at: 1, present: [problem("held", "H-1", 0)], said: [] },
    { at: 168, present: [problem("held", "H-1", 0)], said: ["reminder held H-1"] }
  ],
  "each further refused row is one to look at, also after there were fewer": [
    { at: 0, present: [problem("refused", "", 5)], said: ["began refused"] },
    { at: 1, present: [problem("refused", "", 5)], said: [] },
    { at: 2, present: [problem("refused", "", 6)], said: ["worsened refused"] },
    { at: 3, present: [problem("refused", "", 2)], said: [] },
    { at: 4, present: [problem("refused", "", 3)], said: ["worsened refused"] }
  ],
  "an outage is worth a word after an hour, and its end one more": [
    { at: 0, present: [down()], unknown, said: [] },
    { at: 0.5, present: [down()], unknown, said: [] },
    { at: 1, present: [down()], unknown, said: ["began failed unavailable"] },
    { at: 2, present: [down()], unknown, said: [] },
    { at: 170, present: [down()], unknown, said: ["reminder failed unavailable"] },
    { at: 171, present: [], said: ["ended failed unavailable"] }
  ],
  "an outage of less than an hour is not worth a word": [
    { at: 0, present: [down()], unknown, said: [] },
    { at: 0.9, present: [], said: [] }
  ],
  "a refused credential is worth one at once, also in the middle of an outage, which then is no problem any more": [
    { at: 0, present: [down()], unknown, said: [] },
    { at: 1, present: [down()], unknown, said: ["began failed unavailable"] },
    { at: 2, present: [refused], unknown, said: ["began failed credential"] },
    { at: 3, present: [], said: ["ended failed credential"] }
  ],
  "another connection that fails does not hide the first, and neither ends before a run does its work": [
    { at: 0, present: [refused], unknown, said: ["began failed credential"] },
    { at: 1, present: [{ ...refused, connection: "cstar" }], unknown, said: ["began failed credential"] },
    { at: 2, present: [refused], unknown, said: [] },
    { at: 3, present: [], said: ["ended failed credential", "ended failed credential"] }
  ],
  "a connection that fails for two syncs is one problem, which ends when both work": [
    { at: 0, present: [refused], unknown, said: ["began failed credential"] },
    { at: 0, sync: "partners", present: [{ ...refused, sync: "partners" }], unknown, said: [] },
    { at: 168, present: [refused], unknown, said: ["reminder failed credential"] },
    { at: 168, sync: "partners", present: [{ ...refused, sync: "partners" }], unknown, said: [] },
    { at: 169, present: [], said: [] },
    { at: 169, sync: "partners", present: [], said: ["ended failed credential"] }
  ],
  "what a failed run did not come to is not over": [
    { at: 0, present: [problem("held", "H-1"), problem("blocked", "", 2, "cstar")], said: ["began held H-1", "began blocked"] },
    { at: 1, present: [refused], unknown, said: ["began failed credential", "ended held H-1"] },
    { at: 2, present: [problem("blocked", "", 2, "cstar")], said: ["ended failed credential"] }
  ]
}

describe("News", () => {
  for (const [name, looks] of Object.entries(cases))
    it(`${name}`, () => {
      let known: ReadonlyArray<KnownProblem> = []
      for (const { at, present, said, sync = "customers", unknown: unsettled = [] } of looks) {
        const found = { sync, present, settles: (kind: ProblemKind) => !unsettled.includes(kind), startedAt: at * hour, endedAt: at * hour }
        const judged = News.judge(known, found, 168 * hour)
        known = judged.known
        const words = judged.news.map(({ event, problem: { kind, subject } }) => `${event} ${kind} ${subject}`.trim())
        assert.deepStrictEqual([at, words], [at, said])
      }
    })
})
