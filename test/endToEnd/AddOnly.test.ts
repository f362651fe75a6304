/** A target that only adds and shows nothing, through the built command: slugs in the plan, removals as tasks, lost answers, a bad key. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Bizkithub from "../../connectors/bizkithub/sandbox.ts"
import * as Installed from "../kit/Installed.ts"

const email = (number: number) => `c${number}@x.example`

const syncs = `  customers:
    from: acme
    to: shop
    rules:
      - kind: organization
      - { kind: tag, include: ["vip"], name: "Plan {name}" }
`

const world = Effect.gen(function* () {
  const acme = yield* Installed.desk
  const shop = yield* Installed.place("bizkithub", Bizkithub.make())
  const people = [...Installed.customers(2, 1, "vip"), ...Installed.customers(2, 3)]
  acme.edits.load({
    customers: people,
    organizations: [
      { id: "101", name: "Joolz Aer+" },
      { id: "102", name: "Joolz Aer plus" },
      { id: "103", name: `Long ${"name ".repeat(20)}` }
    ],
    memberships: [
      { customer: "1", organization: "101" },
      { customer: "2", organization: "102" },
      { customer: "3", organization: "103" }
    ]
  })
  shop.edits.addCustomers(people.flatMap(({ email, name }) => (email === null ? [] : [{ email, name }])))
  const installed = yield* Installed.make({ sources: { acme }, targets: { shop }, syncs })
  return { ...installed, acme, shop }
})

const only = (document: Installed.Json): Installed.Json => document.syncs[0]

describe("a target that only adds", () => {
  it.scopedLive(
    "shows its slugs in the plan, and is filled by one call a customer",
    () =>
      Effect.gen(function* () {
        const { json, run, shop } = yield* world
        const planned = only((yield* json(["plan"])).document)
        const slugs: ReadonlyArray<string> = planned.changes.flatMap((change: Installed.Json) => (change.op === "group.create" ? [change.values.slug] : []))
        assert.strictEqual(new Set(slugs).size, 4)
        for (const slug of slugs) assert.match(slug, /^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/)
        assert.deepStrictEqual(
          slugs.filter((slug) => /^joolz-aer-plus-.{4}$/.test(slug)).length,
          2,
          "of two names that make one slug none takes it from the other"
        )
        assert.deepStrictEqual([planned.estimate.calls, planned.summary.groups.create, planned.summary.assignments.add], [3, 4, 5])
        const text = yield* run(["plan"])
        for (const slug of slugs) assert.include(text.stdout, slug)
        assert.strictEqual(shop.log.length, 0)

        const sync = yield* json(["sync"])
        assert.deepStrictEqual([sync.code, only(sync.document).status, only(sync.document).calls.write], [0, "done", 3], JSON.stringify(sync.document))
        assert.deepStrictEqual(only(sync.document).summary, { groups: { create: 4, update: 0, delete: 0 }, assignments: { add: 5, remove: 0 } })
        assert.deepStrictEqual(Object.keys(shop.held()), slugs.toSorted())
        assert.deepStrictEqual(shop.held()["plan-vip"], [email(1), email(2)])
        assert.match((yield* run(["check"])).stdout, /not testable without a write; last accepted/)
      }),
    Installed.patience
  )

  it.scopedLive(
    "makes a removal a task for a person, and sends a wish that comes back again",
    () =>
      Effect.gen(function* () {
        const { acme, json, run, shop } = yield* world
        yield* run(["sync"])
        acme.edits.untag("1", "vip")
        acme.edits.untag("2", "vip")
        const plan = yield* json(["plan", "--exit-code"])
        assert.deepStrictEqual([plan.code, only(plan.document).summary.assignments.remove, only(plan.document).summary.tasks], [2, 0, 2])
        assert.deepStrictEqual(
          only(plan.document).changes.map((change: Installed.Json) => [change.op, change.customer.email, change.task]),
          [
            ["assignment.remove", email(1), "T-1"],
            ["assignment.remove", email(2), "T-2"]
          ]
        )
        assert.match((yield* run(["plan"])).stdout, /TO DO +2 changes to be made by hand/)
        assert.deepStrictEqual((yield* json(["done"])).document, { tasks: [] }, "a plan opens nothing")

        const sync = yield* json(["sync"])
        assert.deepStrictEqual([sync.code, only(sync.document).tasks, only(sync.document).summary.assignments.remove, shop.writes()], [0, 2, 0, 3])
        assert.deepStrictEqual(shop.held()["plan-vip"], [email(1), email(2)])
        assert.match((yield* run(["status"])).stdout, /to do by hand: 2 changes +groupbridge done --csv/)
        const csv = yield* run(["done", "--csv"])
        assert.match(csv.stdout, /^id,connection,do,customer,.*\r\nT-1,shop,take out,c1@x\.example,Customer 1,c1@x\.example,Plan vip,plan-vip,tag removed,/)

        // By hand, and said so; the other one is not done when the source wants it back.
        shop.edits.removeMember("plan-vip", email(1))
        assert.strictEqual((yield* run(["done", "T-9"])).code, 64)
        assert.strictEqual((yield* run(["done", "T-1", "--reason", "ticket 7"])).code, 0)
        assert.strictEqual((yield* run(["done", "1"])).code, 64, "it is done already")
        assert.deepStrictEqual(
          (yield* json(["done"])).document.tasks.map((task: Installed.Json) => [task.id, task.customer.email, task.group.id]),
          [["T-2", email(2), "plan-vip"]]
        )
        acme.edits.tag("1", "vip")
        acme.edits.tag("2", "vip")
        const back = yield* json(["sync"])
        assert.deepStrictEqual([back.code, only(back.document).summary.assignments.add, only(back.document).tasks], [0, 2, 0], JSON.stringify(back.document))
        assert.strictEqual(shop.writes(), 5)
        assert.deepStrictEqual(shop.held()["plan-vip"], [email(1), email(2)])
        assert.deepStrictEqual((yield* json(["done"])).document, { tasks: [] })
      }),
    Installed.patience
  )

  it.scopedLive(
    "is asked again after a lost answer, and what is not wanted any more by then is a task",
    () =>
      Effect.gen(function* () {
        const { acme, json, shop } = yield* world
        shop.inject({ _tag: "Reset", when: "after" }, ({ body }) => body.includes(email(1)))
        const sync = yield* json(["sync"])
        assert.deepStrictEqual([sync.code, only(sync.document).summary.assignments.add, shop.writes()], [0, 5, 4], JSON.stringify(sync.document))

        acme.edits.tag("3", "vip")
        let isLosing = true
        const losses = Array.from({ length: 20 }, () => ({ _tag: "Reset", when: "after" }) as const)
        shop.inject(losses, ({ body }) => isLosing && body.includes(email(3)))
        const lost = yield* json(["sync"])
        assert.deepStrictEqual([lost.code, only(lost.document).refused.length], [4, 1], JSON.stringify(lost.document))
        isLosing = false
        acme.edits.untag("3", "vip")
        const writes = shop.writes()
        const sure = yield* json(["sync"])
        assert.deepStrictEqual([only(sure.document).tasks, shop.writes()], [1, writes], JSON.stringify(sure.document))
      }),
    Installed.patience
  )

  it.scopedLive(
    "is asked again after the program was killed, and what is not wanted any more by then is a task",
    () =>
      Effect.gen(function* () {
        const { acme, json, run, shop } = yield* world
        yield* run(["sync"])
        const sent = (number: number) => shop.log.filter(({ body }) => body.includes(email(number))).length
        const first = sent(3)
        for (const number of [3, 4]) {
          acme.edits.tag(String(number), "vip")
          const before = shop.writes()
          shop.inject({ _tag: "Stall", when: "after" }, ({ body }) => body.includes(email(number)))
          assert.strictEqual((yield* run(["sync"], { killWhen: () => shop.log.slice(before).some(({ body }) => body.includes(email(number))) })).code, 137)
        }
        acme.edits.untag("4", "vip")
        const sync = yield* json(["sync"])
        assert.deepStrictEqual([sync.code, only(sync.document).tasks], [0, 1], JSON.stringify(sync.document))
        assert.isAtLeast(sent(3) - first, 2, "what is still wanted is sent once more")
        assert.strictEqual(sent(4), 1)
        assert.deepStrictEqual(
          (yield* json(["done"])).document.tasks.map((task: Installed.Json) => task.customer.email),
          [email(4)]
        )
        const writes = shop.writes()
        assert.deepStrictEqual([only((yield* json(["sync"])).document).status, shop.writes()], ["none", writes])
      }),
    Installed.patience
  )

  it.scopedLive(
    "takes what a limit held once it is approved, and explains itself",
    () =>
      Effect.gen(function* () {
        const { dir, json, run, shop } = yield* world
        const whole = readFileSync(join(dir, "groupbridge.yaml"), "utf8")
        writeFileSync(join(dir, "groupbridge.yaml"), whole.replace("    rules:", "    guards: { newGroups: 1 }\n    rules:"))
        const held = yield* json(["sync"])
        assert.deepStrictEqual([held.code, only(held.document).held[0].guard, shop.writes()], [3, "first-run", 0], JSON.stringify(held.document))
        assert.strictEqual((yield* run(["approve", only(held.document).held[0].id, "--yes"])).code, 0)
        assert.strictEqual(Object.keys(shop.held()).length, 4)
        for (const args of [
          ["explain", email(1), "Plan vip"],
          ["groups", "customers"]
        ]) {
          const { code, stderr } = yield* run(args)
          assert.strictEqual(code, 0, `${args.join(" ")}: ${stderr}`)
        }
      }),
    Installed.patience
  )

  it.scopedLive(
    "takes a saved plan exactly; what it leaves to a person is no part of it",
    () =>
      Effect.gen(function* () {
        const { acme, dir, json, run, shop } = yield* world
        const file = join(dir, "plan.jsonl")
        yield* run(["sync"])
        acme.edits.tag("4", "vip")
        acme.edits.untag("1", "vip")
        assert.strictEqual((yield* run(["plan", "--save", file])).code, 0)
        const applied = yield* json(["apply", file])
        assert.deepStrictEqual([applied.code, only(applied.document).summary.assignments, only(applied.document).withheld], [0, { add: 1, remove: 0 }, []])
        assert.deepStrictEqual(shop.held()["plan-vip"], [email(1), email(2), email(4)])
        assert.strictEqual(only((yield* json(["sync"])).document).tasks, 1)
      }),
    Installed.patience
  )

  it.scopedLive(
    "hands back when the allowance is used up for an hour, and has lost nothing",
    () =>
      Effect.gen(function* () {
        const { json, shop } = yield* world
        shop.sandbox.limit(1)
        const sync = yield* json(["sync"])
        const { refused, resumesAt, summary } = only(sync.document)
        assert.deepStrictEqual([refused, Object.values(shop.held()).flat().length], [[], summary.assignments.add], JSON.stringify(sync.document))
        assert.isNotNull(resumesAt)
        shop.sandbox.limit(Infinity)
        const again = yield* json(["sync"])
        assert.strictEqual(summary.assignments.add + only(again.document).summary.assignments.add, 5, JSON.stringify(again.document))
      }),
    Installed.patience
  )

  it.scopedLive(
    "stops at a bad key, and keeps a refused row with its words",
    () =>
      Effect.gen(function* () {
        const { dir, json, run, shop } = yield* world
        const file = join(dir, "groupbridge.yaml")
        const whole = readFileSync(file, "utf8")
        writeFileSync(file, whole.replace("${SHOP_APIKEY}", "PRODtooshort"))
        const malformed = yield* run(["sync"])
        assert.strictEqual(malformed.code, 64)
        assert.notInclude(malformed.stderr + malformed.stdout, "PRODtooshort")
        writeFileSync(file, whole.replace("${SHOP_APIKEY}", String(shop.sandbox.refusedOptions(shop.url)["apiKey"])))
        const dead = yield* json(["sync"])
        assert.deepStrictEqual([dead.code, only(dead.document).error.kind, shop.writes()], [1, "credential", 1], JSON.stringify(dead.document))
        writeFileSync(file, whole)

        shop.edits.deleteCustomer(email(2))
        const refused = yield* json(["sync"])
        assert.deepStrictEqual([refused.code, only(refused.document).refused.length], [4, 2], JSON.stringify(refused.document))
        assert.match(only(refused.document).refused[0].reason, /Customer does not exist/)
        assert.deepStrictEqual(shop.held()["plan-vip"], [email(1)])
      }),
    Installed.patience
  )
})
