/** `state export [FILE]`: everything the state knows as JSON Lines; with `--memberships` who is in which group, as CSV. */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { existsSync } from "node:fs"
import { join, parse, relative, resolve } from "node:path"
import type { Config } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { HoldReason } from "../model/HoldReason.ts"
import * as Escape from "../report/Escape.ts"
import * as HoldWording from "../report/HoldWording.ts"
import * as MembershipsCsv from "../report/MembershipsCsv.ts"
import * as Sink from "../report/Sink.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Wording from "../report/Wording.ts"
import { AuditLog } from "../operate/AuditLog.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Output from "./Output.ts"
import * as PlanReport from "./PlanReport.ts"
import * as Rows from "./Rows.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

/** Reasons of held parts are stored as codes; here they are sentences, as in every other document. */
const worded = (row: unknown): unknown => {
  if (!Predicate.isRecord(row) || row["kind"] !== "heldPart" || !Array.isArray(row["why"])) return row
  const why: ReadonlyArray<HoldReason | string> = row["why"]
  return { ...row, why: why.map((reason) => (typeof reason === "string" ? reason : HoldWording.reason(reason))) }
}

/** Returns the number of lines. */
const write = async (rows: AsyncIterable<unknown>, sink: Sink.Sink): Promise<number> => {
  const out = Sink.make(sink)
  let lines = 0
  for await (const row of rows) {
    lines += 1
    await out.line(Escape.json(worded(row)))
  }
  await out.flush()
  return lines
}

const exportAll = (invocation: Invocation.Invocation, file: string | undefined) =>
  Effect.gen(function* () {
    const { options, output, redactor } = invocation
    const records = yield* AuditLog
    const rows = Rows.of((after) => records.everything(after))
    if (file === undefined) return yield* output.print(async (sink) => void (await write(rows, sink)))
    let lines = 0
    yield* Effect.tryPromise({
      try: () =>
        PlanReport.writeFile(resolve(file), redactor.redact, async (sink) => {
          lines = await write(rows, sink)
        }),
      catch: (cause) => new Output.WriteFailed(cause)
    })
    yield* output.text(
      options.json === true
        ? `${Escape.json({ file: resolve(file), lines })}\n`
        : `${Wording.plural(lines, "line")} in ${Terminal.visible(file, 300)}. It names customers: keep it as you keep those.\n`
    )
  })

export interface ExportOptions extends CommonOptions {
  readonly memberships?: string
  readonly target?: string
}

/** The target that `--target` names, or the only one that the config has. */
const targetOf = ({ syncs }: Config, named: string | undefined): Effect.Effect<string, UsageError> => {
  const [first, ...others] = new Set([...syncs.values()].map(({ to }) => to))
  if (named !== undefined) return Effect.succeed(named)
  if (first === undefined) return Effect.fail(new UsageError({ message: "no sync writes customer groups, so there are no memberships to write" }))
  return others.length === 0
    ? Effect.succeed(first)
    : Effect.fail(new UsageError({ message: `several targets have memberships: choose one by --target ${[first, ...others].join(" or --target ")}` }))
}

/** Paths of the files of `--memberships`, by the kind of row that goes into each. */
const membershipFiles = (named: string): ReadonlyArray<{ readonly file: MembershipsCsv.CsvFile; readonly path: string }> => {
  const { dir, ext, name } = parse(resolve(named))
  return MembershipsCsv.files.map((file) => ({ file, path: join(dir, `${name}${file.suffix === "" ? "" : `-${file.suffix}`}${ext === "" ? ".csv" : ext}`) }))
}

/** Writes the three files in one pass: each is there whole, or none is. */
const exportMemberships = (invocation: Invocation.Invocation, target: string, named: string) =>
  Effect.gen(function* () {
    const { options, output, redactor } = invocation
    const records = yield* AuditLog
    const files = membershipFiles(named)
    const counts = new Map(files.map(({ file }) => [file.kind, 0]))
    const writeAll = async (sinks: ReadonlyMap<string, Sink.Writer>): Promise<void> => {
      for (const { file } of files) await sinks.get(file.kind)?.write(MembershipsCsv.head(file))
      for await (const row of Rows.of((after) => records.everything(after))) {
        const line = MembershipsCsv.line(row, target)
        if (line === null) continue
        counts.set(line.kind, (counts.get(line.kind) ?? 0) + 1)
        await sinks.get(line.kind)?.write(line.text)
      }
      for (const sink of sinks.values()) await sink.flush()
    }
    const open = ([first, ...rest]: typeof files, sinks: ReadonlyMap<string, Sink.Writer>): Promise<void> =>
      first === undefined
        ? writeAll(sinks)
        : PlanReport.writeFile(first.path, redactor.redact, (sink) => open(rest, new Map([...sinks, [first.file.kind, Sink.make(sink)]])))
    yield* Effect.tryPromise({ try: () => open(files, new Map()), catch: (cause) => new Output.WriteFailed(cause) })
    const rows = files.map(({ file, path }) => ({ file: path, lines: counts.get(file.kind) ?? 0 }))
    yield* output.text(
      options.json === true
        ? `${Escape.json({ target, files: rows })}\n`
        : `${rows.map(({ file, lines }) => `${Wording.plural(lines, "line")} in ${Terminal.visible(relative(process.cwd(), file), 300)}`).join(", ")}. They name customers: keep them as you keep those.\n`
    )
  })

export const run = (load: Load, file: string | undefined, options: ExportOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const { environment } = invocation
      const { memberships } = options
      if (file !== undefined && memberships !== undefined)
        return yield* new UsageError({ message: "FILE takes everything as JSON Lines, --memberships the memberships as CSV; give one of them" })
      const config = yield* World.config(invocation)
      const { backup, state } = config
      const target = memberships === undefined ? null : yield* targetOf(config, options.target)
      const missing = !existsSync(state)
      if (missing && !environment.stateFiles.isKnown(state))
        return yield* new UsageError({ message: `there is no state yet (${state}): the first plan or sync makes it` })
      const paths = memberships === undefined ? (file === undefined ? [] : [resolve(file)]) : membershipFiles(memberships).map(({ path }) => path)
      const taken = paths.find(existsSync)
      if (taken !== undefined) return yield* new UsageError({ message: `${taken} is there already, and was left as it is. Name another file.` })
      // One view of the state, however long it takes and whatever runs meanwhile.
      const view = join(invocation.spool.beside(state), "export.db")
      const copied: Effect.Effect<void, StateError> = missing ? Effect.void : environment.stateFiles.copy(state, view)
      yield* copied
      const work = target === null || memberships === undefined ? exportAll(invocation, file) : exportMemberships(invocation, target, memberships)
      yield* Effect.provide(work, environment.openState(missing ? state : view, backup.dir))
      return 0
    })
  )
