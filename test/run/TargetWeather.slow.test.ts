/** The whole campaign of which `TargetWeather.test.ts` runs a share: twenty seeds of 1,000 calls. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TargetWeather from "../kit/TargetWeather.ts"

describe("a target where a fifth of all calls goes wrong", () => {
  for (const seed of Array.from({ length: 20 }, (_, index) => index + 1))
    it.scopedLive(`is right after one run of 1,000 calls (seed ${seed})`, () =>
      Effect.map(TargetWeather.inTrouble({ seed, calls: 1_000, tells: seed % 2 === 0 }), (outcome) =>
        assert.deepStrictEqual(outcome, TargetWeather.right(1_000))
      )
    )
})
