/** What every team that can be written to must do, whatever its vendor. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage } from "../../src/contract/Target.ts"
import type { TeamDeclaration } from "../../src/contract/Team.ts"
import type { TeamEdits } from "../../src/sandbox/Sandbox.ts"
import * as Faults from "./Faults.ts"
import { type Connected, conforms, type Subject } from "./Harness.ts"
import * as Writes from "./Writes.ts"

const edits = ({ sandbox }: Connected): TeamEdits => {
  if (sandbox.team === undefined)
    throw new Error("the sandbox has no `team`: give it the TeamEdits of src/sandbox/Sandbox.ts, because the connector has a team")
  return sandbox.team
}

const collect = <A>(stream: Stream.Stream<ListPage<A>, ConnectorError>) => Effect.map(Stream.runCollect(stream), (all): ReadonlyArray<ListPage<A>> => [...all])

/** The rows of a list that was read to the vendor's end. */
const whole = <A>({ reported }: Connected, stream: Stream.Stream<ListPage<A>, ConnectorError>) =>
  Effect.map(reported(collect(stream)), (pages) => {
    assert.deepStrictEqual(
      pages.map(({ end }) => end),
      pages.map((_, place) => place === pages.length - 1),
      "the last page, and no other, is the end"
    )
    return pages.flatMap(({ items }) => items)
  })

const line = ({ email, id, name, role }: { readonly id: string; readonly email: string | null; readonly name: string | null; readonly role: string }) =>
  `${id} ${name} <${email}> ${role}`

