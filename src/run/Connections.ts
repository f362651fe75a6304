/** The connections of one invocation: each is opened once, has one pacer, and its source is read once, however many syncs use it. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Config, ConnectionConfig } from "../config/Config.ts"
import type { AnyConnector, ConnectionContext, Limit } from "../contract/Connector.ts"
import { ConnectorError } from "../contract/ConnectorError.ts"
import type { Identity } from "../contract/Identity.ts"
import type { Pacer, PacerWindow } from "../contract/Pacer.ts"
import type { Redactor } from "../contract/Redactor.ts"
import type { Source } from "../contract/Source.ts"
import type { StateError } from "../contract/StateError.ts"
import type { Target, TargetDeclaration } from "../contract/Target.ts"
import type { AgentsDeclaration, TeamDeclaration, TeamTarget } from "../contract/Team.ts"
import * as SlotPacer from "../http/pacing/SlotPacer.ts"
import { TransportFailure } from "../http/TransportFailure.ts"
import * as ReadLag from "../read/ReadLag.ts"
import type { SourceRead } from "../read/SourceReader.ts"
import * as Configured from "./Configured.ts"
import { RunStore } from "./RunStore.ts"

/** What the outside world is for a run: the connectors there are, the way to call vendors, the secrets to hide. */
export class Vendors extends Context.Tag("groupbridge/Vendors")<
  Vendors,
  { readonly connectors: ReadonlyMap<string, AnyConnector>; readonly client: HttpClient.HttpClient; readonly redactor: Redactor }
>() {}

export interface Connected {
  readonly config: ConnectionConfig
  readonly connector: AnyConnector
  readonly pacer: Pacer
  /** Asked once in an invocation, as soon as it has an answer. */
  readonly identify: Effect.Effect<Identity, ConnectorError>
  readonly source: Source | null
  readonly target: { readonly api: Target; readonly declaration: TargetDeclaration; readonly lag: ReadLag.ReadLag } | null
  readonly agents: { readonly pages: NonNullable<Source["agents"]>; readonly declaration: AgentsDeclaration } | null
  readonly team: { readonly api: TeamTarget; readonly declaration: TeamDeclaration } | null
}

/** What a connection can be used for in a sync: of customers `source` and `target`, of staff `agents` and `team`. */
export type Role = "source" | "target" | "agents" | "team"

/** A connection that has the role. */
export type ConnectedAs<R extends Role> = Connected & { readonly [K in R]: NonNullable<Connected[K]> }

export interface Connections {
  readonly configured: Configured.Configured
  readonly open: (name: string) => Effect.Effect<Connected, ConnectorError | StateError>
  /** Opened for a role. Fails with `Misconfigured` if its connector does not have it, which the config file is checked for. */
  readonly openAs: <R extends Role>(name: string, role: R) => Effect.Effect<ConnectedAs<R>, ConnectorError | StateError>
  /** What a source showed in this invocation, read by `read` if nobody asked before. A failure is remembered too. */
  readonly reading: (name: string) => Reading
  readonly readOnce: (name: string, read: Effect.Effect<SourceRead, ConnectorError | StateError>) => Effect.Effect<SourceRead, ConnectorError | StateError>
  readonly calls: Effect.Effect<{ readonly read: number; readonly write: number }>
}

export interface ConnectionOptions {
  /** The longest wait for an allowance; beyond it a call fails and the run hands back. Null: wait as long as it takes. */
  readonly maxWaitMillis: number | null
  /** No call waits for its start beyond that moment (epoch milliseconds). Null if not given: no such moment. */
  readonly until?: number | null
  readonly onWait: (connection: string, until: number, why: string) => Effect.Effect<void>
}

/** The share of a vendor's limit that we take if the config does not say: 80 % of a target's, 50 % of a source's. */
const defaultShare = (connector: AnyConnector): number => (connector.target === undefined && connector.team === undefined ? 0.5 : 0.8)

/** The windows that a connection's calls keep to: the documented limits scaled by the budget, or the budget itself. */
export const windows = (connector: AnyConnector, config: ConnectionConfig): { readonly windows: ReadonlyArray<PacerWindow>; readonly share: number } => {
  const { budget } = config
  const share = budget?._tag === "Share" ? budget.share : defaultShare(connector)
  const scale = (limit: Limit): PacerWindow => ({ ...limit, calls: Math.max(1, Math.floor(limit.calls * share)) })
  if (budget?._tag !== "Calls") return { windows: connector.limits.map(scale), share }
  // A number in the config states the account's plan better than the declaration; the limits of single endpoints stay.
  return {
    windows: [...connector.limits.filter((limit) => limit.endpoint !== null), { calls: budget.calls, perMillis: budget.perMillis, endpoint: null }],
    share: 1
  }
}

/** A call that writes may wait long for its turn: whether another run took over meanwhile is asked right before it is sent. */
const fenced = (client: HttpClient.HttpClient, { stillOurs }: typeof RunStore.Service): HttpClient.HttpClient =>
  HttpClient.transform(client, (send, request) => {
    if (request.method === "GET") return send
    const refuse = ({ message }: { readonly message: string }) =>
      new HttpClientError.RequestError({ request, reason: "Transport", cause: new TransportFailure({ words: message, reached: false, passing: false }) })
    return Effect.zipRight(Effect.mapError(stillOurs, refuse), send)
  })

