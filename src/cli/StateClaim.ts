/** `state claim TARGET`: goes on with this copy of the state, though another one has written to the target since. */
import * as Effect from "effect/Effect"
import { WriterStore } from "../apply/WriterStore.ts"
import * as Escape from "../report/Escape.ts"
import * as HoldWording from "../report/HoldWording.ts"
import * as Terminal from "../report/Terminal.ts"
import * as Lease from "../run/Lease.ts"
import * as OtherWriter from "../run/OtherWriter.ts"
import * as Ask from "./Ask.ts"
import type { DecisionOptions } from "./Deciding.ts"
import * as Deciding from "./Deciding.ts"
import type { Load } from "./Environment.ts"
import * as Invocation from "./Invocation.ts"
import { unknown, UsageError } from "./UsageError.ts"
import * as World from "./World.ts"

const claim = (invocation: Invocation.Invocation, to: string, options: DecisionOptions) =>
  Effect.gen(function* () {
    const { interactive, output } = invocation
    const name = Terminal.visible(to)
    const found = yield* OtherWriter.look(to)
    const say = (claimed: boolean, message: string) =>
      output.text(options.json === true ? `${Escape.json({ groupbridge: "state-claim-json/1", target: to, claimed })}\n` : `${message}\n`)
    if (found === null) {
      yield* say(false, `${name} shows no other writer, so there is nothing to decide. Nothing was changed.`)
      return 0
    }
    const [what] = found.why
    const message = [
      ...(what === undefined ? [] : [HoldWording.reason(what)]),
      `Going on with this copy: all groups at ${name} are read again, and members whom the other copy may have added count as ours, unconfirmed. The other copy then writes nothing more there`
    ].join(".\n")
    if (!interactive && options.yes !== true)
      return yield* new UsageError({ message: `${message}. Nothing was changed: this needs a terminal, or: groupbridge state claim ${to} --yes` })
    const agreed = yield* Ask.yes(invocation, `${message}. Go on?`)
    if (!agreed) {
      yield* say(false, "Nothing was changed.")
      return 0
    }
    const by = Deciding.decider(invocation, options.reason)
    yield* Lease.hold(`${by.who}@${by.host}`, () => Effect.flatMap(WriterStore, (store) => store.claim(to, found.other, by)))
    yield* say(true, `This copy of the state goes on at ${name}; the next run reads all groups there again.  Next: groupbridge plan`)
    return 0
  })

export const run = (load: Load, to: string, options: DecisionOptions): Promise<number> =>
  Invocation.run(load, options, (invocation) =>
    Effect.gen(function* () {
      const config = yield* World.config(invocation)
      const targets = new Set(World.all(config).map((sync) => sync.to))
      if (!targets.has(to)) return yield* unknown("target", to, targets)
      return yield* World.withStateToLook(invocation, config)(claim(invocation, to, options))
    })
  )
