/** Rows of a query as records: each looked at before any of its batch is told, so that one wrong row fails the read with its place. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import * as SqlColumns from "./SqlColumns.ts"
import * as SqlDatabase from "./SqlDatabase.ts"

export const pageSize = 1000

/** A row's record; problems are added to `problems`. */
export type Read<A> = (header: SqlColumns.Header, values: ReadonlyArray<unknown>, problems: Array<string>) => A

export interface Reading extends SqlDatabase.Settings {
  readonly snapshot: SqlDatabase.Snapshot
}

export interface Query extends SqlDatabase.Query {
  readonly name: SqlColumns.QueryName
}

const shownAtMost = 5

export const malformed = (settings: SqlDatabase.Settings, query: SqlDatabase.Query, problems: ReadonlyArray<string>) => {
  const more = problems.length > shownAtMost ? `; and ${problems.length - shownAtMost} more` : ""
  return SqlDatabase.failure(settings, SqlDatabase.callOf(query), "Malformed", `${problems.slice(0, shownAtMost).join("; ")}${more}`)
}

/** Batches of records in the order of the database. */
export const records = <A>({ snapshot, ...settings }: Reading, query: Query, read: Read<A>): Stream.Stream<ReadonlyArray<A>, ConnectorError> =>
  Stream.suspend(() => {
    let header: ReturnType<typeof SqlColumns.headerOf> | null = null
    let number = 0
    const looked = ({ columns, rows }: SqlDatabase.Batch): Effect.Effect<ReadonlyArray<A>, ConnectorError> => {
      header ??= SqlColumns.headerOf(query.name, columns)
      if ("problems" in header) return Effect.fail(malformed(settings, query, header.problems))
      const problems: Array<string> = []
      const all: Array<A> = []
      for (const values of rows) {
        number += 1
        const own: Array<string> = []
        all.push(read(header, values, own))
        if (own.length > 0) problems.push(`row ${number}: ${own.join(", ")}`)
      }
      return problems.length > 0 ? Effect.fail(malformed(settings, query, problems)) : Effect.succeed(all)
    }
    return Stream.mapEffect(snapshot.rows(query, pageSize), looked)
  })
