/** The `connectors` of the config file: files that describe connectors beside those of the registry. Nothing is read that the config does not name. */
import * as Either from "effect/Either"
import * as path from "node:path"
import type { AnyConnector } from "../contract/Connector.ts"
import type { Report } from "./ConfigInvalid.ts"
import type { Node } from "./Document.ts"
import * as TextFile from "./TextFile.ts"

/** The connector that a text describes; null after at least one report. `file` is how the config names it. */
export type Describe = (text: string, file: string, report: Report) => AnyConnector | null

interface Known {
  readonly connectors: ReadonlyMap<string, AnyConnector>
  readonly describe: Describe | undefined
  readonly dir: string
}

const isFile = (name: string): boolean => /^\.{0,2}\/|\.ya?ml$/i.test(name)

/** All connectors by name: those of the registry, and those that are described rightly; the others have been reported. */
export const read = (
  node: Node | undefined,
  { connectors, describe, dir }: Known,
  report: Report,
  reporter: (file: string) => Report
): ReadonlyMap<string, AnyConnector> => {
  const all = new Map(connectors)
  for (const { place, value } of node?.children.values() ?? []) {
    if (typeof value !== "string") continue
    if (!isFile(value)) {
      report(place, `${value} names no file; write its path, such as ./${value}.yaml`)
      continue
    }
    const text = TextFile.read(path.resolve(dir, value))
    if (Either.isLeft(text)) {
      report(place, `${value} cannot be read: ${text.left}`)
      continue
    }
    const connector = describe?.(text.right, value, reporter(path.normalize(value))) ?? null
    if (describe === undefined) report(place, "described connectors are not read here")
    if (connector === null) continue
    if (all.has(connector.name))
      report(place, `${value} names its connector ${JSON.stringify(connector.name)}, as one that is there already: name it otherwise`)
    else all.set(connector.name, connector)
  }
  return all
}
