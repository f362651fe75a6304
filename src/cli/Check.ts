/** `check [SYNC...]`: whether everything is as runs need it, without running anything. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { relative } from "node:path"
import type { Config, ConnectionConfig } from "../config/Config.ts"
import * as Variables from "../config/Variables.ts"
import * as PrivateFile from "../contract/PrivateFile.ts"
import type { StateError } from "../contract/StateError.ts"
import { doubts } from "../model/Guard.ts"
import { waitsWhole } from "../model/HoldReason.ts"
import type { CheckReport, ScheduleCost } from "../model/Overview.ts"
import * as HoldWording from "../report/HoldWording.ts"
import * as CheckText from "../report/CheckText.ts"
import * as HeldWording from "../report/HeldWording.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as OwnershipText from "../report/OwnershipText.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import * as ConfigGone from "../run/ConfigGone.ts"
import * as OtherWriter from "../run/OtherWriter.ts"
import { ProblemStore } from "../run/ProblemStore.ts"
import { RunStore } from "../run/RunStore.ts"
import type { TeamStore } from "../team/TeamStore.ts"
import * as CheckConnection from "./CheckConnection.ts"
import * as CheckSchedule from "./CheckSchedule.ts"
import * as CheckSync from "./CheckSync.ts"
import * as CheckTeam from "./CheckTeam.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Environment, Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as World from "./World.ts"

type Found = Pick<CheckReport, "connections" | "schedules" | "warnings" | "problems">

const costsOf = (
  environment: Environment,
  config: Config,
  sync: World.AnySync,
  among: ReadonlyArray<World.AnySync>
): Effect.Effect<ReadonlyArray<ScheduleCost>, StateError, OperationsStore | TeamStore> =>
  World.isTeam(sync) ? CheckTeam.costs(environment, config, sync) : CheckSchedule.costs(environment, config, sync, among)

/** What is in doubt stays a problem until a person decides. */
const doubtful = (syncs: ReadonlyArray<World.AnySync>) =>
  Effect.map(
    Effect.flatMap(OperationsStore, (overview) => overview.parts),
    (parts) =>
      parts.flatMap((part) =>
        part.decision === "open" && !waitsWhole(part) && doubts.some((doubt) => doubt === part.guard) && syncs.some(({ name }) => name === part.sync)
          ? [`${part.sync}: ${HeldWording.short(part)}. Look at it, and decide:   groupbridge held ${part.id}`]
          : []
      )
  )

const unconfirmed = (sync: World.AnySync) =>
  World.isTeam(sync)
    ? Effect.succeed([])
    : Effect.map(
        Effect.flatMap(ProblemStore, (store) => store.standing(sync.name, { name: sync.to, team: false })),
        ({ unconfirmed: rows }) => (rows === 0 ? [] : [OwnershipText.warning(sync.name, sync.to, rows)])
      )

const unusable = ({ backup: { dir } }: Config): ReadonlyArray<string> => {
  const code = PrivateFile.obstacle(dir)
  return code === null ? [] : [`backup.dir ${dir} cannot be written (${code}), so no copy of the state is kept. Name another folder, or make this one usable.`]
}

/** What the connections answer, and what left the config. */
const asked = (invocation: Invocation.Invocation, config: Config, syncs: ReadonlyArray<World.AnySync>, chosen: ReadonlyArray<ConnectionConfig>) =>
  Effect.gen(function* () {
    const connections = yield* World.connections(invocation, config, syncs)
    const checks = yield* Effect.forEach(chosen, (connection) => CheckConnection.check(config, connections, syncs, connection), { concurrency: 4 })
    return { checks, ...(yield* ConfigGone.look(connections)) }
  })

const unasked = (chosen: ReadonlyArray<ConnectionConfig>) =>
  Effect.map(Effect.forEach(chosen, CheckConnection.unasked), (all) => ({
    checks: all.map((check) => ({ ...check, otherAccount: false, warnings: [] })),
    findings: [],
    carried: []
  }))

interface Looking {
  readonly config: Config
  readonly syncs: ReadonlyArray<World.AnySync>
  /** Connections that no sync uses too. */
  readonly all: boolean
  readonly offline: boolean
}

