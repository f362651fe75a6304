/** Every test of one connector. What it cannot do it declares, and the tests of it are then off. */
import { assert, describe, it } from "@effect/vitest"
import * as Agents from "./Agents.ts"
import * as Declared from "./Declared.ts"
import type { Subject } from "./Harness.ts"
import * as Renewing from "./Renewing.ts"
import * as Sources from "./Sources.ts"
import * as Targets from "./Targets.ts"
import * as Teams from "./Teams.ts"

interface Part {
  readonly role: string
  readonly declare: () => void
}

const partsOf = (subject: Subject): ReadonlyArray<Part> => {
  const { renewing, source, target, team } = subject.connector
  const agents = source?.declaration.agents
  return [
    ...(source === undefined ? [] : [{ role: "a source", declare: () => Sources.suite(subject, source.declaration) }]),
    ...(target === undefined ? [] : [{ role: "a target", declare: () => Targets.suite(subject, target.declaration) }]),
    ...(agents === undefined ? [] : [{ role: "a source of staff", declare: () => Agents.suite(subject, agents) }]),
    ...(team === undefined ? [] : [{ role: "a team", declare: () => Teams.suite(subject, team.declaration) }]),
    ...(renewing === true ? [{ role: "a holder of tokens that end", declare: () => Renewing.suite(subject) }] : [])
  ]
}

export const suite = (subject: Subject): void => {
  const { name } = subject.connector
  describe(`${name} as a connector`, () => {
    it("says what it is, and describes each option", () => {
      const problems = Declared.problems(subject.connector)
      assert.deepStrictEqual(problems, [], problems.join("\n"))
    })
  })
  for (const { declare, role } of partsOf(subject)) {
    describe(`${name} as ${role}`, () => {
      declare()
    })
  }
}
