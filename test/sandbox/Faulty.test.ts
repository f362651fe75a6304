import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import type { SandboxRequest } from "../../src/sandbox/Sandbox.ts"

const request = (method: string, path: string): SandboxRequest => ({ method, path, query: new URLSearchParams(), headers: {}, body: "" })

describe("Faulty", () => {
  it.effect("spends faults in order, each on the first call that fits, and logs what the vendor did", () =>
    Effect.gen(function* () {
      let acted = 0
      const faulty = Faulty.make(() => Effect.sync(() => ({ status: 200 + ++acted, headers: {}, body: "" })))
      faulty.inject(
        [
          { _tag: "Reset", when: "after" },
          { _tag: "Stall", when: "before" }
        ],
        ({ method }) => method === "POST"
      )
      faulty.inject({ _tag: "Answer", response: { status: 503, headers: {}, body: "" } })
      const deliveries = yield* Effect.forEach(["POST /a", "GET /b", "POST /c", "GET /d"], (line) => {
        const [method = "", path = ""] = line.split(" ")
        return Effect.map(faulty.app(request(method, path)), (delivery) => ("_tag" in delivery ? delivery._tag : delivery.status))
      })
      assert.deepStrictEqual(deliveries, ["Reset", 503, "Stall", 202])
      assert.deepStrictEqual(
        faulty.log.map(({ path, status }) => [path, status]),
        [
          ["/a", 201],
          ["/b", 503],
          ["/c", null],
          ["/d", 202]
        ]
      )
      assert.strictEqual(faulty.writes(), 2)
    })
  )
})
