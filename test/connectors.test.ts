/** One suite for every connector of the registry. What a connector cannot do it declares, and the tests of it are then off. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { connectors } from "../connectors/registry.ts"
import * as Agents from "./conformance/Agents.ts"
import * as Registry from "./conformance/Registry.ts"
import * as Sources from "./conformance/Sources.ts"
import * as Targets from "./conformance/Targets.ts"
import * as Teams from "./conformance/Teams.ts"

describe("the registry", () => {
  it("has a line, a sandbox, a README and options with descriptions for every connector", () => {
    const problems = Registry.problems(Registry.folders(), connectors)
    assert.deepStrictEqual(problems, [], problems.join("\n"))
  })

  it("is told what to do where something is missing", () => {
    const bare = { name: "acme", title: "Acme", limits: [], options: Schema.Struct({ token: Schema.Redacted(Schema.NonEmptyString) }) }
    const problems = (names: ReadonlyArray<string>, registered: ReadonlyArray<typeof bare>) =>
      Registry.problems(
        names.map((name) => ({ name, files: [] })),
        new Map(registered.map((connector) => [connector.name, connector]))
      ).join("\n")
    assert.match(problems(["acme"], []), /^connectors\/acme\/ is not in connectors\/registry\.ts, .*: import its connector there/)
    assert.match(problems([], [bare]), /^connectors\/registry\.ts lists "acme", but there is no folder connectors\/acme\//)
    assert.match(problems(["acme"], [bare]), /has no sandbox\.ts: write one that exports make\(\)/)
    assert.match(problems(["acme"], [bare]), /has no README\.md: write one/)
    assert.match(problems(["acme"], [bare]), /is neither a source nor a target/)
    assert.match(problems(["acme"], [bare]), /option "token" of connector "acme" has no description/)
  })
})

const subjects = await Registry.subjects(connectors)

describe.each(
  subjects.flatMap((subject) =>
    subject.connector.source === undefined ? [] : [[subject.connector.name, subject, subject.connector.source.declaration] as const]
  )
)("%s as a source", (_name, subject, declaration) => {
  Sources.suite(subject, declaration)
})

describe.each(
  subjects.flatMap((subject) =>
    subject.connector.target === undefined ? [] : [[subject.connector.name, subject, subject.connector.target.declaration] as const]
  )
)("%s as a target", (_name, subject, declaration) => {
  Targets.suite(subject, declaration)
})

describe.each(
  subjects.flatMap((subject) => {
    const declaration = subject.connector.source?.declaration.agents
    return declaration === undefined ? [] : [[subject.connector.name, subject, declaration] as const]
  })
)("%s as a source of staff", (_name, subject, declaration) => {
  Agents.suite(subject, declaration)
})

describe.each(
  subjects.flatMap((subject) => (subject.connector.team === undefined ? [] : [[subject.connector.name, subject, subject.connector.team.declaration] as const]))
)("%s as a team", (_name, subject, declaration) => {
  Teams.suite(subject, declaration)
})
