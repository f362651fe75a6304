/** An hourly run with a hundred changes in a big account: calls beside the fewest, and time beside a bare loop that reads the same pages. */
import type { Account, Ask } from "./AccountServer.ts"
import * as Minimum from "../kit/Minimum.ts"
import * as Child from "./Child.ts"
import { type Figure, ofCalls, type Size, thousands } from "./Figure.ts"
import * as Raw from "./Raw.ts"

/** The share of customers who are in an organization: most who ever wrote to a helpdesk are in none. */
const inOrganization = 0.3
const perOrganization = 150

const seconds = (value: number) => `${value.toFixed(2)} s`

export async function* run(size: Size): AsyncGenerator<Figure> {
  const customers = { smoke: 1_000, small: 20_000, full: 200_000 }[size]
  const memberships = customers * inOrganization
  const changes = { smoke: 10, small: 100, full: 100 }[size]
  const server = Child.serve<Ask, Account>("AccountServer.ts")
  try {
    const account = await server.ask({ customers, organizations: memberships / perOrganization, memberships })
    const sync = (hours: number) => Child.command(["sync", "--yes", "--json", "--config", account.config], hours)
    await sync(0)
    const changedAt = Date.now() - 600_000
    // A fifth leave their organization; the others get the tag or lose it.
    const [left, retagged] = [changes / 5, (changes * 2) / 5]
    await server.ask({ leave: left })
    await server.ask({ retag: retagged })
    const hourly = await sync(1)
    const { calls } = await server.ask("calls")
    // Code that runs for the first time takes longer.
    await Raw.readChanges(account, changedAt)
    const raw = await Raw.readChanges(account, changedAt)

    const name = `hourly run with ${changes} changes, ${thousands(customers)} customers`
    // Who we are, a page of what changed of users and one of organizations, and all memberships, which tell no changes.
    const fewestReads = 3 + Minimum.pages(memberships - left)
    yield ofCalls(`${name}: calls to the source`, calls.source, { reads: fewestReads, writes: 0 })
    const ids = (count: number, letter: string) => Array.from({ length: count }, (_, index) => `${letter}${index}`)
    const tag = Minimum.writes({ vip: ids(retagged, "old") }, { vip: ids(retagged, "new") })
    yield ofCalls(`${name}: calls to the target`, calls.target, { reads: 1, writes: tag.additions + tag.removals + left })
    const bound = (millis: number) => `bare loop over the same ${thousands(fewestReads)} pages: ${seconds(millis / 1000)}`
    yield { name: `${name}: time`, value: seconds(hourly.seconds), bound: bound(raw.millis), ratio: hourly.seconds / (raw.millis / 1000), goal: null }
    yield {
      name: `${name}: processor time`,
      value: seconds(hourly.cpuSeconds),
      bound: bound(raw.cpuMillis),
      ratio: hourly.cpuSeconds / (raw.cpuMillis / 1000),
      goal: null
    }
  } finally {
    server.end()
  }
}
