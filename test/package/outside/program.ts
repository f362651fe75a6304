/** Plans and syncs CSV files and Acme to a cStar sandbox, and prints what came of it. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Config, type Event, plan, type PlanDocument, result, sync, type SyncDocument } from "groupbridge"
import type { ConnectorError } from "groupbridge/contract"
import { sandboxes, Serve } from "groupbridge/testing"
import { connector } from "./AcmeConnector.ts"
import * as AcmeSandbox from "./AcmeSandbox.ts"

/** Types are of use to a program, and not only there. */
export const isLater = (error: ConnectorError): boolean => error.retryable

const main = Effect.gen(function* () {
  const [cstar, acme] = [sandboxes.cstar(), AcmeSandbox.make()]
  const { url } = yield* Serve.serve(cstar.app)
  const { url: acmeUrl } = yield* Serve.serve(acme.app)
  cstar.target.addCustomers([
    { email: "ann@x.example", name: "Ann" },
    { email: "bob@x.example", name: "Bob" }
  ])
  acme.source.load({ customers: [{ id: "7", email: "bob@x.example", name: "Bob", tags: ["beta"] }], organizations: [], memberships: [] })
  const config: Config = {
    connections: {
      people: { connector: "csv", customers: "customers.csv", groups: "groups.csv", memberships: "memberships.csv" },
      acme: { connector: "acme", ...acme.options(acmeUrl) },
      cstar: { connector: "cstar", budget: "100%", ...cstar.options(url), apiKey: "${CSTAR_KEY}" }
    },
    syncs: { customers: { from: ["people", "acme"], to: "cstar", rules: [{ kind: "organization" }, { kind: "tag" }] } },
    state: "state/state.db",
    backup: { dir: "state/backup" }
  }
  const env = { CSTAR_KEY: String(cstar.options(url)["apiKey"]) }
  const options = { config, connectors: [connector], env }
  const planned: PlanDocument = yield* result(plan(options))
  // Who stops listening stops the run, before it wrote anything here; the next one may begin at once.
  yield* Stream.runHead(sync(options))
  const untouched = cstar.target.groups().length
  const events: ReadonlyArray<Event<SyncDocument>> = [...(yield* Stream.runCollect(sync(options)))]
  const last = events.at(-1)
  const again = yield* result(sync(options))
  const refused = yield* Effect.flip(
    result(plan({ ...options, config: { ...config, syncs: { customers: { ...config.syncs["customers"], to: "nowhere" } } } } as never))
  )
  return {
    untouched,
    secret: cstar.secrets.concat(acme.secrets).some((secret) => JSON.stringify(events).includes(secret)),
    planned: planned.syncs.map(({ status, summary }) => ({ status, add: summary.assignments.add })),
    tags: [...new Set(events.map(({ _tag }) => _tag))],
    done: last?._tag === "Result" ? last.document.syncs.map(({ status, summary }) => ({ status, add: summary.assignments.add })) : null,
    again: again.syncs.map(({ status }) => status),
    held: cstar.target.groups().map(({ members, name }) => [name, members.length]),
    refused: [refused._tag, refused.kind, refused.message]
  }
})

process.stdout.write(JSON.stringify(await Effect.runPromise(Effect.scoped(main))))
