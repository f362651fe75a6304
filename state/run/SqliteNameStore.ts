/** Names of the config over SQLite: what rests on those that left it, and other names for them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { HeldPart } from "../../src/model/Change.ts"
import type { Finding, NameStore } from "../../src/run/NameStore.ts"
import type { Database } from "../database/Database.ts"
import { syncId } from "../database/Intern.ts"
import * as LineageFile from "../database/LineageFile.ts"
import type { Statements } from "../database/Statements.ts"
import * as HeldParts from "../plan/HeldParts.ts"
import * as OpenPart from "../plan/OpenPart.ts"
import * as Kept from "./Kept.ts"
import * as Renames from "./Renames.ts"

const store = (sql: Statements, { rows, sync, why }: Finding, run: number, now: number): number =>
  OpenPart.store(
    sql,
    { sync: syncId(sql, sync), staff: false, run, now, keepsLargest: false },
    { guard: "configGone", limit: 0, value: rows, unit: "memberships", why }
  )

const hold = (sql: Statements, findings: ReadonlyArray<Finding>, run: number, now: number): ReadonlyArray<HeldPart> => {
  const ids = findings.map((finding) => store(sql, finding, run, now))
  sql.run(
    `UPDATE held_part SET state = 'closed', closed_at = ? WHERE guard = 'configGone' AND state = 'open'
      AND id NOT IN (SELECT value FROM json_each(?))`,
    now,
    JSON.stringify(ids)
  )
  return findings.flatMap(({ sync }) => HeldParts.open(sql, syncId(sql, sync), run).filter(({ guard }) => guard === "configGone"))
}

export const make = (database: Database): typeof NameStore.Service => {
  const atNow = <A>(work: (sql: Statements, now: number) => A) => Effect.flatMap(Clock.currentTimeMillis, (now) => database.atomically((sql) => work(sql, now)))
  return {
    kept: (configured) => atNow((sql, now) => Kept.find(sql, configured, now)),
    hold: (findings, run) => atNow((sql, now) => hold(sql, findings, run, now)),
    renameConnection: (old, name, by) =>
      atNow((sql, now) => {
        LineageFile.check(database, sql)
        return Renames.connection(sql, old, name, by, now)
      }),
    renameSync: (old, name, by) =>
      atNow((sql, now) => {
        LineageFile.check(database, sql)
        return Renames.sync(sql, old, name, by, now)
      }),
    former: (kind) =>
      database.use(
        (sql) =>
          new Map(
            sql
              .all(`SELECT f.name, p.name AS present FROM former_name f JOIN ${kind} p ON p.id = f.id WHERE f.kind = ?`, kind)
              .map((row) => [String(row["name"]), String(row["present"])])
          )
      )
  }
}
