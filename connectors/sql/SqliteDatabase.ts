/** SQLite through better-sqlite3: a file that is opened to be read, in one transaction. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Reason } from "../../src/contract/ConnectorError.ts"
import * as SqlDatabase from "./SqlDatabase.ts"

const busy = /^SQLITE_(?:BUSY|LOCKED|IOERR|PROTOCOL)/

export const open = (file: string, settings: SqlDatabase.Settings): SqlDatabase.Open =>
  Effect.gen(function* () {
    const trying = <A>(call: string, work: () => A, otherwise: Reason = "Invalid", more = "") =>
      Effect.try({
        try: work,
        catch: (error) => {
          const reason = error instanceof Error && "code" in error && busy.test(String(error.code)) ? "Unavailable" : otherwise
          return SqlDatabase.failure(settings, call, reason, `${error instanceof Error ? error.message : String(error)}${more}`)
        }
      })
    const opening = <A>(work: () => A) => trying("open", work, "Misconfigured", `; looked at ${file}`)
    const { default: Sqlite } = yield* Effect.promise(() => import("better-sqlite3"))
    const db = yield* Effect.acquireRelease(
      opening(() => new Sqlite(file, { readonly: true, fileMustExist: true, timeout: 5000 })),
      (db) => Effect.sync(() => db.close())
    )
    yield* opening(() => {
      db.defaultSafeIntegers(true)
      db.exec("BEGIN")
      // The first read of the transaction fixes what all of it sees.
      db.prepare("SELECT count(*) FROM sqlite_schema").get()
    })

    const rows = (query: SqlDatabase.Query, size: number) => {
      const call = SqlDatabase.callOf(query)
      return Stream.unwrap(
        trying(call, () => {
          const statement = db.prepare<[], ReadonlyArray<unknown>>(query.text).raw(true)
          const columns = statement.columns().map(({ name }) => name)
          const end = performance.now() + settings.timeoutMillis
          const iterator = statement.iterate()
          let isFirst = true
          const batch = (): SqlDatabase.Batch | null => {
            const rows: Array<ReadonlyArray<unknown>> = []
            while (rows.length < size) {
              const { done, value } = iterator.next()
              if (done === true) break
              rows.push(value)
              if (performance.now() > end) throw new Error(SqlDatabase.tooLong(settings))
            }
            const given = rows.length > 0 || isFirst ? { columns, rows } : null
            isFirst = false
            return given
          }
          return Stream.repeatEffect(trying(call, batch)).pipe(
            Stream.takeWhile((batch) => batch !== null),
            Stream.ensuring(Effect.sync(() => iterator.return?.()))
          )
        })
      )
    }

    /** It measures nothing, but says what is wrong with a query. */
    const cost = (query: SqlDatabase.Query) =>
      Effect.as(
        trying(SqlDatabase.callOf(query), () => db.prepare(query.text).columns()),
        null
      )
    return { user: null, rows, cost, commit: Effect.asVoid(trying("commit", () => db.exec("COMMIT"))) }
  })
