/** Every connector, one line each, sorted by name. Each is loaded only where it is used: that takes as long as some commands do. */
import type { AnyConnector } from "../src/contract/Connector.ts"

export const registry: Readonly<Record<string, () => Promise<AnyConnector>>> = {
  bizkithub: async () => (await import("./bizkithub/BizkithubConnector.ts")).connector,
  cstar: async () => (await import("./cstar/CstarConnector.ts")).connector,
  csv: async () => (await import("./csv/CsvConnector.ts")).connector,
  freshdesk: async () => (await import("./freshdesk/FreshdeskConnector.ts")).connector,
  intercom: async () => (await import("./intercom/IntercomConnector.ts")).connector,
  medusa: async () => (await import("./medusa/MedusaConnector.ts")).connector,
  sql: async () => (await import("./sql/SqlConnector.ts")).connector,
  trybe: async () => (await import("./trybe/TrybeConnector.ts")).connector,
  vendure: async () => (await import("./vendure/VendureConnector.ts")).connector,
  zammad: async () => (await import("./zammad/ZammadConnector.ts")).connector,
  zendesk: async () => (await import("./zendesk/ZendeskConnector.ts")).connector
}

/** Those whose name is chosen, in the order of the registry. */
export const load = async (isChosen: (name: string) => boolean = () => true): Promise<ReadonlyMap<string, AnyConnector>> => {
  const chosen = Object.entries(registry).filter(([name]) => isChosen(name))
  return new Map(await Promise.all(chosen.map(async ([name, connector]) => [name, await connector()] as const)))
}
