/** What the three databases have in common: one read-only snapshot, and queries that are streamed from it. */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { ConnectorError, type Reason } from "../../src/contract/ConnectorError.ts"

/** Rows of a query with the names of their columns as the database gives them. `rows` may be empty. */
export interface Batch {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

/** One snapshot: all that is read in it is as it was at one moment. It is open until its scope ends. */
export interface Snapshot {
  /** Who we are there; null where the database knows no users. */
  readonly user: string | null
  /**
   * Rows in batches of about `size`, at least one batch even where there are none. Ends only where the database said that no more rows follow; one
   * query at a time.
   */
  readonly rows: (query: Query, size: number) => Stream.Stream<Batch, ConnectorError>
  /** What the database expects the query to cost, in its own measure; null where it does not say. */
  readonly cost: (query: Query) => Effect.Effect<string | null, ConnectorError>
  /** Ends the transaction; fails if it did not last until now. */
  readonly commit: Effect.Effect<void, ConnectorError>
}

/** A query of the config file: its option's name, and its text. */
export interface Query {
  readonly name: string
  readonly text: string
}

export interface Settings {
  readonly connection: string
  readonly timeoutMillis: number
}

export type Open = Effect.Effect<Snapshot, ConnectorError, Scope.Scope>

/** Where nothing could have been changed, whatever went wrong. */
export const failure = ({ connection }: Settings, call: string, reason: Reason, detail: string) =>
  new ConnectorError({ connection, call, reason, detail, effect: "none" })

export const callOf = ({ name }: Query): string => `query ${name}`

export const tooLong = ({ timeoutMillis }: Settings): string =>
  `the database worked on it for more than ${timeoutMillis / 1000} seconds, so it was stopped: make the query cheaper (groupbridge check shows what it is expected to cost), or raise timeoutSeconds`

const tls = /certificate|self.signed|SSL|TLS|altname/i

/** What went wrong on the way to the database, before it could say anything itself. */
export const unreached = (error: unknown): { readonly reason: Reason; readonly detail: string } => {
  const given = error instanceof AggregateError ? error.errors[0] : error
  const detail = given instanceof Error ? given.message || given.name : String(given)
  if (!tls.test(detail)) return { reason: "Unavailable", detail }
  const advice =
    "where the certificate cannot be checked, name its authority in NODE_EXTRA_CA_CERTS or add ?sslmode=require to the URL; where there is no encryption, ?sslmode=disable"
  return { reason: "Misconfigured", detail: `${detail}; ${advice}` }
}
