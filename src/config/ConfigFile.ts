/** Finding and loading the config file. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as path from "node:path"
import type { AnyConnector } from "../contract/Connector.ts"
import type { Config } from "./Config.ts"
import { type ConfigInvalid, make as makeProblems } from "./ConfigInvalid.ts"
import * as Connections from "./Connections.ts"
import { decode } from "./Decode.ts"
import * as DescribedConnectors from "./DescribedConnectors.ts"
import * as Document from "./Document.ts"
import { salvage } from "./Salvage.ts"
import { File } from "./Shape.ts"
import * as Syncs from "./Syncs.ts"
import * as TextFile from "./TextFile.ts"
import * as Variables from "./Variables.ts"

export const DEFAULT_NAME = "groupbridge.yaml"

const START = { line: 1, column: 1 }

const single = (file: string, message: string): ConfigInvalid => {
  const problems = makeProblems()
  problems.reporter(file)(START, message)
  return problems.invalid(file, [])
}

const upwards = (dir: string): ReadonlyArray<string> => {
  const parent = path.dirname(dir)
  return parent === dir ? [dir] : [dir, ...upwards(parent)]
}

/** The absolute path of the config file: the one named, or the nearest `groupbridge.yaml` in `cwd` and the folders above it. */
export const find = (name: string | undefined, cwd: string): Effect.Effect<string, ConfigInvalid> =>
  Effect.suspend(() => {
    if (name !== undefined) {
      const file = path.resolve(cwd, name)
      return TextFile.isFile(file) ? Effect.succeed(file) : Effect.fail(single(name, `no such file; looked at ${file}`))
    }
    const found = upwards(path.resolve(cwd))
      .map((dir) => path.join(dir, DEFAULT_NAME))
      .find(TextFile.isFile)
    if (found !== undefined) return Effect.succeed(found)
    const next = "groupbridge init writes one; or name another with --config FILE"
    return Effect.fail(single(DEFAULT_NAME, `not found in ${path.resolve(cwd)} or a folder above it; ${next}`))
  })

export interface LoadOptions {
  /** Absolute path. */
  readonly file: string
  /** By the name that stands in `connector:`. */
  readonly connectors: ReadonlyMap<string, AnyConnector>
  /** Reads a file that describes a connector. Left out: such files are refused. */
  readonly describe?: DescribedConnectors.Describe
  /** The environment; `.env` beside the file is read too. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What it holds, where it is not written, or not yet: its path then only names it and its folder. */
  readonly text?: string
}

/** An address of a hook lets anyone post there. */
const hookSecrets = (notify: Config["notify"], heartbeat: string | null): ReadonlyArray<string> => [
  ...(heartbeat === null ? [] : [heartbeat]),
  ...notify.flatMap((hook) => {
    if ("email" in hook) return [hook.smtp, ...passwordOf(hook.smtp)]
    return "slack" in hook ? [hook.slack] : [hook.webhook, ...(hook.secret === undefined ? [] : [hook.secret])]
  })
]

const passwordOf = (url: string): ReadonlyArray<string> => {
  const password = URL.canParse(url) ? new URL(url).password : ""
  return password === "" ? [] : [password, decodeURIComponent(password)]
}

/** What a file says: all of it, or what is wrong with it and what is left. */
export interface Rest {
  readonly config: Config
  /** Null: the config is whole. */
  readonly invalid: ConfigInvalid | null
}

const read = (options: LoadOptions, now: number): Either.Either<Rest, ConfigInvalid> => {
  const dir = path.dirname(options.file)
  const main = path.basename(options.file)
  const problems = makeProblems()
  const report = problems.reporter(main)
  const source = options.text === undefined ? TextFile.read(options.file) : Either.right(options.text)
  if (Either.isLeft(source)) return Either.left(single(main, `${source.left}; looked at ${options.file}`))
  const variables = Variables.make(dir, options.env)
  const document = Document.parse(source.right, variables.fill, report)
  if (document === null) return Either.left(problems.invalid(main, variables.values()))
  const root = Document.withoutExtensions(document)
  const shape = Option.orElse(decode(File, root, report), () => Option.map(salvage(File, root), ({ value }) => value))
  const described = { connectors: options.connectors, describe: options.describe, dir }
  const connectors = DescribedConnectors.read(root.children.get("connectors"), described, report, problems.reporter)
  const connectionNodes = root.children.get("connections")
  const syncNodes = root.children.get("syncs")
  const connections =
    connectionNodes === undefined || Array.isArray(connectionNodes.value) ? new Map() : Connections.read(connectionNodes, { connectors, dir }, report)
  const world = {
    connectors,
    connections: connectionNodes,
    decoded: connections,
    dir,
    now,
    report,
    problems
  }
  const { syncs, teams } = syncNodes === undefined || Array.isArray(syncNodes.value) ? { syncs: new Map(), teams: new Map() } : Syncs.read(syncNodes, world)
  const given = [...connections.values()].map((one) => one.options)
  // What could not be filled in still stands as it was written, and is no secret: its name is what a message is about.
  const hidden = given.flatMap(Connections.secretsIn).filter((secret) => problems.none() || !Variables.refers(secret))
  const invalid = problems.none() ? null : problems.invalid(main, [...variables.values(), ...hidden])
  if (invalid !== null && !isUsable(root, shape, [...syncs.keys(), ...teams.keys()])) return Either.left(invalid)
  if (Option.isNone(shape)) return Either.left(problems.invalid(main, []))
  const { state, backup, heartbeat = null, keep, notify, remind, serve } = shape.value
  // A team's or a person's name that a variable holds is no secret, and reports must be able to say it.
  const plain = new Set(given.flatMap(Connections.plainIn))
  const config: Config = {
    file: options.file,
    connectors,
    connections,
    syncs,
    teams,
    state: path.resolve(dir, state),
    backup: { dir: path.resolve(dir, backup.dir), keep: backup.keep, maxBytes: backup.maxSize },
    keep,
    remind,
    notify,
    heartbeat,
    serve,
    secrets: [
      ...new Set([
        ...variables.values().filter((value) => !plain.has(value)),
        ...hidden,
        ...hookSecrets(notify, heartbeat),
        ...(serve.token === undefined ? [] : [serve.token])
      ])
    ]
  }
  return Either.right({ config, invalid })
}

/** Whether what is left still names the state and every sync: a sync that is missing in it would look like one that left the config. */
const isUsable = (root: Document.Node, shape: Option.Option<typeof File.Type>, syncs: ReadonlyArray<string>): boolean => {
  const state = root.children.get("state")
  const isRight = state === undefined || (!state.broken && Option.exists(shape, (found) => found.state === state.value))
  return isRight && [...(root.children.get("syncs")?.children.keys() ?? [])].every((name) => syncs.includes(name))
}

/**
 * The config that the file says, defaults filled in. Fails with every problem of the file and of the files that it names at once;
 * of a file that is no YAML only with what breaks it. `file` in problems is relative to the config file's folder.
 */
export const load = (options: LoadOptions): Effect.Effect<Config, ConfigInvalid> =>
  Effect.flatMap(loadRest(options), ({ config, invalid }) => (invalid === null ? Effect.succeed(config) : Effect.fail(invalid)))

/**
 * As `load`, with what is left of a config that is not right: for looking at the state and for pausing, never for a run. Rules that do not decode,
 * lines of files that cannot be read and options of connections are missing in it. Fails where not even the state and each sync are known.
 */
export const loadRest = (options: LoadOptions): Effect.Effect<Rest, ConfigInvalid> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.suspend(() => read({ ...options, file: path.resolve(options.file) }, now)))
