/** Keeps a run that slept from writing once another one has taken its place. */
import { StateError } from "../../src/contract/StateError.ts"
import type { Database } from "./Database.ts"
import type { Statements } from "./Statements.ts"

const superseded = (database: Database): StateError =>
  new StateError({
    reason: "Superseded",
    file: database.file,
    message: "another run took over while this one slept, so this one stops before it writes anything more. The other run goes on with what was left."
  })

/** Throws `Superseded` where the lease of that number was taken over; null is none, and nobody takes that. */
export const checkLease = (database: Database, sql: Statements, number: number | null): void => {
  if (number !== null && sql.get("SELECT number FROM lease WHERE name = 'run'")?.["number"] !== number) throw superseded(database)
}

/** An outcome is stored once: throws `Superseded` where the call has one, for it was settled by the run that took over. */
export const checkOpen = (database: Database, sql: Statements, table: "call" | "team_call", { call }: { readonly call: number }): void => {
  if (sql.get(`SELECT 1 FROM ${table} WHERE id = ? AND outcome IS NULL`, call) === undefined) throw superseded(database)
}
