/** `connectors [NAME]`: what each connector can do, told from its declarations. */
import * as Effect from "effect/Effect"
import type { AnyConnector } from "../contract/Connector.ts"
import * as ConnectorOptions from "../report/ConnectorOptions.ts"
import * as ConnectorsText from "../report/ConnectorsText.ts"
import * as Escape from "../report/Escape.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as World from "./World.ts"
import { unknown } from "./UsageError.ts"

const document = (connectors: ReadonlyArray<AnyConnector>): string =>
  `${Escape.json({
    connectors: connectors.map((connector) => ({
      name: connector.name,
      title: connector.title,
      limits: connector.limits,
      source: connector.source?.declaration ?? null,
      target: connector.target?.declaration ?? null,
      team: connector.team?.declaration ?? null,
      options: ConnectorOptions.of(connector)
    }))
  })}\n`

export const run = (load: Load, name: string | undefined, options: CommonOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const { environment, output } = invocation
      yield* environment.loadConnectors()
      // With those that a config describes, where there is one that loads.
      yield* Effect.option(World.config(invocation))
      const all = [...environment.connectors.values()]
      const view = yield* Invocation.view(invocation)
      const one = name === undefined ? undefined : environment.connectors.get(name)
      if (name !== undefined && one === undefined) return yield* unknown("connector", name, environment.connectors.keys())
      if (options.json === true) yield* output.text(document(one === undefined ? all : [one]))
      else yield* output.text(one === undefined ? ConnectorsText.matrix(all, view) : ConnectorsText.one(one, view))
      return 0
    })
  )
