/** `groups SYNC`: source groups, the rule that takes each and its name at the target. Looks up no customer, and calls nobody where a snapshot is there. */
import * as Effect from "effect/Effect"
import type { SyncConfig } from "../config/Config.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { GroupRow } from "../model/Overview.ts"
import { keyText } from "../model/Group.ts"
import * as Mapping from "../reconcile/Mapping.ts"
import { MappingStore } from "../reconcile/MappingStore.ts"
import * as Naming from "../reconcile/Naming.ts"
import * as BlockWording from "../report/BlockWording.ts"
import * as GroupsText from "../report/GroupsText.ts"
import * as OverviewJson from "../report/OverviewJson.ts"
import * as Times from "../report/Times.ts"
import type { Connections } from "../run/Connections.ts"
import * as Observe from "../run/Observe.ts"
import { OperationsStore } from "../run/OperationsStore.ts"
import type { CommonOptions } from "./CommonOptions.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Telling from "./Telling.ts"
import * as World from "./World.ts"

export interface GroupsOptions extends CommonOptions {
  readonly unmapped?: boolean
}

/** Reads sources that were never read before; tells how old the others' snapshot is. */
export const know = (invocation: Invocation.Invocation, sync: SyncConfig, connections: Connections) =>
  Effect.gen(function* () {
    const overview = yield* OperationsStore
    const { onLook } = yield* Telling.make(invocation, connections, sync.name, sync.to)
    for (const name of sync.from) {
      const known = yield* overview.snapshot(name)
      if (known !== null) {
        invocation.output.note(
          `as ${name} was read ${Times.atWithZone(yield* Invocation.view(invocation), known.at)}; groupbridge plan ${sync.name} reads it again`
        )
        continue
      }
      const connected = yield* connections.openAs(name, "source")
      yield* Observe.readSource(connections, connected, yield* Observe.identify(connected), { dry: true, full: true }, onLook)
    }
  })

/** All groups by name of their handle; what blocks a group is known as far as the target's groups were listed before. */
export const rowsOf = (sync: SyncConfig, can: TargetDeclaration["groups"] | null, unmapped: boolean) =>
  Effect.gen(function* () {
    const store = yield* MappingStore
    const naming = can ?? Naming.free
    const found: Array<{ readonly handle: string | null; readonly row: GroupRow }> = []
    yield* Mapping.make(sync, naming, {
      count: true,
      look: ({ candidate, named }) => {
        if (unmapped && named !== null) return
        const row: GroupRow = {
          connection: candidate.connection,
          kind: candidate.group.kind,
          key: keyText(candidate.group),
          name: candidate.group.name,
          members: candidate.members,
          rule: named === null ? null : { index: named.desired.rule.index, line: named.desired.rule.place.line },
          target: named?.desired.draft.name ?? null,
          state: named === null ? "unmapped" : "mapped",
          reason: null
        }
        found.push({ handle: named?.desired.handle ?? null, row })
      }
    })
    yield* store.resolve(Mapping.resolution(sync, can))
    const blocked = new Map((yield* store.blocked).map(({ handle, reason }) => [handle, BlockWording.reason(reason)]))
    return found.map(({ handle, row }): GroupRow => {
      const reason = handle === null ? undefined : blocked.get(handle)
      return reason === undefined ? row : Object.assign(row, { state: "ambiguous", reason } as const)
    })
  })

export const run = (load: Load, name: string, options: GroupsOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      const sync = yield* World.sync(
        config,
        name,
        `Its roles stand in ${config.file} (line ${config.teams.get(name)?.place.line}); what it would do: groupbridge plan ${name}`
      )
      return yield* World.withState(
        invocation,
        config,
        "look"
      )(
        Effect.gen(function* () {
          yield* know(invocation, sync, yield* World.connections(invocation, config, [sync]))
          const target = invocation.environment.connectors.get(config.connections.get(sync.to)?.connector ?? "")?.target
          const rows = yield* rowsOf(sync, target?.declaration.groups ?? null, options.unmapped === true)
          const view = yield* Invocation.view(invocation)
          yield* invocation.output.print((sink) =>
            options.json === true
              ? OverviewJson.groups(rows, sink)
              : GroupsText.write(sync.name, rows, view, sink, { only: options.unmapped === true ? "unmapped" : "all" })
          )
          return 0
        })
      )
    })
  )
