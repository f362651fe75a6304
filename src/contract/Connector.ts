/** What a connector is: options it takes from the config file, limits it knows of, and a source, a target or both. */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Pacer } from "./Pacer.ts"
import type { Redactor } from "./Redactor.ts"
import type { RecordUrls } from "../model/RecordUrl.ts"
import type { ConnectorError } from "./ConnectorError.ts"
import type { Source, SourceDeclaration } from "./Source.ts"
import type { Target, TargetDeclaration } from "./Target.ts"
import type { TeamDeclaration, TeamTarget } from "./Team.ts"

/** A documented limit: so many calls within any stretch of so many milliseconds. `endpoint` null: all calls of the account or key. */
export interface Limit {
  readonly calls: number
  readonly perMillis: number
  readonly endpoint: string | null
}

/** What a connector is given for one configured connection. The pacer, redactor and client are shared by all who use the connection. */
export interface ConnectionContext {
  /** The connection's name in the config file. */
  readonly name: string
  /** Not traced: spans would carry the query and headers, credentials among them. */
  readonly client: HttpClient.HttpClient
  readonly pacer: Pacer
  readonly redactor: Redactor
}

export interface Connector<Options = unknown, Encoded = unknown> {
  /** As in the config file and the folder: "zendesk". */
  readonly name: string
  /** As people write it: "Zendesk". */
  readonly title: string
  /**
   * Options of a connection, without `connector` and `budget`. Secrets are `Schema.Redacted`. Every field carries a `description` annotation.
   * A `baseUrl` option replaces scheme and host, and may carry a path prefix.
   */
  readonly options: Schema.Schema<Options, Encoded>
  /** The options that a new connection is asked for, in order: one way of signing in, where there are several. Left out: those that are needed. */
  readonly asked?: ReadonlyArray<string>
  /** A first connection to try the program with: its options, and files by their name that are made where they are missing. Needs no account. */
  readonly example?: { readonly options: Readonly<Record<string, string>>; readonly files: Readonly<Record<string, string>> }
  /** The file that describes it, as the config names it; left out for a connector of the registry. */
  readonly described?: string
  readonly limits: ReadonlyArray<Limit>
  /** Set where some credential is exchanged for tokens that end and are renewed during a run. */
  readonly renewing?: true
  /** What a person should change about these options though they work today, each a sentence with its dates and its remedy. `check` shows them. */
  readonly warnings?: (options: Options) => ReadonlyArray<string>
  /** Set where no API is called, as by a connector that reads files or a database: it has no limits and costs no calls. */
  readonly local?: true
  readonly source?: {
    readonly declaration: SourceDeclaration
    /** Names of plain options that decide who gets what, such as whether suspended users keep their groups: a change of one is held like a changed rule. */
    readonly decides?: ReadonlyArray<string>
    /**
     * Where the vendor's own pages of its records are under these options, by its words for them: `customerWord` and kinds of groups. Left out where
     * that is not known; an option that leads somewhere else than to the vendor gives none.
     */
    readonly recordUrls?: (options: Options) => RecordUrls
    readonly make: (options: Options, context: ConnectionContext) => Effect.Effect<Source, ConnectorError, Scope.Scope>
  }
  readonly target?: {
    readonly declaration: TargetDeclaration
    readonly make: (options: Options, context: ConnectionContext) => Effect.Effect<Target, ConnectorError, Scope.Scope>
  }
  /** Set where a sync of staff can write to the vendor's team. */
  readonly team?: {
    readonly declaration: TeamDeclaration
    readonly make: (options: Options, context: ConnectionContext) => Effect.Effect<TeamTarget, ConnectorError, Scope.Scope>
  }
}

/** A connector whose options are checked when the config file is decoded, and so need no type here. */
// oxlint-disable-next-line typescript/no-explicit-any -- the registry holds connectors of many option types; each decodes its own
export type AnyConnector = Connector<any, any>
