/** The limits of a sync and their defaults, as the table of docs/guards.md. */
import { defaults, floors, type LimitName, suspiciousLoss, windowHours } from "../model/Guard.ts"
import { number } from "./Numbers.ts"

const limit = (name: LimitName): string => number(defaults[name])

const rows: ReadonlyArray<readonly [guard: string, limit: string, holds: string]> = [
  ["removals", `${limit("removals")} in any ${windowHours} h`, "removals"],
  ["removalPercent", `${limit("removalPercent")} % of what the sync could remove, from ${floors.removable} rows on`, "removals"],
  ["groupRemovalPercent", `${limit("groupRemovalPercent")} % of a group, from ${floors.groupRemoval} members on`, "that group's removals"],
  ["emptiedGroups", `${limit("emptiedGroups")} groups losing their last member (deleted or merged ones do not count)`, "those groups' removals"],
  [
    "sourceShrink",
    `${limit("sourceShrink")} % fewer rows in a stream of the source (from ${floors.stream} rows and ${floors.streamLoss} lost on; ${suspiciousLoss} % of the rows at any size)`,
    "removals"
  ],
  ["additions", `${limit("additions")} in any ${windowHours} h`, "additions"],
  ["groupGrowthPercent", `${limit("groupGrowthPercent")} % of a group, from ${floors.groupGrowth} members on`, "that group's additions"],
  ["newGroups", `${limit("newGroups")} in any ${windowHours} h`, "those groups and their members"],
  ["ruleChange", "`hold`", "what only a changed config causes, or a new version that reads the same rules otherwise"]
]

export const markdown = (): string =>
  `${["| guard under `guards:` | default | holds |", "|---|---|---|", ...rows.map(([guard, value, holds]) => `| \`${guard}\` | ${value} | ${holds} |`)].join("\n")}\n`
