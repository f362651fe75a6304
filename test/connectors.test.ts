/** One suite for every connector of the registry. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Connectors from "../connectors/registry.ts"
import * as Suite from "../library/conformance/Suite.ts"
import * as Registry from "./kit/Registry.ts"

const connectors = await Connectors.load()

describe("the registry", () => {
  it("has a line, a sandbox, a README and options with descriptions for every connector", () => {
    const problems = Registry.problems(Registry.folders(), connectors)
    assert.deepStrictEqual(problems, [], problems.join("\n"))
  })

  it("lists each connector by its own name, sorted", () => {
    const names = [...connectors.values()].map(({ name }) => name)
    assert.deepStrictEqual([[...connectors.keys()], Object.keys(Connectors.registry)], [names, names.toSorted()])
  })

  it("is told what to do where something is missing", () => {
    const bare = { name: "acme", title: "Acme", limits: [], options: Schema.Struct({ token: Schema.Redacted(Schema.NonEmptyString) }) }
    const problems = (names: ReadonlyArray<string>, registered: ReadonlyArray<typeof bare>) =>
      Registry.problems(
        names.map((name) => ({ name, files: [] })),
        new Map(registered.map((connector) => [connector.name, connector]))
      ).join("\n")
    assert.match(problems(["acme"], []), /^connectors\/acme\/ is not in connectors\/registry\.ts, .*: add the line that imports its connector/)
    assert.match(problems([], [bare]), /^connectors\/registry\.ts lists "acme", but there is no folder connectors\/acme\//)
    assert.match(problems(["acme"], [bare]), /has no sandbox\.ts: write one that exports make\(\)/)
    assert.match(problems(["acme"], [bare]), /has no README\.md: write one/)
    assert.match(problems(["acme"], [bare]), /is neither a source nor a target/)
    assert.match(problems(["acme"], [bare]), /option "token" of connector "acme" has no description/)
  })
})

for (const subject of await Registry.subjects(connectors)) Suite.suite(subject)
