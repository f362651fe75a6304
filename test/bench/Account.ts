/** Accounts of any size in the sandboxes, served on sockets, with a config file for the built command. */
import * as Effect from "effect/Effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Cstar from "../../connectors/cstar/sandbox.ts"
import * as Zendesk from "../../connectors/zendesk/sandbox.ts"
import * as Serve from "../../src/sandbox/Serve.ts"

export interface Size {
  readonly customers: number
  readonly organizations: number
  readonly memberships: number
}

/** Serves an account of that size until the scope ends. Answers the config file; limits and guards are out of the way. */
export const serve = (size: Size) =>
  Effect.gen(function* () {
    const zendesk = Zendesk.make()
    const cstar = Cstar.make()
    const person = (index: number) => ({
      id: String(1_000_000 + index),
      email: `c${index}@example.com`,
      name: `Customer ${index}`,
      tags: index % 50 === 0 ? ["vip"] : []
    })
    const people = Array.from({ length: size.customers }, (_, index) => person(index))
    zendesk.source?.load({
      customers: people,
      organizations: Array.from({ length: size.organizations }, (_, index) => ({ id: String(500_000_000 + index), name: `Organization ${index}` })),
      memberships: Array.from({ length: size.memberships }, (_, index) => {
        const [round, customer] = [Math.floor(index / size.customers), index % size.customers]
        return { customer: String(1_000_000 + customer), organization: String(500_000_000 + ((customer * 7 + round * 131) % size.organizations)) }
      })
    })
    cstar.target?.addCustomers(people)
    cstar.limit(1_000_000_000, 3_600_000)
    zendesk.limitPerMinute(1_000_000_000)
    const source = yield* Serve.serve(zendesk.app)
    const target = yield* Serve.serve(cstar.app)
    const dir = mkdtempSync(join(tmpdir(), "groupbridge-bench-"))
    const config = join(dir, "groupbridge.yaml")
    const options = (given: Readonly<Record<string, unknown>>) => Object.entries(given).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`)
    writeFileSync(
      config,
      [
        "connections:",
        "  zendesk:",
        "    connector: zendesk",
        "    budget: 10000000/minute",
        ...options(zendesk.options(source.url)),
        "  cstar:",
        "    connector: cstar",
        "    budget: 10000000/minute",
        ...options(cstar.options(target.url)),
        "syncs:",
        "  customers:",
        "    from: zendesk",
        "    to: cstar",
        "    rules:",
        "      - kind: organization",
        "      - { kind: tag, include: [vip] }",
        "    guards: { additions: 100000000, newGroups: 1000000 }",
        ""
      ].join("\n")
    )
    return { config, dir }
  })
