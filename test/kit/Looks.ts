/** What the commands that only look say of the sync of a bridge: `status`, `unmatched` and `explain`, over its state file. */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import * as Connectors from "../../connectors/registry.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import type { Explanation } from "../../src/model/Explanation.ts"
import type { UnmatchedRow } from "../../src/model/Overview.ts"
import * as Explain from "../../src/explain/Explain.ts"
import * as Mapping from "../../src/reconcile/Mapping.ts"
import { OperationsStore } from "../../src/run/OperationsStore.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import type { Bridge } from "./Bridge.ts"

const connectors = await Connectors.load()

const loaded = (bridge: Pick<Bridge, "dir">) => ConfigFile.load({ file: join(bridge.dir, "groupbridge.yaml"), connectors, env: {} })

const targetOf = (name: string) => connectors.get(name === "shop" ? "cstar" : name)?.target?.declaration ?? null

/** Counts of `status` and the rows of `unmatched`. */
export const overview = (bridge: Pick<Bridge, "dir">) =>
  Effect.gen(function* () {
    const config = yield* loaded(bridge)
    const sync = config.syncs.get("customers")
    const customers = targetOf(sync?.to ?? "")?.customers
    if (sync === undefined || customers === undefined) throw new Error("the config has no sync customers")
    const look = Effect.gen(function* () {
      const store = yield* OperationsStore
      yield* Mapping.take(sync)
      const status = yield* store.status({ sync, customers }, 0, 0)
      const unmatched: Array<UnmatchedRow> = []
      for (let after: string | null = null; ;) {
        const page: Effect.Effect.Success<ReturnType<typeof store.unmatched>> = yield* store.unmatched({ sync, customers }, after)
        unmatched.push(...page.rows)
        if (page.next === null) return { status, unmatched }
        after = page.next
      }
    })
    return yield* Effect.provide(look, StateLayer.layer(config.state))
  })

/** The rows that `explain CUSTOMER [GROUP]` tells; none where the state knows nothing of it. */
export const explain = (bridge: Pick<Bridge, "dir">, customer: string, group: string | null = null) =>
  Effect.gen(function* () {
    const config = yield* loaded(bridge)
    const about: Explain.Question["about"] = (name) => {
      const connector = config.connections.get(name)?.connector ?? name
      const target = targetOf(name)
      return {
        connector,
        record: connectors.get(connector)?.source?.declaration.customerWord ?? "customer",
        groups: target?.groups ?? null,
        customers: target?.customers ?? null
      }
    }
    const answer = yield* Explain.explain({ customer, group, at: null, syncs: [...config.syncs.values()], about }).pipe(
      Effect.provide(StateLayer.layer(config.state))
    )
    const rows: ReadonlyArray<Explanation> = answer._tag === "Rows" ? answer.rows : []
    return rows
  })