/** What the syncs that read a source ask of its readings. */
export interface Reading {
  /** How often all is read, in milliseconds, as the strictest of them asks; 0: every time, as it must be where what no claim ever wanted is removed. */
  readonly fullEvery: number
  /** What they say on who gets what. */
  readonly meaning: ReadonlyArray<string>
  /** Those that remove. */
  readonly removing: ReadonlyArray<string>
}

export const reading = ({ syncs }: Pick<Config, "syncs">, name: string): Reading => {
  const all = [...syncs.values()].filter(({ from }) => from.includes(name))
  return {
    fullEvery: all.reduce((least, { fullRead, removals }) => Math.min(least, removals === "all" ? 0 : Duration.toMillis(fullRead)), Number.POSITIVE_INFINITY),
    meaning: all.flatMap(({ meaning, name: sync }) => [sync, ...meaning]),
    removing: all.filter(({ removals }) => removals !== "never").map(({ name: sync }) => sync)
  }
}

/** Asks once, and remembers the answer; a failure is asked again. */
const once = (asked: Effect.Effect<Identity, ConnectorError>): Effect.Effect<Identity, ConnectorError> => {
  let known: Identity | null = null
  return Effect.suspend(() =>
    known === null
      ? Effect.tap(asked, (identity) =>
          Effect.sync(() => {
            known = identity
          })
        )
      : Effect.succeed(known)
  )
}

const makeTeam = ({ declaration, make: connectTeam }: NonNullable<AnyConnector["team"]>, { options }: ConnectionConfig, context: ConnectionContext) =>
  Effect.map(connectTeam(options, context), (api) => ({ declaration, api: { ...api, identify: once(api.identify) } }))

const misconfigured = (connection: string, detail: string) => new ConnectorError({ connection, call: "open", reason: "Misconfigured", detail, effect: "none" })

const isAs = <R extends Role>(connected: Connected, role: R): connected is ConnectedAs<R> => connected[role] !== null

const connect = (config: ConnectionConfig, options: ConnectionOptions) =>
  Effect.gen(function* () {
    const { connectors, client, redactor } = yield* Vendors
    const store = yield* RunStore
    const { name } = config
    const connector = connectors.get(config.connector)
    if (connector === undefined) return yield* misconfigured(name, `there is no connector "${config.connector}"`)
    const pacer = yield* SlotPacer.make({
      ...windows(connector, config),
      restored: yield* store.pacerUse(name),
      inferred: yield* store.pacerLimits(name),
      concurrency: 8,
      maxWaitMillis: options.maxWaitMillis,
      until: options.until ?? null,
      onWait: (until, why) => options.onWait(name, until, why)
    })
    yield* Effect.addFinalizer(() =>
      Effect.ignore(Effect.flatMap(Effect.all({ use: pacer.use, inferred: pacer.inferred }), (learned) => store.storePacer(name, learned)))
    )
    const context = { name, client: fenced(client, store), pacer, redactor }
    const source = connector.source === undefined ? null : yield* connector.source.make(config.options, context)
    const target =
      connector.target === undefined
        ? null
        : {
            api: yield* connector.target.make(config.options, context),
            declaration: connector.target.declaration,
            lag: ReadLag.of(connector.target.declaration, options.maxWaitMillis)
          }
    const team = connector.team === undefined ? null : yield* makeTeam(connector.team, config, context)
    const declared = connector.source?.declaration.agents
    const agents = source?.agents === undefined || declared === undefined ? null : { pages: source.agents, declaration: declared }
    const asked = source?.identify ?? target?.api.identify ?? team?.api.identify ?? misconfigured(name, `${connector.title} is neither a source nor a target`)
    return { config, connector, pacer, identify: once(asked), source, target, agents, team } satisfies Connected
  })

/** Opens nothing yet. Pacers' use is stored when the scope ends, so that a vendor's windows outlive the run. */
export const make = (config: Config, options: ConnectionOptions): Effect.Effect<Connections, never, Vendors | RunStore | Scope.Scope> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<Vendors | RunStore | Scope.Scope>()
    const opened = new Map<string, Connected>()
    const reads = new Map<string, Effect.Effect<SourceRead, ConnectorError | StateError>>()
    const known = (name: string): Effect.Effect<Connected, ConnectorError | StateError> => {
      const before = opened.get(name)
      if (before !== undefined) return Effect.succeed(before)
      const found = config.connections.get(name)
      if (found === undefined) return Effect.fail(misconfigured(name, "no connection is called so"))
      return connect(found, options).pipe(
        Effect.provide(context),
        Effect.tap((connected) => Effect.sync(() => opened.set(name, connected)))
      )
    }
    return {
      configured: Configured.configured(config),
      open: known,
      openAs: (name, role) =>
        Effect.filterOrFail(
          known(name),
          (connected) => isAs(connected, role),
          () => misconfigured(name, `it cannot be used as ${role}`)
        ),
      reading: (name) => reading(config, name),
      readOnce: (name, read) =>
        Effect.flatMap(
          Effect.sync(() => reads.get(name)),
          (before) => {
            if (before !== undefined) return before
            return Effect.flatMap(Effect.exit(read), (exit) => {
              reads.set(name, exit)
              return exit
            })
          }
        ),
      calls: Effect.map(
        Effect.suspend(() => Effect.forEach([...opened.values()], (connected) => connected.pacer.status)),
        (all) => ({
          read: all.reduce((sum, status) => sum + status.reads, 0),
          write: all.reduce((sum, status) => sum + status.writes, 0)
        })
      )
    }
  })
