/** Long lists of the state, read piece by piece while a report is written. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { StateError } from "../contract/StateError.ts"
import type { Page } from "../run/Overview.ts"

/** All rows in order, for one reading. A failure of the state is thrown as it is. */
export async function* of<A>(page: (after: string | null) => Effect.Effect<Page<A>, StateError>): AsyncGenerator<A> {
  let after: string | null = null
  do {
    const exit: Exit.Exit<Page<A>, StateError> = await Effect.runPromiseExit(page(after))
    if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
    yield* exit.value.rows
    after = exit.value.next
  } while (after !== null)
}
