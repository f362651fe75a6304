/** A share of `npm run test:crash`: the built command, killed at random moments. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import * as Campaign from "./Campaign.ts"

/** The share ends after so long, on a busy machine with fewer kills. */
const millis = 60_000

describe("the built command, killed at random moments", () => {
  it.live(
    "leaves target and state as if it never happened",
    () =>
      Effect.gen(function* () {
        assert(existsSync(Campaign.program), "the command is not built: run npm run build")
        const { duplicated, kills, lost, openCalls, unwell, wrong } = yield* Campaign.run({ seed: 7, kills: 10, millis, tell: () => {} })
        assert.deepStrictEqual({ duplicated, lost, openCalls, unwell, wrong }, { duplicated: [], lost: [], openCalls: [], unwell: [], wrong: [] })
        assert.isAbove(kills, 0)
      }),
    4 * millis
  )
})
