/** A target whose labels are packed and listed by customer, through the built command: cut names, what people attached, refusals, lost answers. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Trybe from "../../connectors/trybe/sandbox.ts"
import type { SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import * as Installed from "../kit/Installed.ts"

const syncs = `  customers:
    from: acme
    to: spa
    match: [{ file: map.csv }]
    rules:
      - kind: organization
      - { kind: tag, include: ["vip"], name: "Plan {name}" }
`

const long = "Globex International Holding"

const world = Effect.gen(function* () {
  const acme = yield* Installed.desk
  const spa = yield* Installed.place("trybe", Trybe.make())
  const people = [...Installed.customers(2, 1, "vip"), ...Installed.customers(2, 3)]
  acme.edits.load({
    customers: people,
    organizations: [
      { id: "101", name: `${long} A` },
      { id: "102", name: `${long} B` },
      { id: "103", name: "Initech" }
    ],
    memberships: ["1:101", "2:102", "3:103", "1:103"].map((pair) => {
      const [customer = "", organization = ""] = pair.split(":")
      return { customer, organization }
    })
  })
  const known = spa.edits.addCustomers(people.flatMap(({ email, name }) => (email === null ? [] : [{ email, name }])))
  const id = (number: number) => known[number - 1]?.id ?? ""
  const installed = yield* Installed.make({ sources: { acme }, targets: { spa }, syncs })
  installed.write("map.csv", `email,target\n${[1, 2, 3].map((number) => `c${number}@x.example,${id(number)}\n`).join("")}`)
  return { ...installed, acme, spa, id }
})

const only = (document: Installed.Json): Installed.Json => document.syncs[0]
const isWrite = ({ method }: SandboxRequest) => method !== "GET"

describe("a target by customer", () => {
  it.scopedLive(
    "gets short labels, and is filled customer by customer",
    () =>
      Effect.gen(function* () {
        const { acme, id, json, run, spa } = yield* world
        const plan = only((yield* json(["plan"])).document)
        // Four labels and three customers, each looked at, and the first write read back.
        assert.deepStrictEqual([plan.estimate.calls, plan.estimate.reads, plan.summary.assignments.add], [7, 4, 6], JSON.stringify(plan))
        assert.strictEqual(spa.writes(), 0)
        acme.edits.tag("4", "vip")
        assert.match((yield* run(["plan"])).stdout, /1 in no map file/)
        acme.edits.untag("4", "vip")
        const sync = yield* json(["sync"])
        assert.deepStrictEqual([sync.code, only(sync.document).status, spa.writes()], [0, "done", 7], JSON.stringify(sync.document))
        const held = spa.held()
        const cut = Object.keys(held).filter((name) => name.startsWith("Globex"))
        assert.strictEqual(cut.length, 2)
        for (const name of cut) assert.match(name, /^Globex Internat-[a-z0-9]{4}$/)
        assert.deepStrictEqual(cut.map((name) => held[name]).toSorted(), [[id(1)], [id(2)]].toSorted())
        assert.deepStrictEqual([held["Initech"], held["Plan vip"]], [[id(1), id(3)].toSorted(), [id(1), id(2)].toSorted()])
      }),
    Installed.patience
  )

  it.scopedLive(
    "is filled in several runs where each may make only so many calls, and takes no call more for it",
    () =>
      Effect.gen(function* () {
        const { json, run, spa } = yield* world
        const steps = [
          // Whoever joins most, with the three labels that it takes.
          [["sync", "--max-calls", "4"], 4, 4, "partial"],
          [["sync", "--max-calls", "1"], 4, 5, "partial"],
          [["sync", "--max-calls", "1,000", "--finish-by", "2h"], 0, 7, "done"],
          [["sync", "--max-calls", "1"], 0, 7, "none"]
        ] as const
        for (const [args, code, writes, status] of steps) {
          const done = yield* json(args)
          assert.deepStrictEqual([done.code, spa.writes(), only(done.document).status], [code, writes, status], JSON.stringify(done.document))
          assert.strictEqual(only(done.document).withheld.length, status === "partial" ? 1 : 0)
        }
        for (const wrong of [
          ["--max-calls", "0"],
          ["--max-calls", "many"],
          ["--finish-by", "2020-01-01"]
        ])
          assert.strictEqual((yield* run(["sync", ...wrong])).code, 64)
      }),
    Installed.patience
  )

  it.scopedLive(
    "detaches what we attached, with a body that arrives, and leaves what people attached",
    () =>
      Effect.gen(function* () {
        const { acme, id, json, run, spa } = yield* world
        const byHand = spa.edits.addGroup({ name: "Plan vip", members: [id(1)] })
        const held = yield* json(["sync"])
        assert.deepStrictEqual([held.code, only(held.document).held[0].guard], [3, "adoption"], "a label of the name is there already, and a person decides")
        assert.strictEqual((yield* run(["approve", only(held.document).held[0].id, "--yes"])).code, 0)
        yield* run(["sync"])
        assert.deepStrictEqual(spa.edits.groups().find((group) => group.id === byHand)?.members, [id(1), id(2)].toSorted())

        acme.edits.untag("1", "vip")
        acme.edits.untag("2", "vip")
        acme.edits.leave("1", "103")
        const before = spa.writes()
        const sync = yield* json(["sync"])
        assert.deepStrictEqual([sync.code, only(sync.document).summary.assignments.remove], [0, 2], JSON.stringify(sync.document))
        assert.deepStrictEqual(spa.held()["Plan vip"], [id(1)], "who was in it before us stays")
        assert.deepStrictEqual(spa.held()["Initech"], [id(3)])
        const deletes = spa.log.filter(({ method }) => method === "DELETE")
        assert.strictEqual(spa.writes() - before, deletes.length)
        for (const { body } of deletes) assert.strictEqual(JSON.parse(body).labels.length, 1)
      }),
    Installed.patience
  )

  it.scopedLive(
    "does not call detached what a dropped body left in place",
    () =>
      Effect.gen(function* () {
        const { acme, id, json, spa } = yield* world
        yield* json(["sync"])
        spa.sandbox.behave({ dropsBodies: true })
        acme.edits.untag("1", "vip")
        const sync = yield* json(["sync"])
        assert.deepStrictEqual([sync.code, only(sync.document).summary.assignments.remove, only(sync.document).refused.length], [4, 0, 1])
        assert.match(only(sync.document).refused[0].reason, /reading it back shows no change/)
        assert.include(spa.held()["Plan vip"] ?? [], id(1))
      }),
    Installed.patience
  )

  it.scopedLive(
    "keeps a customer whom it may not write to, or who is gone, to that row; the others go through",
    () =>
      Effect.gen(function* () {
        const { id, json, spa } = yield* world
        spa.sandbox.forbid(id(1))
        spa.edits.deleteCustomer(id(3))
        const sync = yield* json(["sync"])
        const { refused, status } = only(sync.document)
        assert.deepStrictEqual([sync.code, status, refused.length], [4, "partial", 4], JSON.stringify(sync.document))
        assert.sameMembers(
          refused.map((row: Installed.Json) => row.reason),
          [...Array.from({ length: 3 }, () => "This action is unauthorized."), "Not found."]
        )
        assert.deepStrictEqual(spa.held()["Plan vip"], [id(2)])
      }),
    Installed.patience
  )

  it.scopedLive(
    "settles lost answers by looking: no label twice, and what was attached is ours",
    () =>
      Effect.gen(function* () {
        const { acme, id, json, run, spa } = yield* world
        spa.inject({ _tag: "Reset", when: "after" }, (request) => isWrite(request) && request.path === "/customers/labels")
        spa.inject({ _tag: "Reset", when: "after" }, (request) => isWrite(request) && request.path.includes(id(1)))
        spa.inject({ _tag: "Reset", when: "before" }, (request) => isWrite(request) && request.path.includes(id(2)))
        const sync = yield* json(["sync"])
        assert.deepStrictEqual(
          [sync.code, only(sync.document).summary],
          [0, { groups: { create: 4, update: 0, delete: 0 }, assignments: { add: 6, remove: 0 } }]
        )
        assert.strictEqual(spa.edits.groups().length, 4)
        acme.edits.untag("1", "vip")
        acme.edits.untag("2", "vip")
        spa.inject({ _tag: "Reset", when: "after" }, ({ method }) => method === "DELETE")
        const taken = yield* json(["sync", "--approve", "groupRemovalPercent=100"])
        assert.deepStrictEqual([taken.code, only(taken.document).summary.assignments.remove], [0, 2], JSON.stringify(taken.document))
        assert.deepStrictEqual(spa.held()["Plan vip"], [])
        assert.strictEqual((yield* run(["state", "check"])).code, 0)
      }),
    Installed.patience
  )

  it.scopedLive(
    "settles by looking what a killed program had under way",
    () =>
      Effect.gen(function* () {
        const { acme, id, json, run, spa } = yield* world
        spa.inject({ _tag: "Stall", when: "after" }, (request) => isWrite(request) && request.path.includes(id(1)))
        const done = () => spa.log.some(({ method, path }) => method === "POST" && path.includes(id(1)))
        assert.strictEqual((yield* run(["sync"], { killWhen: done })).code, 137)
        const sync = yield* json(["sync"])
        assert.strictEqual(sync.code, 0, JSON.stringify(sync.document))
        assert.deepStrictEqual(spa.held()["Plan vip"], [id(1), id(2)].toSorted())
        assert.strictEqual(spa.edits.groups().length, 4)
        acme.edits.untag("1", "vip")
        const taken = yield* json(["sync"])
        assert.deepStrictEqual([taken.code, only(taken.document).summary.assignments.remove], [0, 1], JSON.stringify(taken.document))
        assert.deepStrictEqual(spa.held()["Plan vip"], [id(2)], "it was ours")
      }),
    Installed.patience
  )

  it.scopedLive(
    "is filled by one migration, its size told before",
    () =>
      Effect.gen(function* () {
        const { json, run, spa } = yield* world
        const migrated = yield* json(["migrate", "customers", "--yes"])
        assert.strictEqual(migrated.code, 0, JSON.stringify(migrated.document))
        assert.strictEqual(spa.writes(), 7)
        for (const args of [["explain", "c1@x.example", "Plan vip"], ["groups", "customers"], ["status"], ["unmatched"]]) {
          const { code, stderr } = yield* run(args)
          assert.strictEqual(code, 0, `${args.join(" ")}: ${stderr}`)
        }
      }),
    Installed.patience
  )

  it.scopedLive(
    "is matched by a field of the source that holds the customer's id there",
    () =>
      Effect.gen(function* () {
        const acme = yield* Installed.desk
        const spa = yield* Installed.place("trybe", Trybe.make())
        const [ann] = spa.edits.addCustomers([{ email: "ann@x.example", name: "Ann" }])
        const people = [
          { id: "1", email: "ann@x.example", name: "Ann", externalId: ann?.id ?? "", tags: ["vip"] },
          { id: "2", email: "ben@x.example", name: "Ben", tags: ["vip"] }
        ]
        acme.edits.load({ customers: people, organizations: [], memberships: [] })
        const fields = syncs.replace("[{ file: map.csv }]", "[{ source: externalId, target: id }]")
        const { json } = yield* Installed.make({ sources: { acme }, targets: { spa }, syncs: fields })
        const sync = yield* json(["sync"])
        assert.deepStrictEqual([sync.code, only(sync.document).summary.assignments.add], [0, 1], JSON.stringify(sync.document))
        assert.deepStrictEqual(spa.held()["Plan vip"], [ann?.id ?? ""])
      }),
    Installed.patience
  )

  it.scopedLive(
    "notices what people took out by hand, where it looks",
    () =>
      Effect.gen(function* () {
        const { id, json, spa } = yield* world
        yield* json(["sync"])
        const label = spa.edits.groups().find(({ name }) => name === "Initech")?.id ?? ""
        spa.edits.removeMember(label, id(3))
        spa.edits.addMember(label, id(2))
        const plan = only((yield* json(["plan", "--refresh", "full"])).document)
        assert.deepStrictEqual(
          plan.byHand.map((row: Installed.Json) => row.what),
          ["put-in", "taken-out"]
        )
        assert.deepStrictEqual([plan.held[0].guard, plan.summary.assignments.add], ["drift", 0])
      }),
    Installed.patience
  )
})
