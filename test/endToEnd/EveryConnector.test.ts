/** Every source of the registry into one target, and one source into every target, through the built command: what is expected follows from what they declare. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Connectors from "../../connectors/registry.ts"
import type { SourceDeclaration } from "../../src/contract/Source.ts"
import type { TargetDeclaration } from "../../src/contract/Target.ts"
import * as Documented from "../../src/sandbox/Documented.ts"
import type { SourceEdits, SourceWorld, TargetEdits } from "../../src/sandbox/Sandbox.ts"
import * as Registry from "../kit/Registry.ts"
import * as World from "../../library/conformance/World.ts"
import * as Installed from "../kit/Installed.ts"

const connectors = await Connectors.load()

/** The other end of each pair. */
const usual = { source: "zendesk", target: "cstar" }

/** The first is in more organizations than a nested list shows, the last works there. */
const people: SourceWorld["customers"] = [
  ...Installed.customers(1, 1, "vip").map((row) => Object.assign(row, { segments: ["Active"] })),
  ...Installed.customers(1, 2, "vip"),
  ...Installed.customers(6, 3),
  ...Installed.customers(1, 9).map((row) => Object.assign(row, { staff: true }))
]
const crowd = Array.from({ length: 11 }, (_, index) => ({ id: String(200 + index), name: `Crowd ${index}` }))
const world: SourceWorld = {
  customers: people,
  organizations: [{ id: "101", name: "Globex", tags: ["gold"] }, { id: "102", name: "Initech" }, ...crowd],
  memberships: [
    ...["1", "2", "3", "9"].map((customer) => ({ customer, organization: "101" })),
    ...["1", "4", "5"].map((customer) => ({ customer, organization: "102" })),
    ...crowd.map(({ id }) => ({ customer: "1", organization: id }))
  ]
}

/** What must come of that at the target, and of the day after, by numbers of customers. */
const groups = [
  { part: World.memberships, name: "Globex", before: [1, 2, 3], after: [1, 2, 6] },
  { part: World.memberships, name: "Initech", renamed: "Initech GmbH", before: [1, 4, 5], after: [4, 5] },
  { part: World.tags, name: "Tag vip", before: [1, 2], after: [1] },
  { part: World.segments, name: "Segment Active", before: [1], after: [1] },
  { part: World.organizationTags, name: "Companies gold", before: [1, 2, 3], after: [1, 2, 6] }
]
const rules = [
  { part: World.memberships, yaml: '{ kind: organization, exclude: ["Crowd*"] }' },
  { part: World.tags, yaml: '{ kind: tag, name: "Tag {name}" }' },
  { part: World.segments, yaml: '{ kind: segment, name: "Segment {name}" }' },
  { part: World.organizationTags, yaml: '{ kind: tag, of: organizations, name: "Companies {name}" }' }
]

const nextDay = (edits: SourceEdits, declaration: SourceDeclaration) => {
  edits.join("6", "101")
  edits.leave("1", "102")
  edits.renameOrganization("102", "Initech GmbH")
  edits.deleteCustomer("3")
  if (World.declares(declaration, World.tags)) edits.untag("2", "vip")
  if (declaration.suspensionsSeen ?? true) edits.suspend("4", true)
}

const rows = (of: ReadonlyArray<(typeof groups)[number]>, day: "before" | "after") =>
  of.flatMap((group) => group[day].map((number) => `${group.name}: ${number}`))
const lacking = (left: ReadonlyArray<string>, right: ReadonlyArray<string>) => left.filter((row) => !right.includes(row)).length

/** The lines `name: address, address` of the groups that the source tells, as this target names them and as far as it can follow. */
const expected = (of: ReadonlyArray<(typeof groups)[number]>, { assignments, groups: can }: TargetDeclaration, day: "before" | "after") =>
  of
    .map(({ after, before, name, renamed }) => {
      const called = can.slugs?.of(name).slug ?? (day === "after" && can.update ? (renamed ?? name) : name)
      const members = day === "before" ? before : assignments.remove === "none" ? [...new Set([...before, ...after])] : after
      return `${called}: ${members
        .map((number) => `c${number}@x.example`)
        .toSorted()
        .join(", ")}`
    })
    .toSorted()

const held = (edits: TargetEdits, addresses: ReadonlyMap<string, string>) =>
  edits
    .groups()
    .map(
      ({ members, name }) =>
        `${name}: ${members
          .map((id) => addresses.get(id) ?? id)
          .toSorted()
          .join(", ")}`
    )
    .toSorted()

const subjects = new Map((await Registry.subjects(connectors)).map((subject) => [subject.connector.name, subject]))
const named = (name: string) => {
  const subject = subjects.get(name)
  if (subject === undefined) throw new Error(`the registry has no connector ${name}`)
  return subject
}

