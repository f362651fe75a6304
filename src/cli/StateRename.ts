/** `state rename connection|sync OLD NEW`: what rests on a name that left the config goes on under another one. */
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import * as Escape from "../report/Escape.ts"
import * as Terminal from "../report/Terminal.ts"
import type { Renamed } from "../run/NameStore.ts"
import * as Renaming from "../run/Renaming.ts"
import * as Ask from "./Ask.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { unknown, UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

export type Kind = "connection" | "sync"

const namesOf = (config: Config, kind: Kind): ReadonlyArray<string> =>
  kind === "connection" ? [...config.connections.keys()] : World.all(config).map(({ name }) => name)

/** Why nothing was renamed; null: it was. */
const objection = (kind: Kind, old: string, name: string, configured: ReadonlyArray<string>, renamed: Renamed): UsageError | null => {
  switch (renamed._tag) {
    case "Renamed":
      return null
    case "Unknown":
      return unknown(
        `${kind} in the state`,
        old,
        renamed.names.filter((one) => !configured.includes(one))
      )
    case "OtherAccount":
      return new UsageError({
        message: `${old} belongs to the account ${renamed.old}, and ${name} opens ${renamed.now}: that is another one. Nothing was changed. To let go of what rests on ${old}:   groupbridge state release SYNC`
      })
    case "InUse":
      return new UsageError({
        message: `memberships rest on ${name} already, so it cannot become ${old} too. Nothing was changed. To let go of what rests on ${old}:   groupbridge state release SYNC`
      })
  }
}

const rename = (invocation: Invocation.Invocation, config: Config, kind: Kind, old: string, name: string, options: DecisionOptions) =>
  Effect.gen(function* () {
    const { interactive, output } = invocation
    const configured = namesOf(config, kind)
    if (!configured.includes(name)) return yield* unknown(kind, name, configured)
    if (configured.includes(old)) return yield* new UsageError({ message: `${old} is in ${config.file}, so it was not renamed. Nothing was changed` })
    const message = `Whatever rests on the ${kind} ${Terminal.visible(old)} goes on under the name ${Terminal.visible(name)}`
    if (!interactive && options.yes !== true) {
      return yield* new UsageError({
        message: `${message}. Nothing was changed: this needs a terminal, or: groupbridge state rename ${kind} ${old} ${name} --yes`
      })
    }
    const agreed = yield* Ask.yes(invocation, `${message}. Go on?`)
    if (agreed) {
      const by = Deciding.decider(invocation, options.reason)
      const renamed = yield* Renaming.rename(kind, old, name, by)
      const refused = objection(kind, old, name, configured, renamed)
      if (refused !== null) return yield* refused
    }
    if (options.json === true) yield* output.text(`${Escape.json({ groupbridge: "state-rename-json/1", kind, old, new: name, renamed: agreed })}\n`)
    else yield* output.text(agreed ? `${message}.  Next: groupbridge plan\n` : "Nothing was changed.\n")
    return 0
  })

export const run = (load: Load, kind: string, old: string, name: string, options: DecisionOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      if (kind !== "connection" && kind !== "sync") return yield* unknown("kind of name", kind, ["connection", "sync"])
      const config = yield* World.config(invocation)
      return yield* World.withStateToDecide(invocation, config)(rename(invocation, config, kind, old, name, options))
    })
  )
