/** The config file as the engine sees it: decoded, defaults filled in, every path absolute. */
import type * as Duration from "effect/Duration"
import type { AnyConnector } from "../contract/Connector.ts"
import type { GroupCarrier, GroupKind } from "../model/Group.ts"

/** Where something stands in the config file, for messages. Line and column count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** So many calls an hour (or another stretch), or a share of the vendor's limit. */
export type Budget = { readonly _tag: "Calls"; readonly calls: number; readonly perMillis: number } | { readonly _tag: "Share"; readonly share: number }

export interface ConnectionConfig {
  readonly name: string
  readonly connector: string
  /** Decoded by the connector's own option schema; null in what is left of a config whose connection is not right. */
  readonly options: unknown
  /** Null: the default, 80 % of a target's limit and 50 % of a source's. */
  readonly budget: Budget | null
  readonly place: Place
}

/** A condition on a field of a source group: `">= 3"` on `members`, or equality (text without regard to case). */
export interface Condition {
  readonly field: string
  readonly operator: "=" | "!=" | ">=" | ">" | "<=" | "<"
  readonly value: string | number | boolean
}

/** Templates: `{name}`, `{id}`, `{kind}`, `{slug}`, `{connection}` and fields of the group. */
export interface RuleConfig {
  /** Its place among the sync's rules, from 1. */
  readonly index: number
  readonly place: Place
  readonly kind: GroupKind
  readonly of: GroupCarrier
  /** Glob patterns over names (`*`, `?`), compared without regard to case. Empty: everything. */
  readonly include: ReadonlyArray<string>
  readonly exclude: ReadonlyArray<string>
  readonly where: ReadonlyArray<Condition>
  readonly name: string | null
  readonly slug: string | null
  readonly description: string | null
  readonly externalId: string | null
  readonly customFields: Readonly<Record<string, string>>
  /** All groups that the rule takes share one target group of this name. */
  readonly into: string | null
  readonly previously: ReadonlyArray<string>
}

export type MatchRule =
  | { readonly _tag: "Email" }
  | { readonly _tag: "ExternalId" }
  | { readonly _tag: "Fields"; readonly source: string; readonly target: string }
  /** `rows` as read from the file: an e-mail, external id or id of the source, and the target's customer id. */
  | {
      readonly _tag: "File"
      readonly path: string
      readonly rows: ReadonlyArray<MapRow>
      /** Lines whose target is not filled in yet; `rows` does not have them. */
      readonly blank: number
    }

export interface MapRow {
  readonly by: "email" | "externalId" | "id"
  readonly value: string
  readonly target: string
  readonly line: number
}

/** One line of exceptions.csv. `until` is epoch milliseconds (the end of that day in the sync's timezone), null for ever. */
export interface ExceptionRow {
  readonly email: string
  readonly group: string
  readonly what: "always" | "never"
  readonly until: number | null
  readonly reason: string
  readonly by: string
  readonly line: number
}

export interface GuardLimits {
  readonly removals: number
  readonly removalPercent: number
  readonly groupRemovalPercent: number
  readonly emptiedGroups: number
  readonly sourceShrink: number
  readonly additions: number
  readonly groupGrowthPercent: number
  readonly newGroups: number
  readonly ruleChange: "hold" | "apply"
}

/** What all syncs have in common, of customers and of staff. */
export interface Scheduled {
  readonly name: string
  readonly place: Place
  readonly from: ReadonlyArray<string>
  readonly to: string
  /** The longest that a call at the terminal waits for an allowance before the run hands back. */
  readonly maxWait: Duration.Duration
  readonly schedule: string | null
  readonly timezone: string | null
}

export interface SyncConfig extends Scheduled {
  readonly rules: ReadonlyArray<RuleConfig>
  readonly match: ReadonlyArray<MatchRule>
  readonly removals: "never" | "ours" | "all"
  readonly adopt: {
    readonly groups: ReadonlyArray<"externalId" | "slug" | "name">
    readonly members: "none" | "confirmed"
    readonly names: "keep" | "follow"
  }
  readonly drift: "ask" | "restore" | "accept"
  readonly grace: { readonly reads: number; readonly for: Duration.Duration }
  readonly guards: GuardLimits
  readonly exceptions: ReadonlyArray<ExceptionRow>
  readonly emptyGroups: "skip" | "create"
  readonly deleteEmptyGroups: boolean
  readonly refresh: { readonly counts: Duration.Duration; readonly full: Duration.Duration }
  readonly fullRead: Duration.Duration
  readonly planMaxAge: Duration.Duration
  /**
   * What the file says on everything that decides who gets what (rules, match, map file, removals, adopt), as canonical lines;
   * two files of the same meaning have the same lines. Compared by the `ruleChange` guard, which shows the lines that differ.
   */
  readonly meaning: ReadonlyArray<string>
}

export interface TeamLimits {
  /** Mails to real people. */
  readonly invites: number
  /** Changes to a role that may do more. */
  readonly roleRaise: number
  readonly removals: number
}

/** A sync of staff: who works at a source is in the target's team. */
export interface TeamConfig extends Scheduled {
  /** In the file's order: the first whose source role somebody has (compared without regard to case) gives the role at the target. */
  readonly roles: ReadonlyArray<{ readonly source: string; readonly target: string }>
  readonly remove: "never" | "ours"
  readonly guards: TeamLimits
}

/** Where notices go. Addresses and secrets are hidden in whatever leaves the program. */
export type Hook =
  | { readonly webhook: string; readonly secret?: string }
  | { readonly slack: string }
  | { readonly email: string; readonly smtp: string; readonly from: string }

export interface Config {
  /** Absolute path of the file. */
  readonly file: string
  /** Those that the file describes, and all others. */
  readonly connectors: ReadonlyMap<string, AnyConnector>
  readonly connections: ReadonlyMap<string, ConnectionConfig>
  /** Those of customers; no name is in `teams` too. */
  readonly syncs: ReadonlyMap<string, SyncConfig>
  /** Those of staff. */
  readonly teams: ReadonlyMap<string, TeamConfig>
  /** Absolute path. */
  readonly state: string
  readonly backup: { readonly dir: string; readonly keep: number; readonly maxBytes: number }
  readonly keep: Duration.Duration
  /** How often what still waits or still fails is reported again. */
  readonly remind: Duration.Duration
  readonly notify: ReadonlyArray<Hook>
  /** Called after a turn that did its work; null: nothing is. */
  readonly heartbeat: string | null
  /** How `serve` keeps the schedules. `jitter`: the longest random delay of a turn. */
  readonly serve: {
    readonly missed: "once" | "skip"
    readonly jitter: Duration.Duration
    /** Where the page listens; absent: nowhere. */
    readonly listen?: { readonly host: string; readonly port: number }
    /** Lets who has it read and decide on the page. */
    readonly token?: string
    /** Further names by which the page is reached, through a proxy or as this machine's. */
    readonly hosts: ReadonlyArray<string>
  }
  /** Secret options of connections, and values out of `${...}` unless they are a plain option: all are hidden in whatever leaves the program. */
  readonly secrets: ReadonlyArray<string>
}
