/** One transaction for the work of several fibers: a commit waits for the disk, and costs more than all that is done in it. */
import type Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import type { StateError } from "../../src/contract/StateError.ts"

interface Asked {
  readonly work: () => unknown
  readonly tell: (result: Effect.Effect<unknown, StateError>) => void
}

/**
 * What asks within one turn of the event loop is stored in one commit, in the order in which it asked. Each work is all or nothing by itself: where it
 * throws, only its own is taken back and only its own asker fails. Where the commit fails, or the disk takes no more, all of them fail and nothing is stored.
 */
export const make = (db: Sqlite.Database, explain: (cause: unknown) => StateError) => {
  let asked: Array<Asked> = []
  const savepoint = db.transaction((work: () => unknown) => work())
  const each = db.transaction((batch: ReadonlyArray<Asked>) =>
    batch.map(({ work }): Effect.Effect<unknown, StateError> => {
      try {
        return Effect.succeed(savepoint(work))
      } catch (cause) {
        // A full disk takes back the whole transaction, not only what had no room.
        if (!db.inTransaction) throw cause
        return Effect.fail(explain(cause))
      }
    })
  )
  const commit = (): void => {
    const batch = asked
    asked = []
    let results: ReadonlyArray<Effect.Effect<unknown, StateError>>
    try {
      results = each.immediate(batch)
    } catch (cause) {
      results = batch.map(() => Effect.fail(explain(cause)))
    }
    batch.forEach(({ tell }, index) => tell(results[index] ?? Effect.die("a work of the batch has no result")))
  }
  return <A>(work: () => A): Effect.Effect<A, StateError> =>
    Effect.uninterruptible(
      Effect.async<A, StateError>((tell) => {
        if (asked.push({ work, tell: (result) => tell(result as Effect.Effect<A, StateError>) }) === 1) setImmediate(commit)
      })
    )
}
