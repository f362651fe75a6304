/**
 * `init`: asks for the systems and their keys, tries these at once, shows which groups the rules take, and only then writes the config file and `.env`.
 * Overwrites no file. Until it writes, the config exists as a text, and its state in the spool.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { Config, SyncConfig } from "../config/Config.ts"
import * as ConfigFile from "../config/ConfigFile.ts"
import type { ConfigInvalid } from "../config/ConfigInvalid.ts"
import * as NewConfig from "../config/NewConfig.ts"
import type { AnyConnector } from "../contract/Connector.ts"
import type { ConnectionCheck, GroupRow } from "../model/Overview.ts"
import * as Escape from "../report/Escape.ts"
import * as InitText from "../report/InitText.ts"
import * as Ask from "./Ask.ts"
import * as CheckConnection from "./CheckConnection.ts"
import type { Load } from "./Environment.ts"
import * as Groups from "./Groups.ts"
import * as InitChoices from "./InitChoices.ts"
import * as Invocation from "./Invocation.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

const syncName = "customers"

/** The config's schema, which the package holds, as a config in `dir` refers to it. */
const schemaFrom = (dir: string): string | null => {
  const file = ["../groupbridge.schema.json", "../../groupbridge.schema.json"].map((path) => fileURLToPath(new URL(path, import.meta.url))).find(existsSync)
  if (file === undefined) return null
  const path = relative(existsSync(dir) ? realpathSync(dir) : dir, file)
  return path.startsWith(".") ? path : `./${path}`
}

interface Draft {
  readonly invocation: Invocation.Invocation
  readonly options: InitChoices.InitOptions
  readonly file: string
  readonly source: AnyConnector
  readonly target: AnyConnector
}

/** The config as it would be loaded from the file. Its secrets are hidden from every output from here on. */
const load = ({ file, invocation }: Draft, config: NewConfig.NewConfig): Effect.Effect<Config, ConfigInvalid> => {
  const secrets = NewConfig.secrets(config)
  for (const { value } of secrets) if (value !== "") invocation.redactor.hide(value)
  return ConfigFile.load({
    file,
    text: NewConfig.yaml(config),
    connectors: invocation.environment.connectors,
    env: { ...process.env, ...Object.fromEntries(secrets.map(({ value, variable }) => [variable, value])) }
  })
}

const syncOf = ({ syncs }: Config): SyncConfig => {
  const [sync] = syncs.values()
  if (sync === undefined) throw new Error("the new config has no sync")
  return sync
}

const isRefused = ({ missing, state }: ConnectionCheck): boolean => state === "refused" || state === "unavailable" || missing.length > 0

/** Tries both connections and shows what was answered. */
const tried = (draft: Draft, config: Config): Effect.Effect<ReadonlyArray<ConnectionCheck>, Invocation.CommandError, Scope.Scope> => {
  const { invocation } = draft
  const syncs = [...config.syncs.values()]
  return World.withStateToLook(
    invocation,
    config
  )(
    Effect.gen(function* () {
      const connections = yield* World.connections(invocation, config, syncs)
      const all = yield* Effect.forEach([...config.connections.values()], (one) => CheckConnection.check(config, connections, syncs, one))
      const checks = all.map(({ otherAccount: _other, warnings: _warnings, ...check }) => check)
      if (invocation.options.json !== true) yield* invocation.output.text(InitText.checks(checks, yield* Invocation.view(invocation)))
      return checks
    })
  )
}

/** Writes a file that is not there yet, for its owner alone where it holds secrets. False, and nothing is touched, where it is. */
const writeNew = (path: string, text: string, mode: number): boolean => {
  try {
    writeFileSync(path, text, { flag: "wx", mode })
    return true
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false
    throw error
  }
}

const failed = (cause: unknown): UsageError =>
  new UsageError({ message: `the files could not be written: ${cause instanceof Error ? cause.message : String(cause)}` })

/** The example files of a trial. Those that are there stay as they are. */
const writeExample = ({ file, source }: Draft) =>
  Effect.try({
    try: () => {
      const files = Object.entries(source.example?.files ?? {})
      if (files.length > 0) mkdirSync(dirname(file), { recursive: true })
      return files.flatMap(([name, text]) => (writeNew(join(dirname(file), name), text, 0o644) ? [name] : []))
    },
    catch: failed
  })

