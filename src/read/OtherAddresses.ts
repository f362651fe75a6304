/** Customers whom a target does not know by their own address, asked for their others. */
import * as Effect from "effect/Effect"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { Source } from "../contract/Source.ts"
import type { StateError } from "../contract/StateError.ts"
import { AddressStore } from "./AddressStore.ts"
import type { OnRows } from "./TargetReader.ts"

/** So many are asked in a run: each costs the source a call, and who is not asked today is asked tomorrow. */
const most = 200

export interface Asked {
  readonly reported: boolean
  /** What could not be read, in words. */
  readonly unread: ReadonlyArray<string>
}

const askAll = (to: string, name: string, addresses: NonNullable<Source["addresses"]>, onRows: OnRows) =>
  Effect.gen(function* () {
    const store = yield* AddressStore
    const people = yield* store.toAsk(to, name, most)
    let done = 0
    yield* Effect.forEach(
      people,
      ({ customer, id }) =>
        Effect.gen(function* () {
          yield* store.store(customer, yield* addresses(id))
          done += 1
          yield* onRows("customers' other addresses", done, people.length)
        }),
      { concurrency: 4, discard: true }
    )
    return people.length > 0
  })

/** Nothing but a match is lost where a source fails here, so that the run goes on without. */
export const ask = (to: string, name: string, source: Source, onRows: OnRows): Effect.Effect<Asked, StateError, AddressStore> => {
  if (source.addresses === undefined)
    return Effect.as(
      Effect.flatMap(AddressStore, (store) => store.forget(name)),
      { reported: false, unread: [] }
    )
  return askAll(to, name, source.addresses, onRows).pipe(
    Effect.map((reported): Asked => ({ reported, unread: [] })),
    Effect.catchIf(
      (error): error is ConnectorError => error._tag === "ConnectorError",
      ({ message }) => Effect.succeed({ reported: true, unread: [`other addresses of customers of ${name} (${message})`] })
    )
  )
}
