/** Three queries as a source: all that one reading tells is as it was at one moment. */
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Source, SourcePage, SourceRecord } from "../../src/contract/Source.ts"
import * as Tables from "../kit/Tables.ts"
import type * as SqlDatabase from "./SqlDatabase.ts"
import * as SqlMoment from "./SqlMoment.ts"
import * as SqlRows from "./SqlRows.ts"

const { customers, declaration, groups, memberships } = Tables.declare({
  end: "no more rows, in one snapshot for all three queries",
  canLoseRows: false,
  pageSize: SqlRows.pageSize
})

export { declaration }

export interface Settings extends SqlDatabase.Settings {
  readonly open: SqlDatabase.Open
  readonly queries: SqlMoment.Queries
}

interface Current {
  readonly moment: SqlMoment.Moment
  /** Ends the transaction, which must have lasted until now. */
  readonly end: Effect.Effect<void, ConnectorError>
  readonly leave: Effect.Effect<void>
}

type Pages = Stream.Stream<SourcePage, ConnectorError>

const last: SourcePage = { records: [], rows: 0, cursor: null, end: { reached: true, count: null }, unknown: [] }

/** The snapshot is open from the first page of customers to the last one of memberships, or until a read of it fails. */
export const make = ({ open, queries, ...settings }: Settings): Effect.Effect<Pick<Source, "streams" | "customer">, never, Scope.Scope> =>
  Effect.map(Effect.scope, (parent) => {
    let current: Current | null = null
    const leave = Effect.suspend(() => current?.leave ?? Effect.void)

    const begin = Effect.gen(function* () {
      yield* leave
      const scope = yield* Scope.fork(parent, ExecutionStrategy.sequential)
      const snapshot = yield* Effect.onError(Scope.extend(open, scope), () => Scope.close(scope, Exit.void))
      const left = Effect.suspend(() => {
        current = null
        return Scope.close(scope, Exit.void)
      })
      current = { moment: SqlMoment.make({ ...settings, snapshot }, queries), end: Effect.zipRight(snapshot.commit, left), leave: left }
      return current
    })
    const ongoing = Effect.suspend(() => (current === null ? begin : Effect.succeed(current)))

    const pages = (
      of: Effect.Effect<Current, ConnectorError>,
      records: (moment: SqlMoment.Moment) => Stream.Stream<ReadonlyArray<SourceRecord>, ConnectorError>,
      end: (of: Current) => Effect.Effect<void, ConnectorError> = () => Effect.void
    ): Pages =>
      Stream.unwrap(
        Effect.map(of, (current) => {
          let reported = 0
          const page = (records: ReadonlyArray<SourceRecord>): SourcePage => {
            reported += records.length
            return { records, rows: records.length, cursor: `row ${reported + 1}`, end: null, unknown: [] }
          }
          return Stream.map(records(current.moment), page).pipe(
            Stream.concat(Stream.fromEffect(Effect.as(end(current), last))),
            Stream.onError(() => current.leave)
          )
        })
      )

    return {
      streams: [
        {
          declaration: customers,
          pages: pages(begin, ({ customers }) => Stream.map(customers, (batch) => batch.map((customer): SourceRecord => ({ _tag: "Customer", customer }))))
        },
        {
          declaration: groups,
          pages: pages(ongoing, ({ groups }) => Stream.map(groups, (batch) => batch.map((group): SourceRecord => ({ _tag: "Group", group }))))
        },
        {
          declaration: memberships,
          pages: pages(
            ongoing,
            ({ memberships }) => memberships,
            ({ end }) => end
          )
        }
      ],
      customer: (id) =>
        Effect.scoped(
          Effect.flatMap(open, (snapshot) =>
            Stream.runHead(
              Stream.filterMap(SqlMoment.make({ ...settings, snapshot }, queries).customers, (batch) => Option.fromNullable(batch.find((one) => one.id === id)))
            )
          )
        )
    }
  })