const lookAround = (invocation: Invocation.Invocation, { all, config, offline, syncs }: Looking) =>
  Effect.gen(function* () {
    const { environment } = invocation
    const now = yield* Clock.currentTimeMillis
    const used = new Set(syncs.flatMap(({ from, to }) => [...from, to]))
    const objection = yield* (yield* RunStore).objection
    const chosen = [...config.connections.values()].filter(({ name }) => all || used.has(name))
    const { carried, checks, findings } = yield* offline ? unasked(chosen) : asked(invocation, config, syncs, chosen)
    const matching = syncs.flatMap((sync) => (World.isTeam(sync) ? [] : [World.sides(environment, config, sync)]))
    const inVain = yield* Effect.forEach(matching, ({ sync }) => CheckSync.inVain(sync))
    const schedules = (yield* Effect.forEach(syncs, (sync) => costsOf(environment, config, sync, syncs))).flat()
    return {
      connections: checks.map(({ otherAccount: _other, warnings: _warnings, ...check }) => check),
      schedules,
      warnings: [
        ...inVain.flatMap(({ where }) => where),
        ...(yield* Effect.forEach(matching, CheckSync.matchesNoneSeen)).flat(),
        ...(yield* Effect.forEach(matching, ({ sync }) => Effect.flatMap(OperationsStore, (overview) => overview.unreached(sync, now)))).flat(),
        ...(yield* Effect.forEach(syncs, (sync) => (World.isTeam(sync) ? Effect.succeed([]) : CheckSchedule.unpriced(environment, config, sync)))).flat(),
        ...checks.flatMap(({ warnings }) => warnings),
        ...carried.map(({ name, old }) => ConfigGone.carriedLine(old.name, name, old.account)),
        ...chosen.flatMap(({ connector, name, options }) =>
          (invocation.environment.connectors.get(connector)?.warnings?.(options) ?? []).map((warning) => `${name}: ${warning}`)
        ),
        ...chosen.flatMap(({ name }) => (used.has(name) ? [] : [`connection ${name} is used by no sync`]))
      ],
      problems: [
        ...(yield* doubtful(syncs)),
        ...inVain.flatMap(({ includes, names }) => includes.concat(names)),
        ...matching.flatMap(CheckSync.matchesNever),
        ...(yield* Effect.forEach(syncs, unconfirmed)).flat(),
        ...unusable(config),
        ...CheckSchedule.refusals(environment, config, schedules),
        ...(objection === null ? [] : [objection]),
        ...(yield* Effect.forEach(new Set(syncs.map(({ to }) => to)), OtherWriter.look)).flatMap((found) =>
          found === null ? [] : [found.why.map(HoldWording.reason).join("\n")]
        ),
        ...findings.map(({ why }) => why.map(HoldWording.reason).join("\n")),
        ...checks.flatMap(({ otherAccount, connection }) => (otherAccount ? [`${connection}: another account than the state's`] : []))
      ]
    } satisfies Found
  })

/** A state that cannot be opened is a finding, and nothing that needs it is looked at. */
const withoutState = (error: StateError): Effect.Effect<Found & { readonly broken: string }> =>
  Effect.succeed({ connections: [], schedules: [], warnings: [], problems: [], broken: error.message })

const exitCode = (report: CheckReport): number => {
  const count = CheckText.problems(report)
  if (count === 0) return 0
  return count === report.connections.filter(({ state }) => state === "unavailable").length ? 75 : 1
}

export interface CheckOptions extends CommonOptions {
  readonly offline?: boolean
}

/** The config, and problems that are none where nobody is asked: variables that have no value. */
const configOf = (invocation: Invocation.Invocation, offline: boolean) =>
  Effect.gen(function* () {
    if (!offline) return { config: yield* World.config(invocation), unset: [] }
    const { config, invalid } = yield* World.restOfConfig(invocation)
    const problems = invalid?.problems ?? []
    if (invalid !== null && !problems.every(({ message }) => Variables.isUnset(message))) return yield* invalid
    return { config, unset: problems.map(({ column, file, line, message }) => `${file}:${line}:${column}  ${message}`) }
  })

export const run = (load: Load, names: ReadonlyArray<string>, options: CheckOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const { output } = invocation
      const offline = options.offline === true
      const { config, unset } = yield* configOf(invocation, offline)
      const syncs = yield* World.syncs(config, names)
      const there = existsSync(config.state) || invocation.environment.stateFiles.isKnown(config.state)
      // A state that a run could not write to is a problem here.
      const looked = yield* World.withStateToDecide(
        invocation,
        config
      )(lookAround(invocation, { config, syncs, all: names.length === 0, offline })).pipe(
        Effect.map((found) => ({ ...found, broken: null })),
        Effect.catchTag("StateError", withoutState)
      )
      const { broken, ...found } = looked
      const report: CheckReport = {
        ...found,
        warnings: [...unset, ...found.warnings],
        config: relative(process.cwd(), config.file) || config.file,
        state: {
          ok: broken === null,
          path: relative(process.cwd(), config.state),
          backupAt: invocation.environment.stateFiles.newest(config.backup.dir)?.at ?? null,
          message: broken ?? (there ? null : "not there yet: the first plan or sync makes it")
        }
      }
      const view = yield* Invocation.view(invocation)
      yield* options.json === true ? output.print((sink) => OverviewJson.check(report, sink)) : output.text(CheckText.text(report, view))
      return exitCode(report)
    })
  )
