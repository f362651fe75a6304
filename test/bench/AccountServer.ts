/** Both sandboxes with an account of any size, on sockets and in a process of their own, with a config file for the built command. */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Cstar from "../../connectors/cstar/sandbox.ts"
import * as Zendesk from "../../connectors/zendesk/sandbox.ts"
import type { SandboxApp } from "../../src/sandbox/Sandbox.ts"
import * as Serve from "../../src/sandbox/Serve.ts"
import type { Calls } from "./Figure.ts"

export interface AccountSize {
  readonly customers: number
  readonly organizations: number
  readonly memberships: number
}

/**
 * Serves an account of that size; takes so many memberships away at the source; gives a tag that counts to so many customers there and takes it
 * from as many, two minutes ago; or just tells the calls.
 */
export type Ask = AccountSize | { readonly leave: number } | { readonly retag: number } | "calls"

export interface Account {
  readonly config: string
  readonly source: string
  readonly sourceOptions: Readonly<Record<string, unknown>>
  /** Calls that were accepted since the last answer. */
  readonly calls: { readonly source: Calls; readonly target: Calls }
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
/** Every 50th customer has the tag at the start. */
const taggedEvery = 50
const done = { left: 0, retagged: 0 }

const counted = (app: SandboxApp) => {
  let [reads, writes] = [0, 0]
  const counting: SandboxApp = (request) =>
    Effect.map(app(request), (response) => {
      if (response.status < 300) {
        if (request.method === "GET") reads += 1
        else writes += 1
      }
      return response
    })
  const take = (): Calls => {
    const calls = { reads, writes }
    ;[reads, writes] = [0, 0]
    return calls
  }
  return { app: counting, take }
}

const calls = { source: counted(zendesk.app), target: counted(cstar.app) }

const serve = (size: AccountSize) =>
  Effect.gen(function* () {
    loaded = size
    const people = Array.from({ length: size.customers }, (_, index) => ({
      id: String(1_000_000 + index),
      email: `c${index}@example.com`,
      name: `Customer ${index}`,
      tags: index % taggedEvery === 0 ? ["vip"] : []
    }))
    zendesk.source.load({
      customers: people,
      organizations: Array.from({ length: size.organizations }, (_, index) => ({ id: String(500_000_000 + index), name: `Organization ${index}` })),
      memberships: Array.from({ length: size.memberships }, (_, index) => membership(size, index))
    })
    cstar.target.addCustomers(people)
    const source = yield* Serve.serve(calls.source.app)
    const target = yield* Serve.serve(calls.target.app)
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
    return { config, source: source.url, sourceOptions: zendesk.options(source.url) }
  })

const scope = Effect.runSync(Scope.make())
let served: Omit<Account, "calls"> = { config: "", source: "", sourceOptions: {} }

const leave = (count: number) => {
  for (const end = done.left + count; done.left < end; done.left++) {
    const { customer, organization } = membership(loaded, done.left)
    zendesk.source.leave(customer, organization)
  }
}

/** Zendesk tells nobody of the newest minute. */
const retag = (count: number) => {
  zendesk.editAt(Date.now() - 120_000)
  for (const end = done.retagged + count; done.retagged < end; done.retagged++) {
    const tagged = 1_000_000 + done.retagged * taggedEvery
    zendesk.source.untag(String(tagged), "vip")
    zendesk.source.tag(String(tagged + 1), "vip")
  }
}

process.on("message", async (ask: Ask) => {
  if (ask !== "calls") {
    if ("leave" in ask) leave(ask.leave)
    else if ("retag" in ask) retag(ask.retag)
    else served = await Effect.runPromise(Scope.extend(serve(ask), scope))
  }
  process.send?.({ ...served, calls: { source: calls.source.take(), target: calls.target.take() } } satisfies Account)
})
process.on("disconnect", () => {
  rmSync(dir, { recursive: true, force: true })
  process.exit(0)
})
