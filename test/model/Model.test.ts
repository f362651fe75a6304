/** A share of `npm run test:model`: random histories of people, vendors and runs, judged by a model. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Campaign from "./Campaign.ts"
import * as Share from "./Share.ts"

/** On a busy machine fewer histories are played. */
const millis = 120_000

describe("random histories", () => {
  it.live(
    "end as the model says, and nobody is wrongly removed on the way",
    () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const { failed, histories } = yield* Campaign.run({
          histories: Object.entries(Share.histories),
          millis,
          failures: 1,
          explain: true,
          tell: (line) => lines.push(line)
        })
        assert.deepStrictEqual(failed, [], lines.join("\n"))
        assert.isAbove(histories, 0)
      }),
    3 * millis
  )
})
