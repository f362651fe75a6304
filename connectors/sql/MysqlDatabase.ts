/** MySQL and MariaDB through `mysql2`: rows as they come over the socket, in a consistent snapshot that can only read. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type mysql from "mysql2"
import type { Readable } from "node:stream"
import type { ConnectorError, Reason } from "../../src/contract/ConnectorError.ts"
import * as SqlDatabase from "./SqlDatabase.ts"
import type { Server } from "./SqlUrl.ts"

/** By name (MySQL 8.4 and MariaDB 10.11, error reference); all others are about the query. */
const reasons: Readonly<Record<string, Reason>> = {
  ER_ACCESS_DENIED_ERROR: "Unauthorized",
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: "Unauthorized",
  ER_DBACCESS_DENIED_ERROR: "Misconfigured",
  ER_BAD_DB_ERROR: "Misconfigured",
  ER_CON_COUNT_ERROR: "Unavailable",
  ER_LOCK_WAIT_TIMEOUT: "Unavailable",
  ER_LOCK_DEADLOCK: "Unavailable",
  ER_SERVER_SHUTDOWN: "Unavailable",
  ER_QUERY_INTERRUPTED: "Unavailable",
  ER_CONNECTION_KILLED: "Unavailable",
  ER_TOO_MANY_USER_CONNECTIONS: "Unavailable"
}
/** A query that was stopped for its time: MySQL's number, and MariaDB's. */
const stopped = new Set([3024, 1969])

/** A single bit is a truth value in many schemas. It comes as a byte, or from a subquery as a figure. */
const typeCast: mysql.TypeCast = (field, next) => {
  if (field.type !== "BIT" || field.length !== 1) return next()
  const bit = field.buffer()?.[0]
  return bit === undefined ? null : bit === 1 || bit === 0x31
}

/** What of a plan is shown, wherever in it that stands: MySQL measures a cost, both say how many rows of which table they will look at. */
const planText = (plan: unknown): string | null => {
  const costs: Array<string> = []
  const tables: Array<string> = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit)
    if (!Predicate.isRecord(value)) return
    const { query_cost: cost, rows_examined_per_scan: examined, rows = examined, table_name: table } = value
    if (typeof cost === "string" && costs.length === 0) costs.push(`a cost of ${cost}`)
    if (typeof table === "string" && typeof rows === "number") tables.push(`${rows} rows of ${table}`)
    Object.values(value).forEach(visit)
  }
  visit(plan)
  const all = [...costs, ...(tables.length === 0 ? [] : [`to look at about ${tables.join(", ")}`])]
  return all.length === 0 ? null : all.join(", ")
}
const decodePlan = Schema.decodeUnknownOption(Schema.parseJson())

/** Rows as they come, in batches; the columns are known before the first. */
async function* batches(connection: mysql.Connection, text: string, size: number): AsyncGenerator<SqlDatabase.Batch> {
  let lost = (_error: Error): void => undefined
  const onError = (error: Error) => lost(error)
  // The driver does not report a lost connection to a streamed query.
  connection.on("error", onError)
  try {
    const query = connection.query(text)
    const stream: Readable = query.stream({ highWaterMark: size })
    lost = (error) => void stream.destroy(error)
    let columns: ReadonlyArray<string> = []
    query.on("fields", (fields: ReadonlyArray<mysql.FieldPacket>) => {
      columns = fields.map(({ name }) => name)
    })
    let rows: Array<ReadonlyArray<unknown>> = []
    let isFirst = true
    for await (const row of stream as AsyncIterable<ReadonlyArray<unknown>>) {
      rows.push(row)
      if (rows.length < size) continue
      yield { columns, rows }
      rows = []
      isFirst = false
    }
    if (rows.length > 0 || isFirst) yield { columns, rows }
  } finally {
    connection.off("error", onError)
  }
}

export const open = (server: Server, settings: SqlDatabase.Settings): SqlDatabase.Open =>
  Effect.gen(function* () {
    const failed =
      (call: string) =>
      (error: unknown): ConnectorError => {
        const code = error instanceof Error && "code" in error ? String(error.code) : ""
        if (error instanceof Error && "errno" in error && stopped.has(Number(error.errno))) {
          return SqlDatabase.failure(settings, call, "Unavailable", SqlDatabase.tooLong(settings))
        }
        if (error instanceof Error && code.startsWith("ER_")) return SqlDatabase.failure(settings, call, reasons[code] ?? "Invalid", error.message)
        const { detail, reason } = SqlDatabase.unreached(error)
        return SqlDatabase.failure(settings, call, reason, detail)
      }
    const driver = yield* Effect.promise(() => import("mysql2"))
    const connected = Effect.async<mysql.Connection, ConnectorError>((resume) => {
      const connection = driver.default.createConnection({
        ...(server.host.startsWith("/") ? { socketPath: server.host } : { host: server.host, port: server.port }),
        ...(server.user === undefined ? {} : { user: server.user }),
        ...(server.password === undefined ? {} : { password: server.password }),
        database: server.database,
        ...(server.tls === "off" ? {} : { ssl: { rejectUnauthorized: server.tls === "full" } }),
        connectTimeout: 15_000,
        dateStrings: true,
        supportBigNumbers: true,
        jsonStrings: true,
        rowsAsArray: true,
        timezone: "Z",
        typeCast
      })
      // A lost connection fails the query that is under way, or the next one.
      connection.on("error", () => undefined)
      connection.connect((error) => resume(error === null ? Effect.succeed(connection) : Effect.fail(failed("connect")(error))))
      return Effect.sync(() => connection.destroy())
    })
    const connection = yield* Effect.acquireRelease(connected, (connection) => Effect.sync(() => connection.destroy()))
    const ask = (call: string, sql: string) =>
      Effect.async<ReadonlyArray<ReadonlyArray<unknown>>, ConnectorError>((resume) => {
        connection.query(sql, (error: unknown, rows: unknown) =>
          resume(error === null ? Effect.succeed(Array.isArray(rows) ? rows : []) : Effect.fail(failed(call)(error)))
        )
      })

    const [[user, version] = []] = yield* ask("connect", "SELECT CURRENT_USER(), VERSION()")
    const isMariadb = /mariadb/i.test(String(version))
    yield* ask(
      "connect",
      isMariadb ? `SET SESSION max_statement_time = ${settings.timeoutMillis / 1000}` : `SET SESSION max_execution_time = ${settings.timeoutMillis}`
    )
    // The server waits that long for a reader that is busy with the rows before.
    yield* ask("connect", "SET SESSION net_write_timeout = 600, time_zone = '+00:00'")
    yield* ask("connect", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    yield* ask("connect", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    return {
      user: typeof user === "string" ? user : null,
      rows: (query, size) => Stream.suspend(() => Stream.fromAsyncIterable(batches(connection, query.text, size), failed(SqlDatabase.callOf(query)))),
      cost: (query) =>
        Effect.map(ask(SqlDatabase.callOf(query), `EXPLAIN FORMAT=JSON ${query.text}`), (rows) =>
          Option.match(decodePlan(rows[0]?.[0]), { onNone: () => null, onSome: planText })
        ),
      commit: Effect.asVoid(ask("commit", "COMMIT"))
    }
  })
