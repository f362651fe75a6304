/** The part of a run that only reads: the account behind each credential, and what the sources hold. What it reads of the target: ObserveTarget. */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { createHash } from "node:crypto"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { Identity } from "../contract/Identity.ts"
import type { StateError } from "../contract/StateError.ts"
import type { RunFailure } from "../model/Result.ts"
import * as SourceReader from "../read/SourceReader.ts"
import { SnapshotStore } from "../read/SnapshotStore.ts"
import type { Connected, ConnectedAs, Connections, Role } from "./Connections.ts"
import * as Failure from "./Failure.ts"
import { RunStore } from "./RunStore.ts"

/** Told while looking, for a progress line. `total` null: not known. */
export type OnLook = (connection: string, what: string, rows: number, total: number | null) => Effect.Effect<void>

/** How deep to look at the target: as often as the config says, or as `--refresh` asks. */
export type Depth = "usual" | "none" | "counts" | "full"

/** Ends a sync's run early with words for a person. */
export class Stopped {
  readonly _tag = "Stopped"
  readonly failure: RunFailure
  constructor(failure: RunFailure) {
    this.failure = failure
  }
}

export const stop = (kind: RunFailure["kind"], message: string, connection: string) => Effect.fail(new Stopped(Failure.make(kind, message, connection)))

export interface Identified {
  readonly identity: Identity
  /** Why what is missing proves nothing, in words for a person; null: it is the role of last time. */
  readonly distrust: string | null
}

/** Who we are at a connection, compared with last time. Another account stops the sync; another role distrusts what is missing. */
export const identify = (connected: Connected): Effect.Effect<Identified, ConnectorError | StateError | Stopped, RunStore> =>
  Effect.gen(function* () {
    const store = yield* RunStore
    const { name } = connected.config
    const identity = yield* connected.identify
    const binding = yield* store.bind(name, connected.connector.name, identity)
    if (binding._tag === "OtherAccount") {
      return yield* stop(
        "state",
        `${name} now opens the account ${identity.account}, and the state belongs to ${binding.before}. Nothing was read or written. If the change is meant: groupbridge state rebind ${name}`,
        name
      )
    }
    const distrust =
      binding._tag === "OtherRole"
        ? `the token of ${name} now acts as ${identity.role ?? "an unknown role"}, and was ${binding.before}: it may see fewer rows, so nothing is removed. If the change is meant: groupbridge state rebind ${name}`
        : null
    return { identity, distrust }
  })

/** What decides which rows a source shows us, and what becomes of them: what changed since an earlier read continues it only while this is the same. */
const basis = ({ config, connector }: Connected, { account, actor, role }: Identity, meaning: ReadonlyArray<string>): string => {
  const options = Predicate.isRecord(config.options) ? config.options : {}
  const decides = (connector.source?.decides ?? []).map((name) => [name, options[name] ?? null])
  return createHash("sha256")
    .update(JSON.stringify([connector.name, account, actor, role, decides, meaning]))
    .digest("hex")
}

/**
 * What a source shows. `full`: all of it is read; else what changed will do where that is known, unless something is about to be removed that an
 * earlier reading lacked: that is looked for once more. `dry`: nothing is done about it.
 */
export const readSource = (
  connections: Connections,
  connected: ConnectedAs<"source">,
  { distrust, identity }: Identified,
  { dry, full }: { readonly dry: boolean; readonly full: boolean },
  onLook: OnLook
): Effect.Effect<SourceReader.SourceRead, ConnectorError | StateError, SnapshotStore> =>
  Effect.gen(function* () {
    const { source, config } = connected
    const store = yield* SnapshotStore
    const { fullEvery, meaning, removing } = connections.reading(config.name)
    const read = Effect.gen(function* () {
      return yield* SourceReader.read(config.name, source, {
        distrust,
        dry,
        full: full || (yield* store.isAwaited(config.name, removing)),
        fullEvery,
        basis: basis(connected, identity, meaning),
        onRows: (what, rows) => onLook(config.name, what, rows, null)
      })
    })
    return yield* connections.readOnce(config.name, Effect.provideService(read, SnapshotStore, store))
  })

export interface SeenSource<R extends Role, A> {
  readonly connected: ConnectedAs<R>
  /** Null where the source was not read. */
  readonly identity: Identity | null
  readonly read: A | null
  readonly error: string | null
}

/**
 * Identifies and reads the sources of a sync. A source that does not answer, or refuses access, ends its own part and leaves its claims as they are.
 * Without any source there is nothing to compare: then it fails with the error of the first.
 */
export const eachSource = <R extends "source" | "agents", A, Needs>(
  from: ReadonlyArray<string>,
  role: R,
  connections: Connections,
  read: (connected: ConnectedAs<R>, identified: Identified) => Effect.Effect<A, ConnectorError | StateError, Needs>
): Effect.Effect<ReadonlyArray<SeenSource<R, A>>, ConnectorError | StateError | Stopped, Needs | RunStore> =>
  Effect.gen(function* () {
    const failures: Array<ConnectorError> = []
    const sources = yield* Effect.forEach(from, (name) =>
      Effect.flatMap(connections.openAs(name, role), (connected) =>
        identify(connected).pipe(
          Effect.flatMap((identified) =>
            Effect.map(read(connected, identified), (rows) => ({ connected, identity: identified.identity, read: rows, error: null }))
          ),
          Effect.catchTag("ConnectorError", (failure) => {
            failures.push(failure)
            return Effect.succeed({ connected, identity: null, read: null, error: Failure.of(failure).message })
          })
        )
      )
    )
    const [first] = failures
    return first !== undefined && failures.length === from.length ? yield* first : sources
  })