/** One sync with a helpdesk and a shop of its own. `file` is what customers are matched by where the target can look up nobody. */
const pairOf = ([from = "", to = ""]: ReadonlyArray<string>, index: number) =>
  Effect.gen(function* () {
    const [desk, shop] = [named(from).make(), named(to).make()]
    const [source, target] = [named(from).connector.source?.declaration, named(to).connector.target?.declaration]
    assert(desk.source !== undefined && shop.target !== undefined && source !== undefined && target !== undefined)
    const { target: edits } = shop
    desk.source.load(world)
    const known = edits.addCustomers(people.map(({ email, name }) => ({ email: email ?? "", name })))
    const addresses = new Map(known.map(({ email, id }) => [id, email ?? id]))
    const file = { name: `map${index}.csv`, text: `email,target\n${known.map(({ email, id }) => `${email},${id}\n`).join("")}` }
    const isFound = target.customers.list || target.customers.search || target.customers.namedBy === "email"
    const yaml = rules.filter(({ part }) => World.declares(source, part)).map(({ yaml }) => `      - ${yaml}\n`)
    return {
      sync: `${from}-${to}`,
      source,
      target,
      file,
      helpdesk: yield* Installed.helpdesk(from, { ...desk, source: desk.source }),
      shop: yield* Installed.place(to, { ...shop, target: edits }),
      yaml: `  ${from}-${to}:\n    from: desk${index}\n    to: shop${index}\n    match: [${isFound ? "email" : `{ file: ${file.name} }`}]\n    rules:\n${yaml.join("")}`,
      reported: groups.filter(({ part }) => World.declares(source, part)),
      held: () => held(edits, addresses)
    }
  })

const all = [...subjects.values()].map(({ connector }) => connector)
const sources = all.filter(({ source }) => source !== undefined).map(({ name }) => [name, usual.target])
const targets = all.filter(({ name, target }) => target !== undefined && name !== usual.target).map(({ name }) => [usual.source, name])

describe("the whole way", () => {
  it.scopedLive(
    `${[...sources, ...targets].map((pair) => pair.join(" into ")).join(", ")}: a plan, a sync, one with nothing to do, and one after people left`,
    () =>
      Effect.gen(function* () {
        const pairs = yield* Effect.forEach([...sources, ...targets], pairOf)
        const { json, run, write } = yield* Installed.make({
          sources: Object.fromEntries(pairs.map(({ helpdesk }, index) => [`desk${index}`, helpdesk])),
          targets: Object.fromEntries(pairs.map(({ shop }, index) => [`shop${index}`, shop])),
          syncs: pairs.map(({ yaml }) => yaml).join("")
        })
        for (const { file } of pairs) write(file.name, file.text)
        /** What became of each sync, by its name. */
        const each = <A>(of: (pair: (typeof pairs)[number], index: number) => A) => Object.fromEntries(pairs.map((pair, index) => [pair.sync, of(pair, index)]))
        const reported = ({ document }: Installed.Json, of: (sync: Installed.Json) => unknown) =>
          Object.fromEntries(document.syncs.map((sync: Installed.Json) => [sync.sync, of(sync)]))

        const check = yield* run(["check"])
        assert.deepStrictEqual([check.code, check.stderr], [0, ""], check.stdout + check.stderr)
        for (const [index, { target }] of pairs.entries()) {
          assert.match(check.stdout, new RegExp(`desk${index} +ok`))
          assert.match(check.stdout, new RegExp(`shop${index} +${target.testable ? "ok" : "not testable without a write; never used"}`))
        }

        const plan = yield* json(["plan", "--exit-code"])
        assert.strictEqual(plan.code, 2, JSON.stringify(plan.document))
        assert.deepStrictEqual(
          reported(plan, ({ summary }) => summary.assignments),
          each(({ reported }) => ({ add: rows(reported, "before").length, remove: 0 }))
        )
        assert.deepStrictEqual(
          each(({ shop }) => shop.writes()),
          each(() => 0)
        )

        const first = yield* json(["sync"])
        assert.strictEqual(first.code, 0, JSON.stringify(first.document))
        assert.deepStrictEqual(
          each(({ held }) => held()),
          each(({ target, reported }) => expected(reported, target, "before"))
        )

        const writes = each(({ shop }) => shop.writes())
        const second = yield* json(["sync"])
        assert.deepStrictEqual([second.code, reported(second, ({ calls, status }) => [status, calls.write])], [0, each(() => ["none", 0])])
        assert.deepStrictEqual(
          each(({ shop }) => shop.writes()),
          writes
        )

        for (const { helpdesk, source } of pairs) nextDay(helpdesk.edits, source)
        const third = yield* json(["sync"])
        assert.deepStrictEqual(
          [third.code, reported(third, ({ status, summary, tasks }) => [status, summary.assignments, tasks])],
          [
            0,
            each(({ target, reported }) => {
              const leaving = lacking(rows(reported, "before"), rows(reported, "after"))
              const [remove, tasks] = target.assignments.remove === "none" ? [0, leaving] : [leaving, 0]
              return ["done", { add: lacking(rows(reported, "after"), rows(reported, "before")), remove }, tasks]
            })
          ],
          JSON.stringify(third.document)
        )
        assert.deepStrictEqual(
          each(({ held }) => held()),
          each(({ target, reported }) => expected(reported, target, "after"))
        )
        assert.deepStrictEqual(
          each(({ helpdesk, shop }) => [helpdesk, shop].flatMap(({ log, sandbox }) => Documented.problems(sandbox.documented ?? [], log))),
          each(() => [])
        )
      }),
    Installed.patience
  )
})
