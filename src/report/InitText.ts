/** The words of `init`: its questions, and what it found and wrote. */
import type { AnyConnector } from "../contract/Connector.ts"
import type { GroupCarrier, GroupKind } from "../model/Group.ts"
import type { ConnectionCheck, GroupRow } from "../model/Overview.ts"
import * as CheckText from "./CheckText.ts"
import * as Columns from "./Columns.ts"
import * as ConnectorsText from "./ConnectorsText.ts"
import * as GroupsText from "./GroupsText.ts"
import type { Sink } from "./Sink.ts"
import * as Terminal from "./Terminal.ts"
import type { View } from "./View.ts"

/** The systems that can be chosen for one side, numbered from 1. */
export const systems = (connectors: ReadonlyArray<AnyConnector>, role: "source" | "target"): string =>
  Columns.table(
    connectors.map(({ name, source, target, title }, index) => [
      String(index + 1),
      name,
      title,
      role === "source" ? (source === undefined ? "" : ConnectorsText.kinds(source.declaration).join(", ")) : `${target?.declaration.groupWord ?? ""}s`
    ]),
    { right: [0] }
  ).join("\n")

export const whichSystem = (role: "source" | "target"): string =>
  role === "source" ? "Which system do the groups come from? (number or name) " : "Which system are they to be kept in? (number or name) "

export const whichGroups = ({ carrier, kind }: { readonly carrier: GroupCarrier; readonly kind: GroupKind }): string =>
  `Which ${kind}s${carrier === "organization" ? " of organizations" : ""} become groups? Names or patterns such as plan_*, with commas between; * takes all, empty takes none: `

export const writeThis = "Write the files with these rules?  y: yes, r: other rules, n: no  "

/** How many groups are listed, the largest first. */
const most = 20

/** Groups by size, the largest first, with the rule that takes each, and what the rules make of all of them. */
export const groups = (rows: ReadonlyArray<GroupRow>, sync: string, view: View, sink: Sink): Promise<void> =>
  GroupsText.write(
    sync,
    rows.toSorted((one, other) => other.members - one.members),
    view,
    sink,
    { most }
  )

/** Who the program is at each system, and which rights are missing. */
export const checks = (all: ReadonlyArray<ConnectionCheck>, view: View): string => `${all.flatMap((one) => CheckText.connection(one, view)).join("\n")}\n`

export interface Written {
  /** Paths as they are shown. */
  readonly files: ReadonlyArray<string>
  /** Variables that have no value yet, and where they belong. */
  readonly blank: ReadonlyArray<string>
  readonly environment: string
  /** Lines for an `.env` that was there and was left as it is. */
  readonly toAdd: ReadonlyArray<string>
  readonly sync: string
  /** What stands before a command so that it finds the config: "cd trial && ". */
  readonly before: string
}

/** What was written, what is still to be filled in, and what comes next. */
export const written = ({ before, blank, environment, files, sync, toAdd }: Written, view: View): string => {
  const sections = [
    `Written: ${files.join(", ")}`,
    ...(toAdd.length === 0 ? [] : [`${environment} was there and is left as it is. Add to it: ${toAdd.join(", ")}`]),
    ...(blank.length === 0 ? [] : [`Still empty in ${environment}, so nothing was tried with them: ${blank.join(", ")}`]),
    "Keep .env and .groupbridge/ out of version control: one holds secrets, the other customers' addresses."
  ]
  const next = [
    ["groupbridge check", "who we are there, which rights are missing"],
    [`groupbridge groups ${sync}`, "source groups, and the rule that takes each"],
    [`groupbridge plan ${sync}`, "what a sync would do; nothing is written"]
  ] as const
  const lines = next.map(([command, what]) => `  ${`${before}${command}`.padEnd(before.length + 36)}${what}`)
  return `${[...sections.flatMap((one) => Columns.wrap(one, view.width)), "Next:", ...lines].map((line) => Terminal.visible(line, 400)).join("\n")}\n`
}
