/** Syncs of staff in the config file: `team` instead of rules. */
import * as Option from "effect/Option"
import type { AnyConnector } from "../contract/Connector.ts"
import { hint } from "../model/Nearest.ts"
import type { TeamConfig } from "./Config.ts"
import type { Report } from "./ConfigInvalid.ts"
import { decode } from "./Decode.ts"
import { type Node, text } from "./Document.ts"
import { salvage } from "./Salvage.ts"
import { Staff, Sync } from "./Shape.ts"

export interface World {
  /** The connections that the sync names, right or wrong. */
  readonly from: ReadonlyArray<string>
  readonly to: string
  readonly connectorOf: (connection: string) => AnyConnector | undefined
  readonly report: Report
}

const fold = (role: string): string => role.trim().toLowerCase()

const allowed = Object.keys(Staff.fields)

/** Keys of syncs of customers that mean nothing here, so that nobody believes they do. */
const misplaced = (node: Node, report: Report): ReadonlyArray<string> => {
  const keys = [...node.children.keys()].filter((key) => key in Sync.fields && !allowed.includes(key))
  for (const key of keys) {
    const place = node.children.get(key)?.key ?? node.key
    report(place, `"${key}" has no meaning in a sync of staff (team); allowed: ${allowed.join(", ")}`)
  }
  return keys
}

/** The roles that a source can give; null where one of them lets each account have its own, or is not known. */
const sourceRoles = ({ connectorOf, from }: World): ReadonlyArray<string> | null => {
  const known = from.map((name) => connectorOf(name)?.source?.declaration.agents?.roles ?? null)
  return known.includes(null) ? null : known.flatMap((roles) => roles ?? [])
}

const checkRoles = (node: Node | undefined, world: World): void => {
  const { connectorOf, report, to } = world
  const given = sourceRoles(world)
  const declaration = connectorOf(to)?.team?.declaration
  const seen = new Set<string>()
  for (const [role, target] of node?.children ?? []) {
    if (seen.has(fold(role))) report(target.key, `"${role}" stands here twice; roles are compared without regard to case`)
    seen.add(fold(role))
    if (given !== null && !given.some((one) => fold(one) === fold(role)))
      report(target.key, `no role at the source is called "${role}"${hint(role, [...new Set(given)])}`)
    if (declaration === undefined || typeof target.value !== "string" || target.broken) continue
    const roles = declaration.roles.filter((one) => one !== declaration.owner)
    if (target.value === declaration.owner) report(target.place, `"${target.value}" is never given by program; allowed: ${roles.join(", ")}`)
    else if (!roles.includes(target.value)) report(target.place, `no role of ${to} is called "${target.value}"${hint(target.value, roles)}`)
  }
}

/** What is left of it after a report; none where not even that decodes. */
export const read = (name: string, node: Node, world: World): Option.Option<TeamConfig> => {
  const beside = misplaced(node, world.report)
  const roles = node.children.get("team")?.children.get("roles")
  checkRoles(roles, world)
  const whole = decode(Staff, node, world.report, { beside, hidden: false })
  const rest = Option.orElse(whole, () => Option.map(salvage(Staff, node), ({ value }) => value))
  return Option.map(rest, ({ team, ...shape }): TeamConfig => ({
    ...shape,
    ...team,
    name,
    place: node.key,
    // A record's keys do not keep the file's order where they look like numbers.
    roles: [...(roles?.children.keys() ?? [])].map((source) => ({ source: source.trim(), target: team.roles[source] ?? "" })),
    schedule: shape.schedule ?? null,
    timezone: shape.timezone ?? null
  }))
}

/** Two syncs of staff would undo each other's work in one team: what one source lacks the other may have. */
export const checkTargets = (syncs: Node, report: Report): void => {
  const first = new Map<string, string>()
  for (const [name, node] of syncs.children) {
    const to = text(node, "to")
    if (to === undefined || !node.children.has("team")) continue
    const other = first.get(to)
    if (other === undefined) first.set(to, name)
    else report(node.children.get("to")?.place ?? node.key, `"${other}" is a sync of staff to "${to}" already; give one sync both sources: from: [A, B]`)
  }
}
