/** The `syncs` of the config file, with the files that they name. */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as path from "node:path"
import type { AnyConnector } from "../contract/Connector.ts"
import type { ConnectionConfig, MatchRule, SyncConfig, TeamConfig } from "./Config.ts"
import type { Problems, Report } from "./ConfigInvalid.ts"
import { decode } from "./Decode.ts"
import { type Node, text } from "./Document.ts"
import * as ExceptionFile from "./ExceptionFile.ts"
import * as MapFile from "./MapFile.ts"
import * as Meaning from "./Meaning.ts"
import { hint } from "../model/Nearest.ts"
import * as TimeZone from "../model/TimeZone.ts"
import * as Rules from "./Rules.ts"
import { salvage } from "./Salvage.ts"
import { type MatchItem, Sync, SyncRest } from "./Shape.ts"
import * as Teams from "./Teams.ts"

export interface World {
  readonly connectors: ReadonlyMap<string, AnyConnector>
  /** The `connections` as written; their problems are told elsewhere. */
  readonly connections: Node | undefined
  /** Those of them that are right. */
  readonly decoded: ReadonlyMap<string, ConnectionConfig>
  readonly dir: string
  /** Epoch milliseconds. */
  readonly now: number
  readonly report: Report
  readonly problems: Problems
}

const named = (node: Node | undefined): ReadonlyArray<Node> => {
  const items = node === undefined || typeof node.value === "string" ? [node] : [...node.children.values()]
  return items.filter((item) => item !== undefined).filter((item) => typeof item.value === "string" && item.value.trim() !== "" && !item.broken)
}

const connectorOf = (name: string, { connections, connectors }: World): AnyConnector | undefined =>
  connectors.get(text(connections?.children.get(name), "connector") ?? "")

/** What a sync asks of its connections: customers and groups, or who works there and who is in the team. */
interface Roles {
  readonly source: "source" | "agents"
  readonly target: "target" | "team"
}

/** What a connector that cannot do it says of itself; null where it can. */
const lacks: Readonly<Record<Roles["source"] | Roles["target"], (connector: AnyConnector) => string | null>> = {
  source: ({ source, title }) => (source === undefined ? `cannot be read from; ${title} is a target only` : null),
  target: ({ target, title }) => (target === undefined ? `cannot be written to; ${title} is a source only` : null),
  agents: ({ source, title }) =>
    source?.declaration.agents === undefined ? `cannot be read from by a sync of staff (team); ${title} does not show who works there` : null,
  team: ({ team, title }) => (team === undefined ? `cannot be written to by a sync of staff (team); ${title} has no team that can be written to` : null)
}

const checkConnection = (node: Node, role: keyof typeof lacks, world: World): void => {
  const name = String(node.value)
  if (world.connections?.children.get(name) === undefined) {
    const names = [...(world.connections?.children.keys() ?? [])]
    world.report(node.place, `no connection is called "${name}"${hint(name, names)}`)
    return
  }
  const connector = connectorOf(name, world)
  const lack = connector === undefined ? null : lacks[role](connector)
  if (lack !== null) world.report(node.place, `"${name}" ${lack}`)
}

const checkConnections = (node: Node, roles: Roles, world: World): void => {
  const from = named(node.children.get("from"))
  const to = named(node.children.get("to"))[0]
  from.forEach((one, index) => {
    checkConnection(one, roles.source, world)
    if (from.findIndex((other) => other.value === one.value) < index) world.report(one.place, `"${String(one.value)}" stands here twice`)
  })
  if (to === undefined) return
  if (from.some((one) => one.value === to.value))
    world.report(to.place, `"${String(to.value)}" is in "from" already; a sync leads from one connection to another`)
  else checkConnection(to, roles.target, world)
}

/** The rows of every map file by its path as written. Files that are not right are reported and left out. */
const maps = (node: Node, world: World): ReadonlyMap<string, MapFile.MapTable> => {
  const read = new Map<string, MapFile.MapTable>()
  for (const item of node.children.get("match")?.children.values() ?? []) {
    const file = item.children.get("file")
    const name = text(item, "file")
    if (file === undefined || name === undefined || name.trim() === "") continue
    const table = MapFile.read(path.resolve(world.dir, name), name, file.place, world.report, world.problems.reporter(name))
    if (table !== null) read.set(name, table)
  }
  return read
}

