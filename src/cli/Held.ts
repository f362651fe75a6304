/** `held [ID]`: what waits for a person. */
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import * as LongNames from "../plan/LongNames.ts"
import * as Escape from "../report/Escape.ts"
import * as HeldText from "../report/HeldText.ts"
import * as Json from "../report/Json.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as Sink from "../report/Sink.ts"
import * as Terminal from "../report/Terminal.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Rows from "./Rows.ts"
import * as World from "./World.ts"

export interface HeldOptions extends CommonOptions {
  readonly all?: boolean
}

/** Runs looked through for the one that carried an approval out. */
const recent = 200

const list = (invocation: Invocation.Invocation) =>
  Effect.gen(function* () {
    const parts = yield* (yield* OperationsStore).parts
    const view = yield* Invocation.view(invocation)
    const { output, options } = invocation
    yield* options.json === true ? output.print((sink) => OverviewJson.held(parts, sink)) : output.text(HeldText.list(parts, view))
  })

/** The run that carried an approval out; null if none did yet. */
const appliedBy = (id: string) =>
  Effect.map(
    Effect.flatMap(OperationsStore, (overview) => overview.runs(recent)),
    (runs) => {
      const found = runs.find((run) => run.command === `approve ${id}`)
      return found === undefined || found.error !== null || found.endedAt === null ? null : found.run
    }
  )

const one = (invocation: Invocation.Invocation, config: Config, id: string, all: boolean) =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    const { number, part, closed, decided } = yield* Deciding.find(id)
    const view = yield* Invocation.view(invocation, all)
    const { output, options } = invocation
    const changes = Rows.worded(
      Rows.of((after) => overview.partChanges(number, after)),
      invocation,
      config
    )
    if (options.json === true) {
      return yield* output.print(async (sink) => {
        const out = Sink.make(sink)
        await out.write(`{"held":[{${Json.members({ ...Json.held(part), closed })},"rows":`)
        const shorten = LongNames.shortener()
        await Json.array(out, changes, (change) => out.write(Escape.json(shorten(change))))
        await out.write("}]}\n")
        await out.flush()
      })
    }
    if (closed) return yield* output.text(`${part.id} of ${Terminal.visible(part.sync)} is closed: nothing of it waits any more.\n`)
    const by = decided === null ? "" : HeldText.decided(decided, view)
    const applied = part.decision === "approved" ? yield* appliedBy(part.id) : null
    if (applied !== null) return yield* output.text(`${part.id} of ${Terminal.visible(part.sync)} was ${by}. What it changed: groupbridge runs ${applied}\n`)
    yield* output.print((sink) => HeldText.write(part, changes, view, sink))
    if (by !== "") yield* output.text(`${by}\n`)
  })

export const run = (load: Load, id: string | undefined, options: HeldOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.configToLook(invocation)
      yield* World.withStateToLook(invocation, config)(id === undefined ? list(invocation) : one(invocation, config, id, options.all === true))
      return 0
    })
  )
