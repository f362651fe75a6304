/** PostgreSQL through `pg`: a cursor in a repeatable-read transaction that can only read. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type pg from "pg"
import type { Reason } from "../../src/contract/ConnectorError.ts"
import * as SqlDatabase from "./SqlDatabase.ts"
import type { Server } from "./SqlUrl.ts"

const bytes = 17
const truth = 16
/** Whole and broken numbers, the widest as text where no number of this language holds it exactly. */
const numbers = new Set([20, 21, 23, 26, 700, 701, 1700])

const number = (text: string): number | string => (Number.isFinite(Number(text)) && String(Number(text)) === text ? Number(text) : text)

/** All else is the text that the database writes. */
const parserOf = (type: number): ((text: string) => unknown) => {
  if (type === truth) return (text) => text === "t"
  if (type === bytes) return (text) => Buffer.from(text)
  return numbers.has(type) ? number : (text) => text
}

/** By SQLSTATE (PostgreSQL 15, appendix A); class by class where no more is needed. */
const reasons: Readonly<Record<string, Reason>> = {
  "28": "Unauthorized",
  "3D": "Misconfigured",
  "08": "Unavailable",
  "25": "Unavailable",
  "40": "Unavailable",
  "53": "Unavailable",
  "55": "Unavailable",
  "57": "Unavailable",
  "58": "Unavailable",
  XX: "Unavailable"
}
const stopped = "57014"

interface Result {
  readonly fields: ReadonlyArray<{ readonly name: string }>
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

const Plan = Schema.Tuple(
  Schema.Struct({
    Plan: Schema.Struct({
      "Node Type": Schema.String,
      "Total Cost": Schema.Number,
      "Plan Rows": Schema.Number,
      "Relation Name": Schema.optional(Schema.String)
    })
  })
)
const decodePlan = Schema.decodeUnknownOption(Schema.parseJson(Plan))

export const open = (server: Server, settings: SqlDatabase.Settings): SqlDatabase.Open =>
  Effect.gen(function* () {
    const failed = (call: string) => (error: unknown) => {
      const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""
      // A state of five letters is the database's own word; anything else is the network's.
      if (!/^[0-9A-Z]{5}$/.test(code) || !(error instanceof Error)) {
        const { detail, reason } = SqlDatabase.unreached(error)
        return SqlDatabase.failure(settings, call, /SASL|password/i.test(detail) ? "Unauthorized" : reason, detail)
      }
      return SqlDatabase.failure(settings, call, reasons[code.slice(0, 2)] ?? "Invalid", code === stopped ? SqlDatabase.tooLong(settings) : error.message)
    }
    const { Client } = (yield* Effect.promise(() => import("pg"))).default
    const connected = Effect.tryPromise({
      try: async () => {
        const client: pg.Client = new Client({
          host: server.host,
          port: server.port,
          user: server.user,
          password: server.password,
          database: server.database,
          ssl: server.tls === "off" ? false : { rejectUnauthorized: server.tls === "full" },
          application_name: "groupbridge",
          connectionTimeoutMillis: 15_000,
          keepAlive: true,
          types: { getTypeParser: parserOf as never }
        })
        // A lost connection fails the query that is under way, or the next one.
        client.on("error", () => undefined)
        await client.connect()
        return client
      },
      catch: failed("connect")
    })
    const client = yield* Effect.acquireRelease(connected, (client) => Effect.promise(() => client.end().catch(() => undefined)))
    const plain = (call: string, text: string) => Effect.tryPromise({ try: () => client.query(text), catch: failed(call) })
    /** By the extended protocol, which takes one statement only: none that ends the transaction can hide behind it. */
    const single = (call: string, text: string) =>
      Effect.tryPromise({
        try: async (): Promise<Result> => client.query({ text, rowMode: "array", queryMode: "extended" } as pg.QueryArrayConfig),
        catch: failed(call)
      })

    yield* plain(
      "connect",
      `BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = ${settings.timeoutMillis}; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL datestyle = 'ISO'; SET LOCAL timezone = 'UTC'`
    )
    // The first query of the transaction fixes what all of it sees.
    const user = (yield* single("connect", "SELECT current_user::text")).rows[0]?.[0]

    return {
      user: typeof user === "string" ? user : null,
      rows: (query, size) => {
        const call = SqlDatabase.callOf(query)
        const next = Stream.repeatEffectOption(Effect.mapError(single(call, `FETCH ${size} FROM rows_of_query`), Option.some))
        let begun = false
        return Stream.fromEffect(single(call, `DECLARE rows_of_query NO SCROLL CURSOR FOR ${query.text}`)).pipe(
          Stream.flatMap(() => next),
          Stream.map(({ fields, rows }): SqlDatabase.Batch => ({ columns: fields.map(({ name }) => name), rows })),
          // Only a fetch that finds nothing is the end.
          Stream.takeUntil(({ rows }) => rows.length === 0),
          Stream.filter(({ rows }) => {
            const keep = !begun || rows.length > 0
            begun = true
            return keep
          }),
          Stream.concat(Stream.drain(Stream.fromEffect(single(call, "CLOSE rows_of_query"))))
        )
      },
      cost: (query) =>
        Effect.map(single(SqlDatabase.callOf(query), `EXPLAIN (FORMAT JSON) ${query.text}`), ({ rows }) => {
          const [{ Plan: plan }] = Option.getOrElse(decodePlan(rows[0]?.[0]), () => [{ Plan: null }] as const)
          return plan === null
            ? null
            : `about ${plan["Plan Rows"]} rows at a cost of ${plan["Total Cost"]} (${[plan["Node Type"], ...(plan["Relation Name"] === undefined ? [] : [plan["Relation Name"]])].join(" of ")})`
        }),
      commit: Effect.asVoid(plain("commit", "COMMIT"))
    }
  })
