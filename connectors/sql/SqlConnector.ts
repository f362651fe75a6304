/** A database as a source of groups, customers and memberships, by three queries. What they must show stands in README.md beside this file. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { ConnectionContext, Connector } from "../../src/contract/Connector.ts"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import * as FilePath from "../../src/contract/FilePath.ts"
import * as MysqlDatabase from "./MysqlDatabase.ts"
import * as PostgresDatabase from "./PostgresDatabase.ts"
import type * as SqlDatabase from "./SqlDatabase.ts"
import * as SqliteDatabase from "./SqliteDatabase.ts"
import * as SqlSource from "./SqlSource.ts"
import * as SqlUrl from "./SqlUrl.ts"

const problemOf = (url: string): true | string => Either.match(SqlUrl.parse(url), { onLeft: (problem) => problem, onRight: () => true })

const Options = Schema.Struct({
  url: Schema.Redacted(FilePath.within(SqlUrl.located).pipe(Schema.filter(problemOf))).annotations({
    description:
      "The database: postgres://USER:PASSWORD@HOST/DATABASE, mysql://USER:PASSWORD@HOST/DATABASE (also MariaDB), or sqlite:FILE, relative to this file."
  }),
  customers: Schema.NonEmptyString.annotations({ description: "Query of the customers: id, email, name, ... Other columns are fields." }),
  groups: Schema.NonEmptyString.annotations({ description: "Query of the groups: id, name, kind, ... Other columns are fields." }),
  memberships: Schema.NonEmptyString.annotations({ description: "Query of who is in which group: customer_id, group_id." }),
  timeoutSeconds: Schema.optionalWith(
    Schema.Int.pipe(Schema.between(1, 86_400)).annotations({ description: "How long the database may work on one statement. Default: 300." }),
    { default: () => 300, exact: true }
  )
})
type Options = typeof Options.Type

const opened = (place: SqlUrl.Place, settings: SqlDatabase.Settings): SqlDatabase.Open => {
  switch (place.kind) {
    case "postgres":
      return PostgresDatabase.open(place, settings)
    case "mysql":
      return MysqlDatabase.open(place, settings)
    case "sqlite":
      return SqliteDatabase.open(place.file, settings)
  }
}

const makeSource = ({ timeoutSeconds, url, ...queries }: Options, { name, redactor }: ConnectionContext) =>
  Effect.gen(function* () {
    const place = yield* Either.mapLeft(
      SqlUrl.parse(Redacted.value(url)),
      (detail) => new ConnectorError({ connection: name, call: "url", reason: "Misconfigured", detail, effect: "none" })
    )
    if (place.kind !== "sqlite" && place.password !== undefined) redactor.hide(place.password)
    const settings = { connection: name, timeoutMillis: timeoutSeconds * 1000 }
    const open = opened(place, settings)
    const identify = Effect.scoped(
      Effect.map(open, ({ user }) => ({
        account: SqlUrl.accountOf(place),
        label: SqlUrl.labelOf(place),
        actor: user,
        role: null,
        missing: [],
        allowance: null
      }))
    )
    const costs = Effect.scoped(
      Effect.flatMap(open, (snapshot) =>
        Effect.map(
          Effect.forEach(["customers", "groups", "memberships"] as const, (query) =>
            Effect.map(snapshot.cost({ name: query, text: queries[query] }), (cost) => (cost === null ? [] : [`query ${query}: the database expects ${cost}`]))
          ),
          (all) => all.flat()
        )
      )
    )
    return { ...(yield* SqlSource.make({ ...settings, open, queries })), identify, costs }
  })

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "sql",
  title: "SQL database",
  options: Options,
  limits: [],
  local: true,
  source: { declaration: SqlSource.declaration, decides: ["customers", "groups", "memberships"], make: makeSource }
}
