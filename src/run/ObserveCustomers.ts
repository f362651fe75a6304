/** Looks at a target whose memberships are listed by customer. */
import * as Effect from "effect/Effect"
import type { SyncConfig } from "../config/Config.ts"
import * as TargetReader from "../read/TargetReader.ts"
import { TargetStore } from "../read/TargetStore.ts"
import type { Connected } from "./Connections.ts"

/** Of customers whose groups were read long ago so many are read again in a run, so that no run bears all of it. */
const slice = 200

/** Reads customers' groups. Who is not there, or not ours to see, is told, and nothing is concluded of them. */
export const look = (
  sync: SyncConfig,
  target: NonNullable<Connected["target"]>,
  { full, before }: { readonly full: boolean; readonly before: number },
  onRows: TargetReader.OnRows
) =>
  Effect.gen(function* () {
    const store = yield* TargetStore
    const customers = yield* store.customersToRead(sync.to, full, before, slice)
    const results = yield* Effect.forEach(
      customers,
      ({ customer, id }, index) =>
        Effect.gen(function* () {
          const seen = yield* Effect.either(target.api.groupsOf(id))
          if (seen._tag === "Left" && seen.left.reason !== "NotFound" && seen.left.reason !== "NotAllowed") return yield* seen.left
          if (seen._tag === "Right") {
            yield* store.stageGroupsOf(customer, seen.right)
            let known = seen.right
            yield* TargetReader.lookTwice({ customer }, target.lag, {
              slips: false,
              look: Effect.tap(target.api.groupsOf(id), (groups) => {
                known = groups
                return store.stageGroupsOf(customer, groups)
              }).pipe(Effect.as(true)),
              more: Effect.flatMap(target.api.groupsOf(id), (groups) => store.stageGroupsOf(customer, [...known, ...groups])).pipe(Effect.as(true))
            })
          }
          yield* onRows("customers' groups", index + 1, customers.length)
          return seen._tag === "Right"
        }),
      { concurrency: 4 }
    )
    return customers.filter((_, index) => results[index] === false).map(({ name }) => `the ${target.declaration.groupWord}s of ${name}`)
  })
