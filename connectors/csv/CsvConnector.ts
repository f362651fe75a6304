/** CSV files: a source of groups, customers and memberships that something else exports. What they look like stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { basename, dirname, relative, sep } from "node:path"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import { FilePath } from "../../src/contract/FilePath.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import * as CsvSource from "./CsvSource.ts"
import * as CsvText from "./CsvText.ts"

const Options = Schema.Struct({
  customers: FilePath.annotations({ description: "File of the customers, relative to this file: id, email, name, ..." }),
  groups: FilePath.annotations({ description: "File of the groups, relative to this file: id, name, kind, ..." }),
  memberships: FilePath.annotations({ description: "File of who is in which group, relative to this file: customer, group." })
})
type Options = typeof Options.Type

/** The deepest folder that all are in. */
const commonFolder = ([first = "", ...others]: ReadonlyArray<string>): string =>
  others.reduce((folder, path) => {
    let common = folder
    while (!path.startsWith(common.endsWith(sep) ? common : common + sep) && dirname(common) !== common) common = dirname(common)
    return common
  }, dirname(first))

/**
 * The account is the files' names below the folder that they share: the same after the project has moved to another place, another one
 * when a connection is pointed to other files.
 */
const identityOf = ({ customers, groups, memberships }: Options): Identity => {
  const paths = [customers, groups, memberships]
  const folder = commonFolder(paths)
  const names = paths.map((path) => relative(folder, path).split(sep).join("/"))
  return { account: `files ${names.join(", ")}`, label: basename(folder) || folder, actor: null, role: null, missing: [], allowance: null }
}

const makeSource = (options: Options, { name }: ConnectionContext) => {
  const identify = Effect.as(
    Effect.forEach([options.customers, options.groups, options.memberships], (path) => CsvText.stamp({ connection: name, path }), { discard: true }),
    identityOf(options)
  )
  return Effect.sync(() => ({ ...CsvSource.make({ connection: name, ...options }), identify }))
}

const example = {
  options: { customers: "customers.csv", groups: "groups.csv", memberships: "memberships.csv" },
  files: {
    "customers.csv": "id,email,name\n1,ann@example.com,Ann\n2,ben@example.com,Ben\n3,cleo@example.com,Cleo\n",
    "groups.csv": "id,name,kind\n101,Globex,organization\n102,Initech,organization\nvip,vip,tag\n",
    "memberships.csv": "customer,group\n1,101\n2,101\n3,102\n1,vip\n"
  }
}

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "csv",
  title: "CSV files",
  options: Options,
  limits: [],
  local: true,
  example,
  source: { declaration: CsvSource.declaration, make: makeSource }
}
