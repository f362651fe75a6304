/** The names of a config. */
import type { Config } from "../config/Config.ts"
import type { Sources } from "./NameStore.ts"

/** The names of a config: connections with their connectors, and syncs of customers and of staff. */
export interface Configured {
  readonly connections: ReadonlyMap<string, string>
  readonly syncs: ReadonlyArray<Sources>
}

export const configured = ({ connections, syncs, teams }: Pick<Config, "connections" | "syncs" | "teams">): Configured => ({
  connections: new Map([...connections.values()].map(({ connector, name }) => [name, connector])),
  syncs: [
    ...[...syncs.values()].map(({ from, name, removals, to }) => ({ sync: name, from, to, removes: removals !== "never", team: false })),
    ...[...teams.values()].map(({ from, name, to }) => ({ sync: name, from, to, removes: false, team: true }))
  ]
})
