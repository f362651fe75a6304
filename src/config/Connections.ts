/** The `connections` of the config file, each decoded by its connector. */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as path from "node:path"
import type { AnyConnector } from "../contract/Connector.ts"
import * as FilePath from "../contract/FilePath.ts"
import type { ConnectionConfig } from "./Config.ts"
import type { Report } from "./ConfigInvalid.ts"
import { decode } from "./Decode.ts"
import { type Node, text } from "./Document.ts"
import { hint } from "../model/Nearest.ts"
import { BudgetText } from "./Values.ts"

/** Keys that every connection has beside its connector's options. */
export const common = ["connector", "budget"] as const

const hiddenValues = { beside: common, hidden: true }

const connectorOf = (node: Node, connectors: ReadonlyMap<string, AnyConnector>, report: Report): AnyConnector | undefined => {
  const name = node.children.get("connector")
  const allowed = [...connectors.keys()]
  if (!Predicate.isRecord(node.value)) report(node.place, `expected keys such as connector, found ${node.value === null ? "nothing" : "something else"}`)
  else if (name === undefined) report(node.key, `"connector" is missing; allowed: ${allowed.join(", ")}`)
  else if (name.broken) return undefined
  else if (typeof name.value !== "string") report(name.place, `expected the name of a connector; allowed: ${allowed.join(", ")}`)
  else if (!connectors.has(name.value)) {
    const shown = name.written === null ? JSON.stringify(name.value) : `the value of ${name.written}`
    report(name.place, `there is no connector ${shown}${hint(name.written === null ? name.value : "", allowed)}`)
  } else return connectors.get(name.value)
  return undefined
}

/** Options that name files, made absolute. */
const located = (options: unknown, connector: AnyConnector, dir: string): unknown => {
  const locators = FilePath.locators(connector.options)
  if (locators.size === 0 || !Predicate.isRecord(options)) return options
  const absolute = (file: string) => path.resolve(dir, file)
  const locate = (key: string, value: unknown): unknown => {
    const how = locators.get(key)
    if (how === undefined) return value
    if (typeof value === "string") return how(value, absolute)
    const secret = Redacted.isRedacted(value) ? Redacted.value(value) : undefined
    return typeof secret === "string" ? Redacted.make(how(secret, absolute)) : value
  }
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, locate(key, value)]))
}

/** All connections, without options where these are not right, which has been reported. Relative paths among their options begin at `dir`. */
export const read = (
  node: Node,
  { connectors, dir }: { readonly connectors: ReadonlyMap<string, AnyConnector>; readonly dir: string },
  report: Report
): ReadonlyMap<string, ConnectionConfig> => {
  const connections = new Map<string, ConnectionConfig>()
  for (const [name, child] of node.children) {
    const connector = connectorOf(child, connectors, report)
    const budgetNode = child.children.get("budget")
    const budget = budgetNode === undefined ? null : Option.getOrNull(decode(BudgetText, budgetNode, report))
    const options =
      connector === undefined ? Option.none() : Option.map(decode(connector.options, child, report, hiddenValues), (given) => located(given, connector, dir))
    connections.set(name, {
      name,
      connector: connector?.name ?? text(child, "connector") ?? "",
      options: Option.getOrNull(options),
      budget,
      place: child.key
    })
  }
  return connections
}

/** The plain values of all `Redacted` inside. */
export const secretsIn = (value: unknown): ReadonlyArray<string> => {
  if (Redacted.isRedacted(value)) {
    const plain = Redacted.value(value)
    return typeof plain === "string" && plain !== "" ? [plain] : []
  }
  if (Array.isArray(value)) return value.flatMap(secretsIn)
  return Predicate.isRecord(value) ? Object.values(value).flatMap(secretsIn) : []
}

/** The texts inside that are no `Redacted`. */
export const plainIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  if (Redacted.isRedacted(value)) return []
  if (Array.isArray(value)) return value.flatMap(plainIn)
  return Predicate.isRecord(value) ? Object.values(value).flatMap(plainIn) : []
}
