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
import * as Document from "./Document.ts"
import { File } from "./Shape.ts"
import * as Syncs from "./Syncs.ts"
import * as TextFile from "./TextFile.ts"
import * as Variables from "./Variables.ts"

const DEFAULT_NAME = "groupbridge.yaml"

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
    const next = 'write one as README.md shows under "Start", or name another with --config FILE'
    return Effect.fail(single(DEFAULT_NAME, `not found in ${path.resolve(cwd)} or a folder above it; ${next}`))
  })

export interface LoadOptions {
  /** Absolute path. */
  readonly file: string
  /** By the name that stands in `connector:`. */
  readonly connectors: ReadonlyMap<string, AnyConnector>
  /** The environment; `.env` beside the file is read too. */
  readonly env: Readonly<Record<string, string | undefined>>
}

const read = (options: LoadOptions, now: number): Either.Either<Config, ConfigInvalid> => {
  const dir = path.dirname(options.file)
  const main = path.basename(options.file)
  const problems = makeProblems()
  const report = problems.reporter(main)
  const source = TextFile.read(options.file)
  if (Either.isLeft(source)) return Either.left(single(main, `${source.left}; looked at ${options.file}`))
  const variables = Variables.make(dir, options.env)
  const root = Document.parse(source.right, variables.fill, report)
  if (root === null) return Either.left(problems.invalid(main, variables.values()))
  const shape = decode(File, root, report)
  const connectionNodes = root.children.get("connections")
  const syncNodes = root.children.get("syncs")
  const connections =
    connectionNodes === undefined || Array.isArray(connectionNodes.value)
      ? new Map()
      : Connections.read(connectionNodes, { connectors: options.connectors, dir }, report)
  const world = {
    connectors: options.connectors,
    connections: connectionNodes,
    decoded: connections,
    dir,
    now,
    report,
    problems
  }
  const { syncs, teams } = syncNodes === undefined || Array.isArray(syncNodes.value) ? { syncs: new Map(), teams: new Map() } : Syncs.read(syncNodes, world)
  const given = [...connections.values()].map((one) => one.options)
  const hidden = given.flatMap(Connections.secretsIn)
  if (Option.isNone(shape) || !problems.none()) {
    // What could not be filled in still stands as it was written, and is no secret: its name is what the message is about.
    return Either.left(
      problems.invalid(
        main,
        [...variables.values(), ...hidden].filter((secret) => !Variables.refers(secret))
      )
    )
  }
  const { state, backup, keep } = shape.value
  // A team's or a person's name that a variable holds is no secret, and reports must be able to say it.
  const plain = new Set(given.flatMap(Connections.plainIn))
  return Either.right({
    file: options.file,
    connections,
    syncs,
    teams,
    state: path.resolve(dir, state),
    backup: { dir: path.resolve(dir, backup.dir), keep: backup.keep },
    keep,
    secrets: [...new Set([...variables.values().filter((value) => !plain.has(value)), ...hidden])]
  })
}

/**
 * The config that the file says, defaults filled in. Fails with every problem of the file and of the files that it names at once;
 * of a file that is no YAML only with what breaks it. `file` in problems is relative to the config file's folder.
 */
export const load = (options: LoadOptions): Effect.Effect<Config, ConfigInvalid> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.suspend(() => read({ ...options, file: path.resolve(options.file) }, now)))
