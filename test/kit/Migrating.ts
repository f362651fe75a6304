/** The migration of a bridge's sync, in this process. */
import * as Effect from "effect/Effect"
import { join } from "node:path"
import * as Connectors from "../../connectors/registry.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as SecretRedactor from "../../src/observe/SecretRedactor.ts"
import type { Memory } from "../../src/operate/Memory.ts"
import * as Connections from "../../src/run/Connections.ts"
import * as Migration from "../../src/run/Migration.ts"
import type * as MigrationOutlook from "../../src/run/MigrationOutlook.ts"
import * as InProcess from "../../src/sandbox/InProcess.ts"
import * as StateLayer from "../../state/StateLayer.ts"
import * as Bridge from "./Bridge.ts"
import type { Running } from "./Crowd.ts"

const connectors = await Connectors.load()

/** One `groupbridge migrate`, asked by `confirm`. */
export const migrate = (
  bridge: Running,
  confirm: (outlook: MigrationOutlook.Outlook) => Effect.Effect<boolean>,
  onApply: Migration.MigrationOptions["onApply"] = () => Effect.void,
  within: Migration.MigrationOptions["within"] = null
) =>
  invoke(bridge, (config, connections) =>
    Effect.gen(function* () {
      const sync = config.syncs.get("customers")
      if (sync === undefined) throw new Error("the config has no sync customers")
      const options = {
        within,
        until: "sign-off",
        verify: "sample",
        onVerify: () => Effect.void,
        who: "petra",
        host: "ops1",
        spool: join(bridge.dir, "spool.jsonl"),
        onLook: () => Effect.void,
        confirm: (outlook: MigrationOutlook.Outlook) => Effect.map(confirm(outlook), (agreed) => (agreed ? (outlook.goesOn ? "before" : "typed") : "no")),
        onApply
      } as const
      return yield* Migration.run(sync, connections, options)
    })
  )

export const invoke = <A, E>(
  bridge: Running,
  use: (config: Effect.Effect.Success<ReturnType<typeof ConfigFile.load>>, connections: Connections.Connections) => Effect.Effect<A, E, Memory>
) =>
  Effect.gen(function* () {
    const config = yield* ConfigFile.load({ file: join(bridge.dir, "groupbridge.yaml"), connectors, env: {} })
    const client = InProcess.client({ [Bridge.sourceUrl]: bridge.source.app, [Bridge.targetUrl]: bridge.target.app })
    const connections = Connections.make(config, { maxWaitMillis: null, onWait: () => Effect.void })
    return yield* Effect.flatMap(connections, (opened) => use(config, opened)).pipe(
      Effect.provideService(Connections.Vendors, { connectors, client, redactor: SecretRedactor.make() }),
      Effect.scoped,
      Effect.provide(StateLayer.layer(config.state))
    )
  }).pipe(Effect.orDie)
