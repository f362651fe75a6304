/** What only this file may see, for commands and for programs: connectors, the state, the way to the network. */
import { readFileSync } from "node:fs"
import type { Environment } from "./cli/Environment.ts"
import type { AnyConnector } from "./contract/Connector.ts"

/** Loaded only once a command needs it, so that `--help` starts at once. */
export const load = async (): Promise<Environment> => {
  const [Effect, Registry, StateLayer, { stateFiles }] = await Promise.all([
    import("effect/Effect"),
    import("../connectors/registry.ts"),
    import("../state/StateLayer.ts"),
    import("../state/file/StateFiles.ts")
  ])
  const connectors = new Map<string, AnyConnector>()
  return {
    connectors,
    loadConnectors: (isChosen = () => true) =>
      Effect.promise(async () => {
        for (const [name, connector] of await Registry.load((name) => isChosen(name) || connectors.has(name))) {
          // A program may have given one of its own under that name.
          const known = connectors.get(name) ?? connector
          connectors.delete(name)
          connectors.set(name, known)
        }
      }),
    schemaDocument: Effect.promise(async () => (await import("../state/database/SchemaDocument.ts")).markdown()),
    pageScript: (page) => readFileSync(new URL(`${page}.js`, import.meta.url), "utf8"),
    openState: StateLayer.layer,
    stateFiles,
    // Most commands make no call, and undici takes as long to load as half of all the rest.
    makeClient: Effect.flatMap(
      Effect.promise(() => import("./http/UndiciClient.ts")),
      (UndiciClient) => UndiciClient.make()
    ),
    loadDemo: async () => (await import("../connectors/demo.ts")).open
  }
}