/** Asks for the options of both sides, and again for those of a side whose credential is refused, as long as there is a person to ask. */
const connected = (draft: Draft, rules: NewConfig.NewConfig["rules"]) =>
  Effect.gen(function* () {
    const { invocation, options, source, target } = draft
    const dir = dirname(draft.file)
    const known = yield* InitChoices.given(options, dir, [source, target])
    let from = yield* InitChoices.connection(invocation, source, known)
    let to = yield* InitChoices.connection(invocation, target, known)
    const example = yield* writeExample(draft)
    if (example.length > 0) invocation.output.note(`Example files to try with: ${example.join(", ")}`)
    while (true) {
      const config = { schema: schemaFrom(dir), from, to, sync: syncName, rules }
      if (NewConfig.secrets(config).some(({ value }) => value === "")) return { config, checks: [], refused: [] }
      const checks = yield* Effect.flatMap(load(draft, config), (loaded) => tried(draft, loaded))
      const refused = checks.filter(isRefused).map(({ connection }) => connection)
      if (refused.length === 0) return { config, checks, refused }
      if (
        !invocation.interactive ||
        !(yield* Ask.yes({ ...invocation, options: { ...options, yes: false } }, `Enter the options of ${refused.join(" and ")} again?`))
      )
        return { config, checks, refused }
      if (refused.includes(from.name)) from = yield* InitChoices.connection(invocation, source, known, true)
      if (refused.includes(to.name)) to = yield* InitChoices.connection(invocation, target, known, true)
    }
  })

/** Reads the source once and shows its groups, with other rules as often as the person says others. Answers the rules that count. */
const chosenRules = (draft: Draft, first: NewConfig.NewConfig) => {
  const { invocation, options, source, target } = draft
  return Effect.flatMap(load(draft, first), (loaded) =>
    World.withStateToLook(
      invocation,
      loaded
    )(
      Effect.gen(function* () {
        yield* Groups.know(invocation, syncOf(loaded), yield* World.connections(invocation, loaded, [syncOf(loaded)]))
        let { rules } = first
        while (true) {
          const config: NewConfig.NewConfig = { ...first, rules }
          const rows: ReadonlyArray<GroupRow> = yield* Groups.rowsOf(syncOf(yield* load(draft, config)), target.target?.declaration.groups ?? null, false)
          const view = yield* Invocation.view(invocation)
          if (options.json !== true) yield* invocation.output.print((sink) => InitText.groups(rows, syncName, view, sink))
          if (!invocation.interactive || options.yes === true) return { config, rows }
          const answer = yield* Ask.letter(invocation, InitText.writeThis, ["y", "r", "n"])
          if (answer === "y") return { config, rows }
          if (answer !== "r") return yield* new UsageError({ message: "No config was written." })
          const other = yield* InitChoices.askedRules(invocation, source)
          if (other.length === 0) invocation.output.note("No group would be taken, so the rules stay as they are.")
          else rules = other
        }
      })
    )
  )
}

/** Writes the files, the config last: with it everything is there. Answers what a report needs. */
const write = ({ file }: Draft, config: NewConfig.NewConfig) =>
  Effect.gen(function* () {
    const dir = dirname(file)
    const secrets = NewConfig.secrets(config)
    const environment = join(dir, ".env")
    const shown = (path: string): string => relative(process.cwd(), path)
    const known = InitChoices.variables(dir)
    return yield* Effect.try({
      try: () => {
        mkdirSync(dir, { recursive: true })
        const isNew = writeNew(environment, NewConfig.environment(secrets), 0o600)
        if (!writeNew(file, NewConfig.yaml(config), 0o644)) throw new Error(`${shown(file)} is there already`)
        return {
          files: [shown(file), ...(isNew ? [shown(environment)] : [])],
          blank: secrets.filter(({ value }) => value === "").map(({ variable }) => variable),
          environment: shown(environment),
          toAdd: isNew ? [] : secrets.map(({ variable }) => variable).filter((variable) => (known[variable] ?? "") === ""),
          sync: syncName,
          before: shown(dir) === "" ? "" : `cd ${shown(dir)} && `
        } satisfies InitText.Written
      },
      catch: failed
    })
  })

export const run = (loadEnvironment: Load, options: InitChoices.InitOptions): Promise<number> =>
  Invocation.run(loadEnvironment, options, (invocation) =>
    Effect.gen(function* () {
      const { output } = invocation
      const file = resolve(options.dir ?? ".", ConfigFile.DEFAULT_NAME)
      if (existsSync(file))
        return yield* new UsageError({
          message: `${relative(process.cwd(), file)} is there already and is not overwritten. Edit it, or name another folder with --dir.`
        })
      const source = yield* InitChoices.connector(invocation, options, "source")
      const target = yield* InitChoices.connector(invocation, options, "target")
      const draft: Draft = { invocation, options, file, source, target }
      const { checks, config: first, refused } = yield* connected(draft, yield* InitChoices.firstRules(options, source))
      if (refused.length > 0) {
        output.note(`${refused.join(" and ")} cannot be used like this. No config was written.`, "error")
        return checks.every(({ missing, state }) => state !== "refused" && missing.length === 0) ? 75 : 1
      }
      const { config, rows } = checks.length === 0 ? { config: first, rows: null } : yield* chosenRules(draft, first)
      const result = yield* write(draft, config)
      const counts = rows === null ? null : { all: rows.length, mapped: rows.filter(({ state }) => state === "mapped").length }
      yield* output.text(
        options.json === true
          ? `${Escape.json({ files: result.files, blank: result.blank, toAdd: result.toAdd, connections: checks.map(({ account, connection, state }) => ({ connection, state, account })), groups: counts })}\n`
          : InitText.written(result, yield* Invocation.view(invocation))
      )
      return 0
    })
  )
