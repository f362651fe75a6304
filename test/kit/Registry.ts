/** Whether every connector is whole: folder, line in the registry, sandbox, README and options that explain themselves. */
import { existsSync, readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { AnyConnector } from "../../src/contract/Connector.ts"
import type { AnySandbox } from "../../src/sandbox/Sandbox.ts"
import * as Declared from "../../library/conformance/Declared.ts"
import type { Subject } from "../../library/conformance/Harness.ts"

export interface Folder {
  readonly name: string
  readonly files: ReadonlyArray<string>
}

const root = fileURLToPath(new URL("../../connectors/", import.meta.url))

/** What several connectors share: no connector itself. */
const shared = "kit"

/** The folders of connectors beside the registry. */
export const folders = (): ReadonlyArray<Folder> =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== shared)
    .map(({ name }) => ({ name, files: readdirSync(`${root}${name}`) }))

/** Every connector with its sandbox. One without is left out, which `problems` reports. */
export const subjects = async (registered: ReadonlyMap<string, AnyConnector>): Promise<ReadonlyArray<Subject>> =>
  Promise.all(
    [...registered]
      .filter(([name]) => existsSync(`${root}${name}/sandbox.ts`))
      .map(async ([name, connector]) => {
        const { make }: { readonly make?: () => AnySandbox } = await import(`../../connectors/${name}/sandbox.ts`)
        if (make === undefined) throw new Error(`connectors/${name}/sandbox.ts exports no make(): the suite makes one sandbox for each test by it`)
        return { connector, make }
      })
  )

const needed = {
  "sandbox.ts":
    "write one that exports make(): ConnectorSandbox (src/sandbox/Sandbox.ts), the vendor as an HTTP app, or AnySandbox where nobody is called; nothing about the connector is tested without it",
  "README.md": "write one with the rights it needs, its limits, its quirks, and for each fact its source and date"
}

/** Sentences that say what is missing and what to do about it; none if all is well. */
export const problems = (found: ReadonlyArray<Folder>, registered: ReadonlyMap<string, AnyConnector>): ReadonlyArray<string> => [
  ...found
    .filter(({ name }) => !registered.has(name))
    .map(
      ({ name }) =>
        `connectors/${name}/ is not in connectors/registry.ts, so no config can use it: add the line that imports its connector, or remove the folder.`
    ),
  ...[...registered].flatMap(([key, connector]) => {
    const folder = found.find(({ name }) => name === key)
    return folderProblems(key, folder).concat(Declared.problems(connector))
  })
]

const folderProblems = (name: string, folder: Folder | undefined): ReadonlyArray<string> => {
  if (folder === undefined)
    return [
      `connectors/registry.ts lists "${name}", but there is no folder connectors/${name}/: name the folder as the connector is named, or remove the line.`
    ]
  return Object.entries(needed)
    .filter(([file]) => !folder.files.includes(file))
    .map(([file, remedy]) => `connectors/${name}/ has no ${file}: ${remedy}.`)
}
