/**
 * Plans and syncs from a program. A config is the object that stands in groupbridge.yaml, a result is the document that the command prints with `--json`.
 * Unstable: until described connectors have landed any version may change it; the changelog says so.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { join } from "node:path"
import * as Embedded from "../src/cli/Embedded.ts"
import type { Event, GroupbridgeError } from "../src/cli/Events.ts"
import * as PlanCommand from "../src/cli/Plan.ts"
import * as SyncCommand from "../src/cli/Sync.ts"
import type { File, Staff, Sync } from "../src/config/Shape.ts"
import type { AnyConnector } from "../src/contract/Connector.ts"
import type * as JsonDocuments from "../src/report/documents/JsonDocuments.ts"
import * as Wire from "../src/wire.ts"

export { type Event, GroupbridgeError } from "../src/cli/Events.ts"

/** A configured vendor: besides these, the options of its connector. A text may refer to `${NAME}` and `${file:PATH}`. */
export interface ConnectionConfig {
  readonly connector: string
  readonly budget?: string | number
  readonly [option: string]: unknown
}

/** What stands in groupbridge.yaml; README.md says what each key means. */
export interface Config extends Omit<typeof File.Encoded, "connections" | "syncs"> {
  readonly connections: Readonly<Record<string, ConnectionConfig>>
  readonly syncs: Readonly<Record<string, typeof Sync.Encoded | typeof Staff.Encoded>>
}

export interface Options {
  readonly config: Config
  /** What paths in the config are relative to, the state's among them. Default: the working folder. */
  readonly folder?: string
  /** Where `${NAME}` is looked up, before `.env` in the folder. Default: the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Names of syncs. Default: all of them. */
  readonly syncs?: ReadonlyArray<string>
  /** Connectors of yours, which the config names as it names those that are built in. One of the same name takes the place of it. */
  readonly connectors?: ReadonlyArray<AnyConnector>
  /** These groups alone. */
  readonly only?: ReadonlyArray<string>
  /** How much of the target is looked at. Default: as much as is due. */
  readonly refresh?: "none" | "counts" | "full"
}

export interface SyncOptions extends Options {
  /** As `--approve GUARD=N`: this guard is lifted once, up to so many changes. */
  readonly approve?: ReadonlyArray<string>
  /** At most so many write calls; a fifth of them is for removals that wait. */
  readonly maxCalls?: number
}

/** What `groupbridge plan --json` prints. */
export type PlanDocument = typeof JsonDocuments.documents.plan.Type

/** What `groupbridge sync --json` prints. */
export type SyncDocument = typeof JsonDocuments.documents.sync.Type

const given = ({ config, connectors = [], env = process.env, folder = process.cwd() }: Options): Embedded.Given => ({
  // YAML takes JSON as it is, so that a message can say where in it something stands.
  text: JSON.stringify(config, null, 2),
  file: join(folder, "config"),
  env,
  connectors
})

const chosen = ({ only, refresh }: Options) => ({ ...(only === undefined ? {} : { only }), ...(refresh === undefined ? {} : { refresh }) })

/** What syncs would do. Writes nothing to any target. The whole document is held in memory: a plan of very many changes is for the command. */
export const plan = (options: Options): Stream.Stream<Event<PlanDocument>, GroupbridgeError> =>
  Embedded.run(Wire.load, given(options), (common) => PlanCommand.command(options.syncs ?? [], { ...common, ...chosen(options) }))

/**
 * Reads, plans and applies, sync by sync, without a question; what guards hold stays held. Notices of the config go out, and the heartbeat. One that
 * fails keeps no other from running, and is in the document. Who stops reading the stream stops the run: what is under way is finished and stored.
 */
export const sync = (options: SyncOptions): Stream.Stream<Event<SyncDocument>, GroupbridgeError> =>
  Embedded.run(Wire.load, given(options), (common) =>
    SyncCommand.command(options.syncs ?? [], {
      ...common,
      ...chosen(options),
      ...(options.approve === undefined ? {} : { approve: options.approve }),
      ...(options.maxCalls === undefined ? {} : { maxCalls: String(options.maxCalls) })
    })
  )

/** The document alone. */
export const result = <Document>(events: Stream.Stream<Event<Document>, GroupbridgeError>): Effect.Effect<Document, GroupbridgeError> =>
  Stream.runFold(events, Option.none<Document>(), (found, event) => (event._tag === "Result" ? Option.some(event.document) : found)).pipe(
    Effect.flatMap(Option.match({ onNone: () => Effect.dieMessage("a stream that ends has a result"), onSome: Effect.succeed }))
  )
