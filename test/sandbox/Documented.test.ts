/** What is asked of a vendor beyond its pages is noticed. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Documented from "../../src/sandbox/Documented.ts"

const call = Documented.below("/api/v2")
const documented = [
  call("GET", "/users/me"),
  call("GET", "/users/{id}", { per_page: Documented.upTo(100) }),
  call("POST", "/labels", {}, Schema.Struct({ labels: Schema.Array(Schema.String).pipe(Schema.maxItems(2)) }))
]
const asked = (method: string, path: string, query = "", body = "") => ({ method, path, query: new URLSearchParams(query), body, status: 200, at: 0 })

describe("documented calls", () => {
  it("are told from all others by path, parameters, fields and limits", () => {
    assert.deepStrictEqual(
      Documented.problems(documented, [
        asked("GET", "/api/v2/users/me"),
        asked("GET", "/api/v2/users/7", "per_page=100"),
        asked("POST", "/api/v2/labels", "", '{"labels":["a","b"]}')
      ]),
      []
    )
    const strange = [
      asked("GET", "/api/v2/users/7/tags"),
      asked("DELETE", "/api/v2/users/7"),
      asked("GET", "/api/v2/users/me", "expand=true"),
      asked("GET", "/api/v2/users/7", "per_page=101"),
      asked("GET", "/api/v2/users/7", "", "{}"),
      asked("POST", "/api/v2/labels", "", '{"labels":["a","b","c"],"colour":"red"}'),
      asked("POST", "/api/v2/labels", "", "{")
    ]
    const problems = Documented.problems(documented, [...strange, ...strange])
    assert.lengthOf(problems, 8, problems.join("\n"))
    assert.include(problems, "GET /api/v2/users/{id}: no body is documented")
    assert.include(problems.join("\n"), "colour: is unexpected")
  })
})