const exceptions = (node: Node, world: World): ExceptionFile.ExceptionTable => {
  const file = node.children.get("exceptions")
  const name = text(node, "exceptions")
  if (file === undefined || name === undefined || name.trim() === "") return { rows: [], guessed: null }
  const timezone = text(node, "timezone")
  const table = ExceptionFile.read({
    path: path.resolve(world.dir, name),
    named: name,
    place: file.place,
    timezone: timezone !== undefined && TimeZone.isKnown(timezone) ? timezone : null,
    now: world.now,
    inConfig: world.report,
    inFile: world.problems.reporter(name)
  })
  return table ?? { rows: [], guessed: null }
}

const toMatch = (item: typeof MatchItem.Type, tables: ReadonlyMap<string, MapFile.MapTable>, dir: string): MatchRule => {
  if (item === "email") return { _tag: "Email" }
  if (item === "externalId") return { _tag: "ExternalId" }
  if ("file" in item) {
    const { blank, rows } = tables.get(item.file) ?? { blank: 0, rows: [] }
    return { _tag: "File", path: path.resolve(dir, item.file), rows, blank }
  }
  return { _tag: "Fields", source: item.source, target: item.target }
}

const deciding = (connection: string, { connectors, decoded }: World): Meaning.Deciding => {
  const given = decoded.get(connection)
  const names = connectors.get(given?.connector ?? "")?.source?.decides ?? []
  return { connection, options: Predicate.isRecord(given?.options) ? Object.entries(given.options).filter(([name]) => names.includes(name)) : [] }
}

/** What is left of a sync after a report; none where not even that decodes. It stands for nothing while anything is reported of it or its files. */
const readOne = (name: string, node: Node, world: World): Option.Option<SyncConfig> => {
  checkConnections(node, { source: "source", target: "target" }, world)
  Rules.check(node.children.get("rules"), world.report)
  const tables = maps(node, world)
  const except = exceptions(node, world)
  const whole = Option.map(decode(Sync, node, world.report), (value) => ({ value, node }))
  return Option.map(
    Option.orElse(whole, () => salvage(SyncRest, node)),
    ({ node: rest, value: shape }): SyncConfig => {
      const ruleNodes = [...(rest.children.get("rules")?.children ?? [])]
      const rules = shape.rules.map((rule, index) => {
        const [key, at] = ruleNodes[index] ?? [index, node]
        return Rules.build(rule, Number(key) + 1, at)
      })
      const match = shape.match.map((item) => toMatch(item, tables, world.dir))
      const { from, to, removals, adopt } = shape
      return {
        ...shape,
        name,
        place: node.key,
        rules,
        match,
        exceptions: except.rows,
        schedule: shape.schedule ?? null,
        timezone: shape.timezone ?? null,
        meaning: [
          ...Meaning.lines(
            { from, to, rules, match, removals, adopt },
            from.map((connection) => deciding(connection, world))
          ),
          // Read as other letters than are meant, a file says something else on who gets what: until a person has looked.
          ...[...tables].flatMap(([file, { guessed }]) => (guessed === null ? [] : [Meaning.guessedEncoding(file, guessed)])),
          ...(except.guessed === null ? [] : [Meaning.guessedEncoding("the exceptions", except.guessed)])
        ]
      }
    }
  )
}

const readTeam = (name: string, node: Node, world: World): Option.Option<TeamConfig> => {
  checkConnections(node, { source: "agents", target: "team" }, world)
  const names = (key: "from" | "to") => named(node.children.get(key)).map(({ value }) => String(value))
  const [from, [to = ""]] = [names("from"), names("to")]
  return Teams.read(name, node, { from, to, connectorOf: (connection) => connectorOf(connection, world), report: world.report })
}

/** The syncs that decode, whole or in part, in the file's order; everything that is wrong has been reported. */
export const read = (node: Node, world: World): { readonly syncs: ReadonlyMap<string, SyncConfig>; readonly teams: ReadonlyMap<string, TeamConfig> } => {
  const syncs = new Map<string, SyncConfig>()
  const teams = new Map<string, TeamConfig>()
  for (const [name, child] of node.children) {
    if (child.children.has("team")) Option.map(readTeam(name, child, world), (team) => teams.set(name, team))
    else Option.map(readOne(name, child, world), (sync) => syncs.set(name, sync))
  }
  Teams.checkTargets(node, world.report)
  return { syncs, teams }
}
