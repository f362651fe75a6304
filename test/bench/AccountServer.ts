/** Both sandboxes with an account of any size, on sockets and in a process of their own, with a config file for the built command. */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Cstar from "../../connectors/cstar/sandbox.ts"
import * as Zendesk from "../../connectors/zendesk/sandbox.ts"
import * as Serve from "../../src/sandbox/Serve.ts"

export interface AccountSize {
  readonly customers: number
  readonly organizations: number
  readonly memberships: number
}

/** Serves an account of that size, or takes so many memberships away at the source. */
export type Ask = AccountSize | { readonly leave: number }

export interface Account {
  readonly config: string
  readonly source: string
  readonly sourceOptions: Readonly<Record<string, unknown>>
}

/** A customer's organization in one of the rounds: each is in as many as there are rounds. */
const membership = ({ customers, organizations }: AccountSize, index: number) => {
  const [round, customer] = [Math.floor(index / customers), index % customers]
  return { customer: String(1_000_000 + customer), organization: String(500_000_000 + ((customer * 7 + round * 131) % organizations)) }
}

const zendesk = Zendesk.make()
const cstar = Cstar.make()
cstar.limit(1_000_000_000, 3_600_000)
zendesk.limitPerMinute(1_000_000_000)
const dir = mkdtempSync(join(tmpdir(), "groupbridge-bench-"))
let loaded: AccountSize = { customers: 0, organizations: 0, memberships: 0 }
let left = 0

const serve = (size: AccountSize) =>
  Effect.gen(function* () {
    loaded = size
    const people = Array.from({ length: size.customers }, (_, index) => ({
      id: String(1_000_000 + index),
      email: `c${index}@example.com`,
      name: `Customer ${index}`,
      tags: index % 50 === 0 ? ["vip"] : []
    }))
    zendesk.source.load({
      customers: people,
      organizations: Array.from({ length: size.organizations }, (_, index) => ({ id: String(500_000_000 + index), name: `Organization ${index}` })),
      memberships: Array.from({ length: size.memberships }, (_, index) => membership(size, index))
    })
    cstar.target.addCustomers(people)
    const source = yield* Serve.serve(zendesk.app)
    const target = yield* Serve.serve(cstar.app)
    const options = (given: Readonly<Record<string, unknown>>) =>
      Object.entries(given)
        .map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`)
        .join("")
    const config = join(dir, "groupbridge.yaml")
    const budget = "    budget: 10000000/minute\n"
    writeFileSync(
      config,
      `connections:
  zendesk:
    connector: zendesk
${budget}${options(zendesk.options(source.url))}  cstar:
    connector: cstar
${budget}${options(cstar.options(target.url))}syncs:
  customers:
    from: zendesk
    to: cstar
    rules:
      - kind: organization
      - { kind: tag, include: [vip] }
    guards: { additions: 100000000, newGroups: 1000000, removals: 100000000, removalPercent: 100, groupRemovalPercent: 100, emptiedGroups: 1000000, sourceShrink: 100 }
`
    )
    return { config, source: source.url, sourceOptions: zendesk.options(source.url) } satisfies Account
  })

const scope = Effect.runSync(Scope.make())
process.on("message", (ask: Ask) => {
  if ("leave" in ask) {
    for (const end = left + ask.leave; left < end; left++) {
      const { customer, organization } = membership(loaded, left)
      zendesk.source.leave(customer, organization)
    }
    process.send?.(null)
  } else void Effect.runPromise(Scope.extend(serve(ask), scope)).then((account) => process.send?.(account))
})
process.on("disconnect", () => {
  rmSync(dir, { recursive: true, force: true })
  process.exit(0)
})
