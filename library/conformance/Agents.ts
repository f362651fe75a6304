/** What every source that declares agents must do when they are read, whatever its vendor. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage } from "../../src/contract/Target.ts"
import type { Agent, AgentsDeclaration } from "../../src/contract/Team.ts"
import type { AgentEdits } from "../../src/sandbox/Sandbox.ts"
import { small } from "./Edits.ts"
import * as Faults from "./Faults.ts"
import { type Connected, conforms, type Subject } from "./Harness.ts"

const edits = ({ sandbox }: Connected): AgentEdits => {
  if (sandbox.agents === undefined)
    throw new Error("the sandbox has no `agents`: give it the AgentEdits of src/sandbox/Sandbox.ts, because the source declares agents")
  return sandbox.agents
}

const pages = ({ source }: Connected): Effect.Effect<ReadonlyArray<ListPage<Agent>>, ConnectorError> => {
  if (source.agents === undefined) throw new Error("the source declares agents and gives none")
  return Effect.map(Stream.runCollect(source.agents), (all) => [...all])
}

const agents = (connected: Connected) => Effect.map(connected.reported(pages(connected)), (all) => all.flatMap(({ items }) => items))
const names = (all: ReadonlyArray<Agent>) => all.map(({ name }) => name).toSorted()
const one = (connected: Connected, id: string) => Effect.map(agents(connected), (all) => all.filter((agent) => agent.id === id))

/** Roles to give: those declared, or two of the account's own. */
const rolesOf = ({ roles }: AgentsDeclaration): ReadonlyArray<string> => roles ?? ["Front desk", "Second line"]

const line = ({ email, name }: { readonly email: string | null; readonly name: string | null }) => `${name} <${email}>`

export const suite = (subject: Subject, declaration: AgentsDeclaration): void => {
  const roles = rolesOf(declaration)
  const roleAt = (index: number) => roles[index % roles.length] ?? ""
  const hire = (connected: Connected, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const agent = { email: `a${index + 1}@acme.example`, name: `Agent ${index + 1}`, roles: [roleAt(index)] }
      return { ...agent, id: edits(connected).add(agent) }
    })

  describe("reads", () => {
    for (const size of [0, 1, declaration.pageSize - 1, declaration.pageSize, declaration.pageSize + 1]) {
      conforms(`${size} agents, each once with their role, to the vendor's end`, {
        subject,
        body: (connected) =>
          Effect.gen(function* () {
            const hired = hire(connected, size)
            const read = yield* connected.reported(pages(connected))
            assert.deepStrictEqual(
              read.map(({ end }) => end),
              read.map((_, place) => place === read.length - 1),
              "the last page, and no other, is the end"
            )
            const found = read.flatMap(({ items }) => items)
            for (const { total } of read) assert.include([null, size], total, "a total that is not the number of agents is none: say null")
            assert.deepStrictEqual(found.map(line).toSorted(), hired.map(line).toSorted())
            const byId = new Map(found.map((agent) => [agent.id, agent]))
            for (const { id, name, roles: given } of hired) {
              const agent = byId.get(id)
              assert.include(agent?.roles ?? [], given[0], `${name}: has this role at the vendor`)
              assert.isTrue(agent?.active, `${name}: is at work`)
              if (declaration.roles !== null) for (const role of agent?.roles ?? []) assert.include(declaration.roles, role, "a role that is not declared")
            }
          })
      })
    }

    conforms("staff, and no customer, whatever else the account holds", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          connected.sandbox.source?.load(small)
          assert.deepStrictEqual(names(yield* agents(connected)), ["Eve"])
          connected.sandbox.source?.makeStaff("1")
          assert.deepStrictEqual(names(yield* agents(connected)), ["Ann", "Eve"])
        })
    })
  })

  describe("sees in the next read", () => {
    conforms("another role", {
      subject,
      off: roles.length > 1 ? null : "the source declares one role alone",
      body: (connected) =>
        Effect.gen(function* () {
          const [ann] = hire(connected, 1)
          edits(connected).changeRoles(ann?.id ?? "", [roleAt(1)])
          const [agent] = yield* one(connected, ann?.id ?? "")
          assert.include(agent?.roles ?? [], roleAt(1))
          if (declaration.roles === null) assert.deepStrictEqual(agent?.roles, [roleAt(1)])
        })
    })
    conforms("another address", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          const [ann] = hire(connected, 1)
          edits(connected).changeEmail(ann?.id ?? "", "ann@new.example")
          assert.deepStrictEqual(
            (yield* one(connected, ann?.id ?? "")).map(({ email }) => email),
            ["ann@new.example"]
          )
        })
    })
    conforms("that somebody may not work there any more: they are inactive, or listed no longer", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          const [ann, ben] = hire(connected, 2)
          edits(connected).deactivate(ann?.id ?? "")
          assert.notInclude(
            (yield* one(connected, ann?.id ?? "")).map(({ active }) => active),
            true
          )
          assert.deepStrictEqual(
            (yield* one(connected, ben?.id ?? "")).map(({ active }) => active),
            [true]
          )
        })
    })
    conforms("nobody who has no address as somebody with one", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          const [ann] = hire(connected, 1)
          edits(connected).changeEmail(ann?.id ?? "", null)
          assert.include([undefined, null], (yield* one(connected, ann?.id ?? ""))[0]?.email)
        })
    })
  })

  describe("when something fails", () => {
    /** Whether it takes several calls is for the source to say; where the credential is refused the first is the last. */
    const prepare = (connected: Connected): Effect.Effect<ReadonlyArray<Faults.Reading>> =>
      Effect.gen(function* () {
        hire(connected, declaration.pageSize + 1)
        const before = connected.faulty.log.length
        const read = yield* connected.ask(pages(connected))
        return [{ name: "agents", list: Either.isRight(read) && connected.faulty.log.length - before > 1, answer: pages(connected) }]
      })
    Faults.suite({ subject, prepare })

    conforms("a 403 is NotAllowed: who may not see the agents does not take them for gone", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          hire(connected, 1)
          connected.faulty.inject(Array.from({ length: 60 }, () => Faults.answer(403, "{}")))
          const result = yield* connected.ask(pages(connected))
          assert(Either.isLeft(result), "a refusal passed for a list without agents")
          assert.strictEqual(result.left.reason, "NotAllowed")
        })
    })
  })
}
