/** `confirm SYNC`: decides whose the memberships are that reappeared at a target which does not show since when: ours, or put there by others. */
import * as Effect from "effect/Effect"
import * as Escape from "../report/Escape.ts"
import * as OwnershipText from "../report/OwnershipText.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import * as Ask from "./Ask.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

export interface ConfirmOptions extends DecisionOptions {
  readonly ours?: boolean
  readonly found?: boolean
}

const confirm = (invocation: Invocation.Invocation, sync: World.AnySync, options: ConfirmOptions) =>
  Effect.gen(function* () {
    const { interactive, output } = invocation
    const { found = false, ours = false } = options
    if (ours && found) return yield* new UsageError({ message: "--ours and --found exclude each other" })
    const store = yield* OperationsStore
    const groups = World.isTeam(sync) ? [] : yield* store.unconfirmedGroups(sync.name)
    const rows = groups.reduce((sum, group) => sum + group.memberships, 0)
    const whose = ours ? "applied" : "found"
    const decides = (ours || found) && rows > 0
    if (decides && !interactive && options.yes !== true)
      return yield* new UsageError({ message: `${OwnershipText.question(rows, whose)} Nothing was changed: without a terminal this needs --yes` })
    const agreed = decides && (yield* Ask.yes(invocation, `${OwnershipText.list(sync.name, sync.to, groups)}${OwnershipText.question(rows, whose)} Go on?`))
    if (agreed) yield* store.confirm(sync.name, whose, Deciding.decider(invocation, options.reason))
    if (options.json === true) yield* output.text(`${Escape.json({ sync: sync.name, memberships: rows, groups, decided: agreed ? whose : null })}\n`)
    else if (agreed) yield* output.text(OwnershipText.decided(sync.name, rows, whose))
    else yield* output.text(OwnershipText.list(sync.name, sync.to, groups))
    return 0
  })

export const run = (load: Load, name: string, options: ConfirmOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      const sync = yield* World.any(config, name)
      const withState = options.ours === true || options.found === true ? World.withStateToDecide : World.withStateToLook
      return yield* withState(invocation, config)(confirm(invocation, sync, options))
    })
  )
