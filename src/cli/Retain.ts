/** After runs: what is older than `keep` goes. The first time that this deletes anything is reported. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import { Retention } from "../operate/Retention.ts"
import { RunStore } from "../run/RunStore.ts"
import * as Times from "../report/Times.ts"
import * as Wording from "../report/Wording.ts"
import type { Invocation } from "./Invocation.ts"

/** Limits look back over a day, and undo and explanations over the last runs. */
const least = Duration.days(2)

/** Deletes nothing from a state file that is not this place's. A state that takes nothing has failed the runs already, and has been reported. */
export const sweep = ({ output }: Invocation, { keep }: Config): Effect.Effect<void, never, Retention | RunStore> =>
  Effect.gen(function* () {
    if ((yield* (yield* RunStore).objection) !== null) return
    const kept = Duration.max(keep, least)
    const deleted = yield* (yield* Retention).sweep((yield* Clock.currentTimeMillis) - Duration.toMillis(kept))
    if (deleted === null || !deleted.first) return
    const counts = [Wording.plural(deleted.runs, "run"), Wording.plural(deleted.changes, "change"), Wording.plural(deleted.calls, "call")].join(", ")
    output.note(
      `What is older than ${Times.duration(Duration.toMillis(kept))} (keep) was deleted: ${counts}, and ${Wording.plural(deleted.customers, "customer")} known from them alone. From now on that is done each day without a word.`
    )
  }).pipe(Effect.catchAll(({ message }) => Effect.logWarning(`what is older than keep: could not be deleted: ${message}`)))
