/** Which changes `runs` is asked about: by time, group and customer. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import type { Selection } from "../operate/AuditLog.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import * as GroupArg from "./GroupArg.ts"
import * as Moment from "./Moment.ts"
import * as Person from "./Person.ts"
import { UsageError } from "./UsageError.ts"

export interface RunsOptions extends CommonOptions {
  readonly all?: boolean
  readonly csv?: boolean
  readonly from?: string
  readonly to?: string
  readonly group?: string
  readonly customer?: string
}

const period = ({ from, to }: RunsOptions) =>
  Effect.gen(function* () {
    const start = from === undefined ? null : (yield* Moment.parse("--from", from, Moment.here)).from
    const end = to === undefined ? null : (yield* Moment.parse("--to", to, Moment.here)).to
    if (start !== null && end !== null && start > end)
      return yield* new UsageError({ message: `--from ${from} is after --to ${to}, so there is nothing in between` })
    if (start !== null && start > (yield* Clock.currentTimeMillis)) return yield* new UsageError({ message: `--from ${from} is still to come` })
    return { from: start, to: end }
  })

/** What the options choose, of one run or of all. */
export const selection = (config: Config, options: RunsOptions, run: number | null) =>
  Effect.gen(function* () {
    const { from, to } = yield* period(options)
    const hits = options.customer === undefined ? null : yield* Person.one("groupbridge runs --customer", options.customer, config)
    const chosen: Selection = {
      from,
      to,
      run,
      groups: options.group === undefined ? null : yield* GroupArg.named(options.group),
      person:
        hits === null
          ? null
          : {
              targets: [...new Set(hits.flatMap(({ targets }) => targets.map(({ number }) => number)))],
              sources: hits.filter(({ side }) => side === "source").map(({ number }) => number)
            }
    }
    return chosen
  })
