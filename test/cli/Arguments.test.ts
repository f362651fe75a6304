import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Guards from "../../src/cli/Guards.ts"
import * as Ids from "../../src/cli/Ids.ts"
import * as PlanReport from "../../src/cli/PlanReport.ts"

const common = { logLevel: "warning", color: true } as const

describe("arguments", () => {
  it.effect("lift guards that exist, up to a number", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        [...(yield* Guards.lifted(["removals=400", "removalPercent=7.5"]))],
        [
          ["removals", 400],
          ["removalPercent", 7.5]
        ]
      )
      assert.match((yield* Effect.flip(Guards.lifted(["removal=400"]))).message, /no guard "removal"; did you mean "removals"/)
      for (const wrong of ["removals", "removals=", "removals=-1", "removals=x", "removals=1=2", "first-run=3"]) yield* Effect.flip(Guards.lifted([wrong]))
    })
  )

  it.effect("take ids with and without their letter", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual([yield* Ids.part("H-14"), yield* Ids.part("h-14"), yield* Ids.part(" 14 "), yield* Ids.run("r-12")], [14, 14, 14, 12])
      for (const wrong of ["r-14", "H-", "H-0", "14x", "", "H--1"]) yield* Effect.flip(Ids.part(wrong))
    })
  )

  it.effect("show a plan in one form and write it into a file in another", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* PlanReport.forms(common), { shown: "text", report: null, all: false })
      assert.deepStrictEqual(yield* PlanReport.forms({ ...common, format: "csv", all: true }), { shown: "csv", report: null, all: true })
      assert.deepStrictEqual(yield* PlanReport.forms({ ...common, json: true, report: "x/plan.MD" }), {
        shown: "json",
        report: { file: "x/plan.MD", format: "markdown" },
        all: false
      })
      assert.deepStrictEqual((yield* PlanReport.forms({ ...common, format: "html", report: "plan" })).report, { file: "plan", format: "html" })
      assert.match((yield* Effect.flip(PlanReport.forms({ ...common, report: "plan.pdf" }))).message, /ending tells no format/)
      yield* Effect.flip(PlanReport.forms({ ...common, json: true, format: "csv" }))
    })
  )
})
