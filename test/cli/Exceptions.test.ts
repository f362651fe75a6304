/** A line of the exceptions file that reaches no customer, as the commands that only look report it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Bridge from "../kit/Bridge.ts"
import * as Commands from "../kit/Commands.ts"
import * as Crowd from "../kit/Crowd.ts"

describe("an exception that reaches no customer", () => {
  it.scopedLive("is reported by plan, check and status, until it does", () =>
    Effect.gen(function* () {
      const bridge = yield* Crowd.make(4, `${Bridge.usualRules}\n    exceptions: exceptions.csv`)
      const file = join(bridge.dir, "exceptions.csv")
      writeFileSync(file, "email,group,what,until,reason,by\nc1@x.io,Plan vip,always,,,\nnobody@x.io,Plan vip,always,,,\n")
      const shown = (command: string) => Effect.map(Commands.run(bridge, [command]), ({ stdout }) => stdout.replaceAll(/\s+/g, " "))
      const words = "exceptions line 3: no customer at cstar is known by nobody@x.io, so it reaches nobody"
      assert.notInclude(yield* shown("status"), "exceptions line")
      for (const command of ["plan", "check", "status"]) {
        const text = yield* shown(command)
        assert.include(text, words, command)
        assert.notInclude(text, "exceptions line 2", command)
      }
      yield* bridge.sync()
      assert.include(yield* shown("status"), words)
      bridge.cstar.target!.addCustomers([{ email: "nobody@x.io", name: "N" }])
      writeFileSync(file, "email,group,what,until,reason,by\nc1@x.io,Plan vip,always,,,\n")
      assert.notInclude(yield* shown("status"), "exceptions line")
    })
  )
})
