/** A bridge from a Freshdesk account, whose contacts can be narrowed to those that changed, an hour after its first sync. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { connector } from "../../connectors/freshdesk/FreshdeskConnector.ts"
import * as Freshdesk from "../../connectors/freshdesk/sandbox.ts"
import type { AnyConnector } from "../../src/contract/Connector.ts"
import * as Faulty from "../../src/sandbox/Faulty.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import * as Bridge from "./Bridge.ts"
import { noon } from "./Hourly.ts"
import { passing } from "./Time.ts"

const url = "https://sandbox.freshdesk.test"

/** The connector with its options and its vendor given, so that a config file names it alone. */
const given = (sandbox: Freshdesk.FreshdeskSandbox, app: Faulty.DeliveringApp): AnyConnector => ({
  ...connector,
  options: Schema.Struct({}),
  source: {
    ...connector.source!,
    make: (_: unknown, context) =>
      connector.source!.make(Schema.decodeUnknownSync(connector.options)(sandbox.options(url)), { ...context, client: InProcess.client({ [url]: app }) })
  }
})

/** So many contacts, two of them with the tag "vip" and the first three in a company, who are all known at the target. */
export const begun = (count = 6) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(noon)
    const freshdesk = Freshdesk.make()
    const { app, log } = Faulty.make(freshdesk.app)
    const bridge = yield* Bridge.makeWith([given(freshdesk, app)])
    const ids = Array.from({ length: count }, (_, index) => String(index + 1))
    freshdesk.source.load({
      customers: ids.map((id) => ({ id, email: `c${id}@x.io`, name: `Customer ${id}`, tags: id === "1" || id === "2" ? ["vip"] : [] })),
      organizations: [
        { id: "101", name: "Globex" },
        { id: "102", name: "Initech" }
      ],
      memberships: ["1", "2", "3"].map((customer) => ({ customer, organization: "101" }))
    })
    // Not all at the same moment, as in an account that grew.
    for (const [place, id] of ids.slice(-3).entries()) {
      freshdesk.editAt(noon - (3 - place) * 86_400_000)
      freshdesk.desk.change(id, {})
    }
    for (const { email, id } of bridge.cstar.target.addCustomers(ids.map((id) => ({ email: `c${id}@x.io`, name: id })))) bridge.emails.set(id, email ?? id)
    bridge.configure(Bridge.usualRules, "freshdesk")
    const calling = <A>(work: Effect.Effect<A>) =>
      Effect.gen(function* () {
        const before = log.length
        const result = yield* passing(work)
        const calls = log.slice(before).map(({ path, query }) => [path.replace("/api/v2", ""), ...query.getAll("state")].join(" "))
        return { result, calls }
      })
    const first = yield* calling(bridge.sync())
    yield* TestClock.adjust("1 hour")
    return { ...bridge, freshdesk, calling, first }
  })
