/** Lists that are walked by how many rows to skip, and whose answers count all rows. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage } from "../../src/contract/Target.ts"

/** The pages of a list. The last one is that with which as many rows came as the answer counts; a page without rows before that is no end, and the stream stops. */
export const stream = <A>(
  read: (skip: number) => Effect.Effect<{ readonly items: ReadonlyArray<A>; readonly total: number }, ConnectorError>
): Stream.Stream<ListPage<A>, ConnectorError> =>
  Stream.paginateEffect(0, (skip) =>
    Effect.map(read(skip), ({ items, total }) => {
      const next = skip + items.length
      const end = next === total
      return [{ items, total, end }, end || items.length === 0 || next > total ? Option.none() : Option.some(next)] as const
    })
  )
