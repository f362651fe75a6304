/** Notices that wait, over SQLite. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Notice } from "../../src/model/Notice.ts"
import type { NoticeStore } from "../../src/run/NoticeStore.ts"
import type { Database } from "../database/Database.ts"

export const make = (database: Database): typeof NoticeStore.Service => ({
  enqueue: (hooks, notices) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.atomically((sql) => {
        sql.run("DELETE FROM notice WHERE hook NOT IN (SELECT value FROM json_each(?))", JSON.stringify(hooks))
        for (const hook of hooks)
          for (const notice of notices) sql.insert("INSERT INTO notice (hook, at, body) VALUES (?, ?, ?)", hook, now, JSON.stringify(notice))
      })
    ),
  waiting: (hook) =>
    database.use((sql) =>
      sql
        .all("SELECT id, body FROM notice WHERE hook = ? ORDER BY id LIMIT 100", hook)
        .map((row) => ({ number: Number(row["id"]), notice: JSON.parse(String(row["body"])) as Notice }))
    ),
  delivered: (numbers) => database.atomically((sql) => void sql.run("DELETE FROM notice WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(numbers)))
})
