/** Asks a vendor who we are there, and compares the answer with what the state knows. Writes nothing. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { basename } from "node:path"
import type { Config, ConnectionConfig, Scheduled } from "../config/Config.ts"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { Identity } from "../contract/Identity.ts"
import type { StateError } from "../contract/StateError.ts"
import type { ConnectionCheck } from "../model/Overview.ts"
import type { RunFailure } from "../model/Result.ts"
import type { Connected, Connections } from "../run/Connections.ts"
import * as Failure from "../run/Failure.ts"
import { type KnownConnection, OperationsStore } from "../run/OperationsStore.ts"
import * as World from "./World.ts"

/** Since when runs of these syncs fail like this because of this connection. */
const failingSince = (name: string, syncs: ReadonlyArray<Scheduled>, kind: RunFailure["kind"]) =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    const using = syncs.filter((sync) => sync.to === name || sync.from.includes(name))
    const series = yield* Effect.forEach(using, (sync) => overview.failing(sync.name))
    const own = series.filter((one) => one !== null).filter(({ error }) => error.kind === kind && error.message.startsWith(`${name}: `))
    return { since: own.length === 0 ? null : Math.min(...own.map(({ since }) => since)), skippedRuns: own.reduce((sum, { runs }) => sum + runs, 0) }
  })

const wellMessage = (identity: Identity, known: KnownConnection, name: string): string | null =>
  known.account === null || known.account === identity.account
    ? null
    : `this opens the account ${identity.account}, and the state belongs to ${known.account}: syncs stop. If the change is meant: groupbridge state rebind ${name}`

const refusedState = (error: ConnectorError): ConnectionCheck["state"] => (error.retryable ? "unavailable" : "refused")

/** Who we are for what the connection is used for: customers, a team, or both. */
const identify = (connected: Connected, name: string, syncs: ReadonlyArray<World.AnySync>): Effect.Effect<Identity, ConnectorError> => {
  const { team } = connected
  const asTeam = syncs.some((sync) => World.isTeam(sync) && sync.to === name)
  if (team === null || !asTeam) return connected.identify
  const others = syncs.some((sync) => sync.from.includes(name) || (!World.isTeam(sync) && sync.to === name))
  if (!others) return team.api.identify
  return Effect.zipWith(connected.identify, team.api.identify, (one, two) => ({ ...one, missing: [...new Set([...one.missing, ...two.missing])] }))
}

/** Another person with the same role may be shown fewer rows: what that would hold, before it happens. */
const otherActor = (name: string, { account, actor }: Identity, known: KnownConnection) =>
  Effect.gen(function* () {
    if (known.account !== account) return []
    const before = yield* (yield* OperationsStore).earlierView(name, actor)
    if (before === null || before.memberships === 0) return []
    const now = actor ?? "an account without a name"
    return [
      `${name}: ${now} is another account than ${before.actor}, and may be shown fewer rows. ${before.memberships} memberships rest on what ${before.actor} was shown: those that ${now} does not see are held (actor) until you decide; nobody is removed for it unasked.`
    ]
  })

/** One connection's check; `otherAccount` if it opens another account than the state's, which stops its syncs. */
export const check = (
  config: Config,
  connections: Connections,
  syncs: ReadonlyArray<World.AnySync>,
  connection: ConnectionConfig
): Effect.Effect<ConnectionCheck & { readonly otherAccount: boolean; readonly warnings: ReadonlyArray<string> }, StateError, OperationsStore> =>
  Effect.gen(function* () {
    const { name, connector, place } = connection
    const known = yield* (yield* OperationsStore).connection(name)
    const declared = yield* Effect.either(connections.open(name))
    const untestable = Either.isRight(declared) && declared.right.source === null && declared.right.target?.declaration.testable === false
    const asked = yield* Effect.either(
      Effect.flatMap(connections.open(name), (connected) =>
        Effect.all({ identity: identify(connected, name, syncs), costs: connected.source?.costs ?? Effect.succeed([]) })
      )
    )
    const common = { connection: name, connector }
    if (Either.isRight(asked)) {
      const { costs, identity } = asked.right
      const { account, label, actor, role, missing, allowance } = identity
      const otherAccount = known.account !== null && known.account !== account
      return {
        ...common,
        lastGood: untestable ? known.acceptedAt : known.identifiedAt,
        state: untestable ? "untestable" : "ok",
        account: label,
        actor,
        role,
        actorBefore: known.actor === null || known.actor === actor ? null : known.actor,
        since: null,
        skippedRuns: 0,
        missing,
        costs,
        allowance: allowance === null ? null : { ...allowance, usedByOthers: null },
        message: wellMessage(identity, known, name),
        otherAccount,
        warnings: yield* otherActor(name, identity, known)
      }
    }
    if (asked.left._tag === "StateError") return yield* asked.left
    const failure = Failure.of(asked.left)
    return {
      ...common,
      ...(yield* failingSince(name, syncs, failure.kind)),
      lastGood: known.identifiedAt,
      state: refusedState(asked.left),
      account: known.account,
      actor: null,
      role: null,
      actorBefore: asked.left.retryable ? null : known.actor,
      missing: [],
      costs: [],
      allowance: null,
      message: `${failure.message} It stands at ${basename(config.file)} line ${place.line}.`,
      otherAccount: false,
      warnings: []
    }
  })

/** One connection as it is known, without asking it. */
export const unasked = ({ connector, name }: ConnectionConfig): Effect.Effect<ConnectionCheck, StateError, OperationsStore> =>
  Effect.map(
    Effect.flatMap(OperationsStore, (store) => store.connection(name)),
    ({ account, actor, identifiedAt }) => ({
      connection: name,
      connector,
      state: "unasked" as const,
      account,
      actor,
      role: null,
      actorBefore: null,
      since: null,
      lastGood: identifiedAt,
      skippedRuns: 0,
      missing: [],
      costs: [],
      allowance: null,
      message: null
    })
  )
