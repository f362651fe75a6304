/** What is peculiar about cStar's team members and invitations, over its sandbox. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage } from "../../src/contract/Target.ts"
import type { TeamInvite, TeamTarget } from "../../src/contract/Team.ts"
import * as CstarTeam from "./CstarTeam.ts"
import type { CstarSandbox } from "./sandbox.ts"
import { answered, baseUrl, collected, connected, reasonOf } from "./TestConnection.ts"

const invitesOf = (team: TeamTarget) => Effect.map(collected(team.invites), (pages) => ({ emails: emails(pages), whole: pages.at(-1)?.end }))
const emails = (pages: ReadonlyArray<ListPage<TeamInvite>>) => pages.flatMap(({ items }) => items.map(({ email }) => email))
const inviting = (sandbox: CstarSandbox, count: number) => {
  const addresses = Array.from({ length: count }, (_, n) => `p${n}@acme.example`)
  for (const address of addresses) sandbox.team.invite(address, "agent")
  return addresses
}

describe("cStar's members", () => {
  it.scoped("are read 100 a page from an envelope of their own, in roles that we leave as they are named", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, team } = yield* connected()
      for (let n = 0; n < 101; n++) sandbox.team.addMember({ email: `p${n}@acme.example`, name: `P ${n}`, role: n === 0 ? "owner" : "agent" })
      const pages = yield* collected(team.members)
      assert.deepStrictEqual(
        pages.map(({ end, items, total }) => [items.length, total, end]),
        [
          [100, 101, false],
          [1, 101, true]
        ]
      )
      assert.deepStrictEqual(
        faulty.log.map(({ query }) => query.toString()),
        ["page=1&pageSize=100", "page=2&pageSize=100"]
      )
      const id = sandbox.team.addMember({ email: "x@acme.example", name: "X", role: "robot" })
      assert.deepStrictEqual(
        (yield* collected(team.members)).flatMap(({ items }) => items).find((member) => member.id === id),
        { id, email: "x@acme.example", name: "X", role: "robot" }
      )
    })
  )

  it.scoped("without a role are an answer that cannot be read, not somebody who may do nothing", () =>
    Effect.gen(function* () {
      const { faulty, team } = yield* connected()
      faulty.inject(answered(200, { success: true, data: [{ id: "mem_1", email: "a@x.io" }], meta: { pagination: { page: 1, totalPages: 1 } } }))
      assert.strictEqual(yield* reasonOf(collected(team.members)), "Malformed")
    })
  )

  it.scoped("change their role by one call that sends nothing else, and leave by one", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, team } = yield* connected()
      const id = sandbox.team.addMember({ email: "a@acme.example", name: "A", role: "agent" })
      yield* team.changeRole(id, "admin")
      assert.deepStrictEqual(
        sandbox.team.members().map(({ role }) => role),
        ["admin"]
      )
      yield* team.remove(id)
      assert.deepStrictEqual(sandbox.team.members(), [])
      yield* team.remove(id)
      assert.deepStrictEqual(
        faulty.log.map(({ body, method, path, status }) => [method, path.split("/").slice(5).join("/"), body, status]),
        [
          ["PATCH", `members/${id}`, `{"role":"admin"}`, 200],
          ["DELETE", `members/${id}`, "", 200],
          ["DELETE", `members/${id}`, "", 404]
        ]
      )
      assert.strictEqual(yield* reasonOf(team.changeRole(id, "agent")), "NotFound")
    })
  )

  it.scoped("who own the team can be neither changed, removed, made nor invited, and the vendor's words are kept", () =>
    Effect.gen(function* () {
      const { sandbox, team } = yield* connected()
      const owner = sandbox.team.addMember({ email: "o@acme.example", name: "O", role: "owner" })
      const agent = sandbox.team.addMember({ email: "a@acme.example", name: "A", role: "agent" })
      for (const call of [team.changeRole(owner, "admin"), team.remove(owner), team.changeRole(agent, "owner"), team.invite("n@acme.example", "owner")]) {
        const { detail, effect, reason } = yield* Effect.flip(call)
        assert.deepStrictEqual([reason, effect, detail], ["NotAllowed", "none", "The team owner cannot be changed."])
      }
      assert.deepStrictEqual(
        sandbox.team.members().map(({ role }) => role),
        ["owner", "agent"]
      )
    })
  )

  it("have the documented roles, the owner's above all", () => {
    const { admin, owner, roles } = CstarTeam.declaration
    assert.deepStrictEqual([roles.at(-1), owner, roles.includes(admin)], ["owner", "owner", true])
  })
})

describe("cStar's answers that say nothing", () => {
  it.scoped("to a change of a member count as done only if it shows", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, team } = yield* connected()
      const id = sandbox.team.addMember({ email: "a@acme.example", name: "A", role: "agent" })
      for (const call of [team.remove(id), team.changeRole(id, "admin")]) {
        for (const body of [{}, ""]) {
          faulty.inject(answered(200, body))
          assert.strictEqual((yield* Effect.flip(call)).effect, "unknown")
        }
      }
    })
  )
})

describe("cStar's invitations", () => {
  it.scoped("are sent with an address and a role, and nothing else", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, team } = yield* connected()
      yield* team.invite("ann@acme.example", "agent")
      assert.deepStrictEqual(sandbox.team.invites(), [{ email: "ann@acme.example", role: "agent", status: "pending" }])
      assert.deepStrictEqual(
        faulty.log.map(({ body, method, path }) => [method, path, body]),
        [["POST", "/api/v1/teams/team_1/invites", `{"email":"ann@acme.example","role":"agent"}`]]
      )
      const { detail, effect, reason } = yield* Effect.flip(team.invite("no address", "agent"))
      assert.deepStrictEqual([reason, effect, detail], ["Invalid", "none", "Email is not valid. (email)"])
    })
  )

  it.scoped("are not sent again when the answer is lost: each would be a mail", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, team } = yield* connected()
      const id = sandbox.team.addMember({ email: "a@acme.example", name: "A", role: "agent" })
      for (const call of [team.invite("ann@acme.example", "agent"), team.changeRole(id, "manager"), team.remove(id)]) {
        faulty.inject({ _tag: "Reset", when: "after" })
        const { effect, reason } = yield* Effect.flip(call)
        assert.deepStrictEqual([reason, effect], ["Unavailable", "unknown"])
      }
      assert.deepStrictEqual([faulty.writes(), sandbox.team.invites().length, sandbox.team.members()], [3, 1, []])
      faulty.inject(answered(200, { success: false }))
      assert.strictEqual((yield* Effect.flip(team.invite("ann@acme.example", "agent"))).effect, "unknown")
    })
  )

  it.scoped.each(["meta", "pagination", "unpaged", "bare"] as const)("are all found in a list of the form %s", (form) =>
    Effect.gen(function* () {
      const { faulty, sandbox, team } = yield* connected()
      sandbox.behave({ invites: form })
      assert.deepStrictEqual(yield* invitesOf(team), { emails: [], whole: true })
      assert.deepStrictEqual(
        faulty.log.map(({ query }) => query.toString()),
        [""]
      )
      const addresses = inviting(sandbox, 47)
      const pages = form === "meta" || form === "pagination"
      // A list that tells of more than it shows is not whole: no page of it is documented.
      assert.deepStrictEqual(yield* invitesOf(team), { emails: pages ? addresses.slice(0, 20) : addresses, whole: !pages })
      assert.deepStrictEqual(
        faulty.log.slice(1).map(({ query }) => query.toString()),
        [""]
      )
    })
  )

  it.scoped("that are settled do not wait any more; a word that we do not know does not say so", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, team } = yield* connected()
      inviting(sandbox, 4)
      sandbox.team.settleInvite("p0@acme.example", "accepted")
      sandbox.team.settleInvite("p1@acme.example", "expired")
      sandbox.team.settleInvite("p2@acme.example", "revoked")
      assert.deepStrictEqual(yield* invitesOf(team), { emails: ["p3@acme.example"], whole: true })
      assert.deepStrictEqual(
        sandbox.team.members().map(({ email }) => email),
        ["p0@acme.example"]
      )
      const words = [{ status: "Declined" }, { state: "cancelled" }, { status: "sent" }, { status: 1 }, { state: null }, {}]
      const data = words.map((word, n) => Object.assign(word, { email: `w${n}@x.io` }))
      faulty.inject(answered(200, { data, pagination: { hasMore: false } }))
      assert.deepStrictEqual((yield* invitesOf(team)).emails, ["w2@x.io", "w3@x.io", "w4@x.io", "w5@x.io"])
    })
  )

  it.scoped("whose list contradicts itself are not all known", () =>
    Effect.gen(function* () {
      const { faulty, team } = yield* connected()
      const data = [{ email: "a@x.io" }]
      faulty.inject(answered(200, { data, pagination: { total: 2, hasMore: false } }))
      assert.deepStrictEqual(yield* invitesOf(team), { emails: ["a@x.io"], whole: false })
      const page = answered(200, { data, pagination: { page: 1, hasMore: true } })
      faulty.inject([page, page])
      assert.strictEqual((yield* invitesOf(team)).whole, false)
    })
  )

  it.scoped("are not taken for none where somebody else may have answered, or a row has no address", () =>
    Effect.gen(function* () {
      const { faulty, team } = yield* connected()
      for (const body of [[], [{ role: "agent" }], { data: [{ id: "inv_1" }] }, { invites: [] }]) {
        faulty.inject(answered(200, body))
        assert.strictEqual(yield* reasonOf(collected(team.invites)), "Malformed", JSON.stringify(body))
      }
      faulty.inject(answered(404, "<html>not here</html>"))
      assert.strictEqual(yield* reasonOf(collected(team.invites)), "Malformed")
    })
  )
})

describe("a key on a team", () => {
  it.scoped("is told by the members, and that it may not see invitations", () =>
    Effect.gen(function* () {
      const { faulty, sandbox, target, team } = yield* connected()
      const { allowance: _, ...identity } = yield* target.identify
      const { allowance, ...reported } = yield* team.identify
      assert.deepStrictEqual([reported, allowance?.limit], [identity, 1_000])
      sandbox.behave({ invites: "refused" })
      const { missing } = yield* team.identify
      assert.deepStrictEqual(missing, [
        `invite: cStar does not show the team's invitations ("This key may not manage invitations."); use a secret key of an admin, or nobody is invited`
      ])
      faulty.inject(answered(401, {}), ({ path }) => path.endsWith("/invites"))
      assert.strictEqual(yield* reasonOf(team.identify), "Unauthorized")
    })
  )

  it.scoped("that only reads invites nobody and changes nobody, not even by a call", () =>
    Effect.gen(function* () {
      const { faulty, team } = yield* connected((sandbox) => sandbox.readOnlyOptions(baseUrl))
      const writes: ReadonlyArray<Effect.Effect<void, ConnectorError>> = [
        team.invite("a@x.io", "agent"),
        team.changeRole("mem_1", "agent"),
        team.remove("mem_1")
      ]
      for (const write of writes) assert.strictEqual(yield* reasonOf(write), "NotAllowed")
      assert.deepStrictEqual(faulty.log, [])
      const status = yield* Effect.map(team.identify, ({ missing }) => missing.length)
      assert.strictEqual(status, 1)
    })
  )
})
