/** `forget CUSTOMER`: erases a person from the state, once no source shows them any more. Changes nothing at any vendor. */
import * as Effect from "effect/Effect"
import { basename } from "node:path"
import type { Config } from "../config/Config.ts"
import * as Address from "../model/Address.ts"
import * as Escape from "../report/Escape.ts"
import * as ShellWord from "../report/ShellWord.ts"
import * as ForgetText from "../report/ForgetText.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Wording from "../report/Wording.ts"
import * as CustomerLookup from "../explain/CustomerLookup.ts"
import * as Failure from "../run/Failure.ts"
import { type Footprint, Erasure } from "../operate/Erasure.ts"
import * as Lease from "../run/Lease.ts"
import { Stopped } from "../run/Observe.ts"
import { TeamStore } from "../team/TeamStore.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Ask from "./Ask.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import * as Person from "./Person.ts"
import { UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

const stop = (message: string) => Effect.fail(new Stopped(Failure.make("state", message)))

/** Erased while a sync reads them, they would come back with the next read, and what we added would count as found, so that nobody took it out again. */
const refuse = ({ syncs, teams }: Config, { ours, records, staff }: Footprint, asked: string) =>
  Effect.gen(function* () {
    const again = `Then:   groupbridge forget ${ShellWord.typed(asked)}`
    const inTeam = staff.find(({ placed, to }) => placed && [...teams.values()].some((team) => team.to === to))
    if (inTeam !== undefined) {
      return yield* stop(
        `nothing was forgotten: they are still in the team of ${Terminal.visible(inTeam.to)}, invited to it, or work at its source, and the next sync would read them again, or invite them again. Remove them at both first, then groupbridge sync, which notes it. ${again}`
      )
    }
    const live = records.find(({ connection, gone, side }) => side === "source" && !gone && [...syncs.values()].some(({ from }) => from.includes(connection)))
    if (live !== undefined) {
      const name = Terminal.visible(Person.recordName(live))
      return yield* stop(
        `nothing was forgotten: ${name} is still at its source, and the next sync would read them again. Delete them there first, then groupbridge sync, which takes them out of their groups. ${again}`
      )
    }
    if (ours.length > 0) {
      const groups = Wording.some(
        ours.map((name) => Wording.quoted(name)),
        3
      )
      return yield* stop(
        `nothing was forgotten: they are still in ${groups} by us, and nobody would take them out once we forgot that. Let the removal go through first (groupbridge sync; what waits: groupbridge held), or delete them at the target. ${again}`
      )
    }
  })

const namedLines = ({ syncs }: Config, { records }: Footprint): ReadonlyArray<string> => {
  const addresses = new Set(records.flatMap(({ email }) => Address.normalise(email) ?? []))
  const ids = new Set(records.map(({ id }) => id))
  const exceptions = [...syncs.values()].flatMap((sync) =>
    sync.exceptions.filter(({ email }) => addresses.has(Address.normalise(email) ?? "")).map(({ line }) => `the exceptions of ${sync.name}, line ${line}`)
  )
  const files = [...syncs.values()].flatMap(({ match }) => match.flatMap((rule) => (rule._tag === "File" ? [rule] : [])))
  const maps = files.flatMap(({ path, rows }) =>
    rows
      .filter(({ by, target, value }) => ids.has(target) || (by === "email" ? addresses.has(Address.normalise(value) ?? "") : ids.has(value)))
      .map(({ line }) => `${basename(path)}, line ${line}`)
  )
  return exceptions.concat(maps)
}

const forget = (invocation: Invocation.Invocation, config: Config, asked: string, options: DecisionOptions) =>
  Effect.gen(function* () {
    const { environment, interactive, output } = invocation
    const forgetting = yield* Erasure
    const address = Address.normalise(asked)
    const staff = address === null ? [] : yield* (yield* TeamStore).person(address)
    const customers = staff.length === 0 ? null : yield* CustomerLookup.persons(asked, [...config.connections.keys()])
    const hits = customers?.length === 0 ? [] : yield* Person.one("groupbridge forget", asked, config)
    const footprint = yield* forgetting.footprint(hits, address)
    yield* refuse(config, footprint, asked)
    const outlook = ForgetText.outlook(footprint)
    if (!interactive && options.yes !== true) {
      return yield* new UsageError({
        message: `${outlook}. Nothing was changed: this cannot be taken back, so it needs a terminal, or: groupbridge forget ${ShellWord.typed(asked)} --yes`
      })
    }
    const agreed = yield* Ask.yes(invocation, `${outlook}. This cannot be taken back. Go on?`)
    const gone = agreed ? yield* forgetting.erase(footprint, Deciding.decider(invocation, options.reason)) : false
    const elsewhere = {
      copies: agreed ? yield* environment.stateFiles.naming(config.state, config.backup.dir, footprint.texts) : [],
      lines: namedLines(config, footprint),
      targets: [...new Set(footprint.records.filter(({ gone: away, side }) => side === "target" && !away).map(({ connection }) => connection))]
    }
    const document = {
      forgotten: agreed,
      records: footprint.records.length + footprint.staff.length,
      changes: footprint.history,
      bytesGone: gone,
      stillNamedIn: [...elsewhere.copies, ...elsewhere.lines],
      stillAt: elsewhere.targets
    }
    yield* output.text(options.json === true ? `${Escape.json(document)}\n` : agreed ? ForgetText.done(footprint, elsewhere, gone) : "Nothing was changed.\n")
    return 0
  })

export const run = (load: Load, customer: string, options: DecisionOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.flatMap(World.config(invocation), (config) =>
      World.withStateToDecide(invocation, config)(Lease.hold(`${invocation.who}@${invocation.host}`, () => forget(invocation, config, customer, options)))
    )
  )
