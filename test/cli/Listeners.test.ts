/** What a command listens to while it runs is released when it ends, so that many of them fit into one process. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bridge from "../kit/Bridge.ts"
import * as Commands from "../kit/Commands.ts"

const listening = (): ReadonlyArray<string> =>
  [process, process.stdout, process.stderr].flatMap((emitter) => emitter.eventNames().map((name) => `${String(name)} ${emitter.listenerCount(name)}`))

describe("a command that has ended", () => {
  it.scopedLive("listens to nothing of the process any more", () =>
    Effect.gen(function* () {
      const bridge = yield* Bridge.make
      bridge.configure(Bridge.usualRules)
      const before = listening()
      for (const args of [["plan"], ["status"], ["held", "H-404"]]) yield* Commands.run(bridge, args)
      assert.deepStrictEqual(listening(), before)
    })
  )
})
