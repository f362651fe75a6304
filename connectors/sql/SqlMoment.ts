/** The three queries in one snapshot. What memberships name is judged by the very customers and groups that were told. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { SourceRecord } from "../../src/contract/Source.ts"
import type { SourceCustomer } from "../../src/model/Customer.ts"
import type { GroupKind, SourceGroup } from "../../src/model/Group.ts"
import * as IdFilter from "../../src/model/IdFilter.ts"
import * as SqlColumns from "./SqlColumns.ts"
import * as SqlRows from "./SqlRows.ts"

type Batches<A> = Stream.Stream<ReadonlyArray<A>, ConnectorError>

/** Each list ends only once all of it was looked at. */
export interface Moment {
  readonly customers: Batches<SourceCustomer>
  readonly groups: Batches<SourceGroup>
  /** Reads the other two first where they were not read yet. */
  readonly memberships: Batches<SourceRecord>
}

export type Queries = Readonly<Record<SqlColumns.QueryName, string>>

const repeated = (id: string) => `the id ${JSON.stringify(id)} stands in more than one row; each needs a row of its own (DISTINCT, GROUP BY, or a join less)`
const stranger = (column: "customer" | "group", id: string) =>
  `the query of ${column}s shows no ${column} ${JSON.stringify(id)}; join it with this query, so that both show the same`

const atEnd = <A>(batches: Batches<A>, done: Effect.Effect<void, ConnectorError>): Batches<A> => Stream.concat(batches, Stream.drain(Stream.fromEffect(done)))

export const make = (reading: SqlRows.Reading, queries: Queries): Moment => {
  /** As told to the end; null before. */
  let people: IdFilter.IdFilter | null = null
  let kinds: ReadonlyMap<string, GroupKind> | null = null
  const query = (name: SqlColumns.QueryName): SqlRows.Query => ({ name, text: queries[name] })
  const twice = (name: SqlColumns.QueryName, one: { readonly id: string } | undefined) =>
    one === undefined ? Effect.void : Effect.fail(SqlRows.malformed(reading, query(name), [repeated(one.id)]))
  const rowsOfCustomers = SqlRows.records(reading, query("customers"), SqlColumns.customerOf)

  /** A filter finds the few ids that may stand twice, and only those are looked at again: memory stays flat. */
  const eachOnce = (suspects: ReadonlySet<string>) => {
    const seen = new Set<string>()
    return Stream.runForEach(rowsOfCustomers, (batch) =>
      twice(
        "customers",
        batch.find(({ id }) => suspects.has(id) && (seen.has(id) || !seen.add(id)))
      )
    )
  }

  const customers: Moment["customers"] = Stream.suspend(() => {
    const ids = IdFilter.make()
    const suspects = new Set<string>()
    const noted = Stream.tap(rowsOfCustomers, (batch) =>
      Effect.sync(() => {
        for (const { id } of batch) if (ids.add(id)) suspects.add(id)
      })
    )
    return atEnd(
      noted,
      Effect.suspend(() => {
        people = ids
        return suspects.size === 0 ? Effect.void : eachOnce(suspects)
      })
    )
  })

  const groups: Moment["groups"] = Stream.suspend(() => {
    const found = new Map<string, GroupKind>()
    const noted = Stream.tap(SqlRows.records(reading, query("groups"), SqlColumns.groupOf), (batch) =>
      twice(
        "groups",
        batch.find(({ id, kind }) => found.has(id) || !found.set(id, kind))
      )
    )
    return atEnd(
      noted,
      Effect.sync(() => {
        kinds = found
      })
    )
  })

  const membership: SqlRows.Read<SourceRecord> = (header, values, problems) => {
    const { customer, group } = SqlColumns.membershipOf(header, values, problems)
    const kind = kinds?.get(group)
    if (customer !== "" && people?.has(customer) !== true) problems.push(stranger("customer", customer))
    if (group !== "" && kind === undefined) problems.push(stranger("group", group))
    return { _tag: "Membership", group: SqlColumns.groupKey(group, kind ?? "organization"), customer }
  }
  const others = Effect.suspend(() =>
    Effect.zipRight(people === null ? Stream.runDrain(customers) : Effect.void, kinds === null ? Stream.runDrain(groups) : Effect.void)
  )

  return {
    customers,
    groups,
    memberships: Stream.unwrap(
      Effect.as(
        others,
        Stream.suspend(() => SqlRows.records(reading, query("memberships"), membership))
      )
    )
  }
}
