/** Random histories of an account against a model of plain sets: what is planned makes the wish true, once, and touches nothing else. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "effect/FastCheck"
import * as Bridge from "../kit/Bridge.ts"

const customers = ["1", "2", "3"]
const organizations = ["101", "102"]
const tags = ["vip", "plan_gold", "unmapped"]

type Edit =
  | { readonly what: "join" | "leave"; readonly customer: string; readonly organization: string }
  | { readonly what: "tag" | "untag"; readonly customer: string; readonly tag: string }
  | { readonly what: "delete" | "staff"; readonly customer: string }
  | { readonly what: "foreign"; readonly customer: string; readonly organization: string }
  | { readonly what: "sync" }

const person = fc.constantFrom(...customers)
const edit: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constantFrom("join" as const, "leave" as const), customer: person, organization: fc.constantFrom(...organizations) })
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constantFrom("tag" as const, "untag" as const), customer: person, tag: fc.constantFrom(...tags) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom("delete" as const, "staff" as const), customer: person }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("foreign" as const), customer: person, organization: fc.constantFrom(...organizations) }) },
  { weight: 4, arbitrary: fc.constant({ what: "sync" as const }) }
)

/** What should be there: names of groups with their members' numbers, and the rows that somebody put there by hand. */
class Model {
  readonly members = new Map(organizations.map((id) => [`Org ${id}`, new Set<string>()]))
  readonly tagged = new Map(tags.slice(0, 2).map((tag) => [`Plan ${tag}`, new Set<string>()]))
  readonly foreign = new Set<string>()
  readonly gone = new Set<string>()

  wished(): Map<string, Set<string>> {
    const alive = (set: ReadonlySet<string>) => new Set([...set].filter((id) => !this.gone.has(id)))
    return new Map([...this.members, ...this.tagged].map(([name, set]) => [name, alive(set)]))
  }
}

const unlimited = `${Bridge.usualRules}\n    drift: restore\n    guards: { removals: 9999, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 99, sourceShrink: 100, additions: 9999, groupGrowthPercent: 9999, newGroups: 99 }`

const start = Effect.gen(function* () {
  const bridge = yield* Bridge.make
  bridge.configure(unlimited)
  bridge.zendesk.source!.load({
    // One whom the target does not know is always a member: a source that shows no membership at all would not be believed.
    customers: [...customers, "9"].map((id) => ({ id, email: `c${id}@x.io`, name: `Customer ${id}` })),
    organizations: [...organizations, "109"].map((id) => ({ id, name: `Org ${id}` })),
    memberships: [{ customer: "9", organization: "109" }]
  })
  for (const customer of bridge.cstar.target!.addCustomers(customers.map((id) => ({ email: `c${id}@x.io`, name: id }))))
    bridge.emails.set(customer.id, customer.email!.slice(1, -5))
  return bridge
})

type Running = Effect.Effect.Success<typeof start>

const makeEdit = (bridge: Running, model: Model, step: Edit): void => {
  const source = bridge.zendesk.source!
  if (step.what === "sync" || ("customer" in step && step.what !== "foreign" && model.gone.has(step.customer))) return
  if (step.what === "join" || step.what === "leave") {
    const set = model.members.get(`Org ${step.organization}`)!
    if (step.what === "join" && !set.has(step.customer)) source.join(step.customer, step.organization)
    if (step.what === "leave" && set.has(step.customer)) source.leave(step.customer, step.organization)
    if (step.what === "join") set.add(step.customer)
    else set.delete(step.customer)
  } else if (step.what === "tag" || step.what === "untag") {
    source[step.what](step.customer, step.tag)
    const set = model.tagged.get(`Plan ${step.tag}`)
    if (step.what === "tag") set?.add(step.customer)
    else set?.delete(step.customer)
  } else if (step.what === "delete" || step.what === "staff") {
    if (step.what === "delete") source.deleteCustomer(step.customer)
    else source.makeStaff(step.customer)
    model.gone.add(step.customer)
  } else if (step.what === "foreign") putByHand(bridge, model, step.customer, `Org ${step.organization}`)
}

/** Somebody adds a customer to a group that exists at the target and does not hold him yet. */
const putByHand = (bridge: Running, model: Model, customer: string, name: string): void => {
  const group = bridge.cstar.target!.groups().find((candidate) => candidate.name === name)
  const id = [...bridge.emails].find(([, number]) => number === customer)?.[0]
  if (group === undefined || id === undefined || group.members.includes(id)) return
  bridge.cstar.target!.addMember(group.id, id)
  model.foreign.add(`${name}/${customer}`)
}

const check = (bridge: Running, model: Model) =>
  Effect.gen(function* () {
    const run = yield* bridge.sync({ depth: "full" })
    assert.isNull(run.error)
    assert.deepStrictEqual(run.held, [])
    const held = bridge.held()
    for (const [name, wished] of model.wished()) {
      const foreign = customers.filter((id) => model.foreign.has(`${name}/${id}`))
      const expected = [...new Set([...wished, ...foreign])].sort()
      assert.deepStrictEqual(held[name] ?? [], expected, name)
    }
  })

const checkSettled = (bridge: Running) =>
  Effect.gen(function* () {
    const writes = bridge.target.writes()
    assert.strictEqual((yield* bridge.plan()).result.status, "none")
    yield* bridge.sync()
    assert.strictEqual(bridge.target.writes(), writes)
  })

describe("the reconciler", () => {
  it.scopedLive.prop(
    "applying the plan gives the wish, a second plan is empty, and nothing foreign is removed",
    [fc.array(edit, { minLength: 10, maxLength: 20 })],
    ([history]) =>
      Effect.gen(function* () {
        const bridge = yield* start
        const model = new Model()
        for (const step of history) {
          makeEdit(bridge, model, step)
          if (step.what === "sync") yield* check(bridge, model)
        }
        yield* check(bridge, model)
        yield* checkSettled(bridge)
      }),
    { fastCheck: { numRuns: 20 }, timeout: 120_000 }
  )
})