export const suite = (subject: Subject, { admin, owner, pageSize, roles }: TeamDeclaration): void => {
  const [least = "", more = ""] = roles.filter((role) => role !== owner)
  const addresses = (count: number) => Array.from({ length: count }, (_, index) => `a${index + 1}@acme.example`)
  const join = (connected: Connected, count: number) =>
    addresses(count).map((email, index) => edits(connected).addMember({ email, name: `Member ${index + 1}`, role: roles[index % roles.length] ?? "" }))
  const member = (connected: Connected, role = least) => edits(connected).addMember({ email: "ann@acme.example", name: "Ann", role })

  describe("lists", () => {
    for (const size of [0, 1, pageSize - 1, pageSize, pageSize + 1]) {
      conforms(`${size} members in all roles, each once, to the vendor's end`, {
        subject,
        body: (connected) =>
          Effect.gen(function* () {
            join(connected, size)
            const found = yield* whole(connected, connected.team.members)
            assert.deepStrictEqual(found.map(line).toSorted(), edits(connected).members().map(line).toSorted())
          })
      })
      conforms(`${size} invitations that wait, each once, to the vendor's end`, {
        subject,
        body: (connected) =>
          Effect.gen(function* () {
            for (const email of addresses(size)) edits(connected).invite(email, least)
            const found = yield* whole(connected, connected.team.invites)
            assert.deepStrictEqual(found.map(({ email }) => email).toSorted(), addresses(size).toSorted())
            for (const { role } of found) assert.include([null, least], role)
          })
      })
    }
    conforms("no invitation that was accepted, has expired or was taken back", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          const [waiting = "", ...settled] = addresses(4)
          for (const email of [...settled, waiting]) edits(connected).invite(email, least)
          for (const [index, status] of (["accepted", "expired", "revoked"] as const).entries()) edits(connected).settleInvite(settled[index] ?? "", status)
          assert.deepStrictEqual(
            (yield* whole(connected, connected.team.invites)).map(({ email }) => email),
            [waiting]
          )
          assert.deepStrictEqual(
            (yield* whole(connected, connected.team.members)).map(({ email }) => email),
            settled.slice(0, 1)
          )
        })
    })
    conforms("the declared roles as its vendor knows them, the owner's and the administrator's among them", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          assert.strictEqual(new Set(roles).size, roles.length)
          for (const role of [owner, admin]) assert.include(roles, role)
          const id = member(connected)
          for (const role of roles.filter((other) => other !== owner)) {
            yield* connected.reported(connected.team.changeRole(id, role))
            assert.deepStrictEqual(
              edits(connected)
                .members()
                .map((one) => one.role),
              [role]
            )
          }
        })
    })
  })

  describe("writes", () => {
    conforms("an invitation by one call, a mail to that address alone", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          yield* connected.reported(connected.team.invite("ann@acme.example", more))
          assert.deepStrictEqual(edits(connected).invites(), [{ email: "ann@acme.example", role: more, status: "pending" }])
          assert.strictEqual(connected.faulty.writes(), 1)
        })
    })
    conforms("a role by one call, and nobody else's", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          edits(connected).addMember({ email: "ben@acme.example", name: "Ben", role: least })
          const id = member(connected)
          yield* connected.reported(connected.team.changeRole(id, more))
          assert.deepStrictEqual(
            edits(connected)
              .members()
              .map(({ name, role }) => `${name} ${role}`)
              .toSorted(),
            [`Ann ${more}`, `Ben ${least}`]
          )
          assert.strictEqual(connected.faulty.writes(), 1)
        })
    })
    conforms("a removal by one call; removing who is gone already is fine, and nobody else goes", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          edits(connected).addMember({ email: "ben@acme.example", name: "Ben", role: least })
          const id = member(connected)
          yield* connected.reported(connected.team.remove(id))
          assert.strictEqual(connected.faulty.writes(), 1)
          yield* connected.reported(connected.team.remove(id))
          assert.deepStrictEqual(
            edits(connected)
              .members()
              .map(({ name }) => name),
            ["Ben"]
          )
        })
    })
    conforms("nothing about an owner, whom its vendor keeps", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          const id = member(connected, owner)
          for (const write of [connected.team.changeRole(id, admin), connected.team.remove(id)]) {
            const result = yield* connected.ask(write)
            assert(Either.isLeft(result), "the owner was changed: the sandbox should refuse it as its vendor does")
            assert.deepStrictEqual([result.left.retryable, result.left.effect], [false, "none"])
          }
          assert.deepStrictEqual(
            edits(connected)
              .members()
              .map(({ role }) => role),
            [owner]
          )
        })
    })
    conforms("the role of somebody who is gone as a refusal of that row", {
      subject,
      body: (connected) =>
        Effect.gen(function* () {
          const id = member(connected)
          edits(connected).removeMember(id)
          const result = yield* connected.ask(connected.team.changeRole(id, more))
          assert(Either.isLeft(result))
          assert.strictEqual(result.left.reason, "NotFound")
        })
    })
    for (const { fault, what } of Writes.lostAnswers) {
      conforms(`nothing twice when ${what}: whether it was done is unknown`, {
        subject,
        body: (connected) =>
          Effect.gen(function* () {
            const { faulty, team } = connected
            const id = member(connected)
            for (const write of [team.invite("ben@acme.example", least), team.changeRole(id, more), team.remove(id)]) {
              faulty.inject(fault, connected.faulty.isWrite)
              const before = faulty.writes()
              const result = yield* connected.ask(write)
              assert(Either.isLeft(result))
              assert.strictEqual(result.left.effect, "unknown")
              assert.strictEqual(faulty.writes() - before, 1, "it was repeated, and each invitation is a mail")
            }
            assert.deepStrictEqual([edits(connected).invites().length, edits(connected).members()], [1, []])
          })
      })
    }
  })

  describe("when an invitation is refused", () => {
    Writes.failures(
      subject,
      null,
      () =>
        ({ team }) =>
          team.invite("ann@acme.example", least)
    )
    Writes.credentials(subject, (connected) => ({
      write: () => connected.team.invite("ann@acme.example", least),
      untouched: () => edits(connected).invites().length === 0
    }))
  })

  describe("when something fails in reading", () => {
    const prepare = (connected: Connected): Effect.Effect<ReadonlyArray<Faults.Reading>> =>
      Effect.sync(() => {
        const { team } = connected
        join(connected, pageSize + 1)
        for (const email of addresses(pageSize + 1)) edits(connected).invite(email, least)
        return [
          { name: "identify", list: false, answer: Effect.map(team.identify, Faults.lasting) },
          { name: "the list of members", list: true, answer: collect(team.members) },
          { name: "the list of invitations", list: false, answer: collect(team.invites) }
        ]
      })
    Faults.suite({ subject, prepare })
  })
}
