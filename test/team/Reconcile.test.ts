/** Whom several sources want in a team, compared with who is there: pure. */
import { assert, describe, it } from "@effect/vitest"
import type { Agent, TeamMember } from "../../src/contract/Team.ts"
import type { Question } from "../../src/team/Question.ts"
import * as Reconcile from "../../src/team/Reconcile.ts"
import type { Known } from "../../src/team/Staff.ts"

const agent = (id: string, email: string | null, roles: ReadonlyArray<string>, active = true): Agent => ({ id, email, name: id, roles, active })

const known = (address: string, connection: string, id: string): Known => ({
  address,
  email: address,
  name: null,
  origin: "applied",
  place: "member",
  member: `m-${address}`,
  noted: { role: "agent", roles: '["agent"]' },
  source: { connection, id }
})

const member = (address: string, role = "agent"): TeamMember => ({ id: `m-${address}`, email: address, name: null, role })

const question = (change: Partial<Question>): Question => ({
  sync: {
    from: ["desk", "chat"],
    to: "crew",
    roles: [
      { source: "lead", target: "admin" },
      { source: "agent", target: "agent" }
    ],
    remove: "ours"
  },
  declaration: { roles: ["agent", "admin", "owner"], owner: "owner", admin: "admin", pageSize: 10 },
  reads: [
    { connection: "desk", agents: [], doubt: null },
    { connection: "chat", agents: [], doubt: null }
  ],
  seen: { members: [], invites: [], unseen: null },
  known: new Map(),
  ...change
})

const reported = ({ proposals }: Reconcile.Compared) => proposals.map(({ address, op, role }) => [op, address, role])

describe("a comparison", () => {
  it("leaves alone whose address the team spells with other letters in another case, unless it was settled before", () => {
    const asked = question({
      reads: [{ connection: "desk", agents: [agent("1", "\u00c1nna@x.io", ["lead"])], doubt: null }],
      sync: { ...question({}).sync, from: ["desk"] },
      seen: { members: [member("\u00e1nna@x.io")], invites: [], unseen: null }
    })
    const compared = Reconcile.compare(asked)
    assert.deepStrictEqual(reported(compared), [])
    assert.match(compared.warnings.join(), /left alone, because the address in crew differs in the case of letters other than A to Z.*: \u00c1nna@x\.io/)
    assert.deepStrictEqual(reported(Reconcile.compare({ ...asked, known: new Map([["\u00e1nna@x.io", known("\u00e1nna@x.io", "desk", "1")]]) })), [
      ["member.role", "\u00e1nna@x.io", "admin"]
    ])
  })

  it("unites agents by address, whatever its case, and leaves alone where sources want different roles", () => {
    const compared = Reconcile.compare(
      question({
        reads: [
          {
            connection: "desk",
            agents: [agent("1", "Ann@X.io", ["agent"]), agent("2", "bob@x.io", ["AGENT", "Lead"]), agent("3", null, ["agent"])],
            doubt: null
          },
          {
            connection: "chat",
            agents: [agent("7", " ann@x.io", ["Agent"]), agent("8", "bob@x.io", ["agent"]), agent("9", "cy@x.io", ["agent"], false)],
            doubt: null
          }
        ]
      })
    )
    assert.deepStrictEqual(reported(compared), [["member.invite", "ann@x.io", "agent"]])
    assert.deepStrictEqual(compared.warnings, [
      "left alone, because several agents have the address and not the same role: bob@x.io",
      "left alone, because no e-mail address is known: 3"
    ])
  })

  it("concludes nothing while one of several sources is not whole", () => {
    const people = { members: [member("ann@x.io")], invites: [], unseen: null }
    const desk = { connection: "desk", agents: [agent("2", "bob@x.io", ["agent"])], doubt: null }
    const ann = new Map([["ann@x.io", known("ann@x.io", "desk", "1")]])
    for (const reads of [[desk], [desk, { connection: "chat", agents: [], doubt: "cut" }]]) {
      const compared = Reconcile.compare(question({ reads, seen: people, known: ann }))
      assert.deepStrictEqual([reported(compared), compared.withheld.map(({ changes }) => changes)], [[], [1]])
    }
    const whole = Reconcile.compare(
      question({ reads: [desk, { connection: "chat", agents: [agent("7", "zoe@x.io", ["x"])], doubt: null }], seen: people, known: ann })
    )
    assert.deepStrictEqual(reported(whole), [
      ["member.invite", "bob@x.io", "agent"],
      ["member.remove", "ann@x.io", "agent"]
    ])
  })

  it("removes nobody who works at another source, whose source is not read any more, or who is the owner", () => {
    const compared = Reconcile.compare(
      question({
        reads: [
          { connection: "desk", agents: [agent("5", "eva@x.io", ["agent"])], doubt: null },
          { connection: "chat", agents: [agent("7", "ann@x.io", ["trainee"])], doubt: null }
        ],
        seen: { members: [member("ann@x.io"), member("bob@x.io"), member("olga@x.io", "owner"), member("eva@x.io")], invites: [], unseen: null },
        known: new Map([
          ["ann@x.io", known("ann@x.io", "desk", "1")],
          ["bob@x.io", known("bob@x.io", "mail", "2")],
          ["olga@x.io", known("olga@x.io", "desk", "3")],
          ["eva@x.io", known("eva@x.io", "desk", "5")]
        ])
      })
    )
    assert.deepStrictEqual(reported(compared), [])
  })
})
