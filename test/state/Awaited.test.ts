/** Whether a read must be a full one because removals wait for it, asked of a real file. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as PendingRemovals from "../../state/read/PendingRemovals.ts"
import * as Database from "../../state/database/Database.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "groupbridge-test-"))),
  (dir) => Effect.sync(() => rmSync(dir, { recursive: true }))
)

const absentGroup = (id: number) => `INSERT INTO source_group VALUES (${id}, 1, 'tag', 'customer', '${id}', '${id}', NULL, '{}', 1, 'absent', 5, 0)`
const absentPerson = (id: number) =>
  `INSERT INTO source_customer VALUES (${id}, 1, '${id}', NULL, NULL, NULL, NULL, 'customer', NULL, 0, 1, '{}', 1, 1, 'absent', 5)`

/** Two syncs of one source, of which the first no longer wishes a row that is there; what the second says of it is added by `also`. */
const awaited = (also: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const database = yield* Database.open(join(yield* folder, "state.db"))
    return yield* database.use((sql) => {
      for (const statement of [
        "INSERT INTO connection (id, name) VALUES (1, 'zendesk')",
        "INSERT INTO sync (id, name) VALUES (1, 'customers'), (2, 'others')",
        "INSERT INTO claimant (id, sync, connection) VALUES (1, 1, 1), (2, 2, 1)",
        "INSERT INTO assignment VALUES (7, 8, 'applied', 0, 1)",
        "INSERT INTO claim (claimant, group_id, target_customer_id, source_group_id, source_customer_id, since, cause, expired_at, expired_reads, expiry_cause) VALUES (1, 7, 8, 3, 4, 0, 'joined', 1, 1, 'left')",
        absentGroup(30),
        absentPerson(40),
        ...also
      ])
        sql.run(statement)
      return PendingRemovals.any(sql, 1, ["customers", "others"], 0)
    })
  })

describe("a removal", () => {
  it.scopedLive("is awaited where a wish has ended and nobody else has one", () => Effect.map(awaited([]), (any) => assert.isTrue(any)))

  it.scopedLive("is not, where another sync wishes the row by a rule", () =>
    Effect.map(
      awaited([
        "INSERT INTO claim (claimant, group_id, target_customer_id, source_group_id, source_customer_id, since, cause, expired_at, expired_reads, expiry_cause) VALUES (2, 7, 8, 3, 4, 0, 'joined', NULL, NULL, NULL)"
      ]),
      (any) => assert.isFalse(any)
    )
  )

  it.scopedLive("is not, where another sync wishes the row by an exception, which has neither group nor person behind it", () =>
    Effect.map(
      awaited([
        "INSERT INTO claim (claimant, group_id, target_customer_id, source_group_id, source_customer_id, since, cause, expired_at, expired_reads, expiry_cause) VALUES (2, 7, 8, NULL, NULL, 0, 'exception', NULL, NULL, NULL)"
      ]),
      (any) => assert.isFalse(any)
    )
  )

  it.scopedLive("is, where the group or the person behind the other wish was found absent", () =>
    Effect.forEach(
      [absentGroup(3), absentPerson(4)],
      (absent) =>
        Effect.map(
          awaited([
            "INSERT INTO claim (claimant, group_id, target_customer_id, source_group_id, source_customer_id, since, cause, expired_at, expired_reads, expiry_cause) VALUES (2, 7, 8, 3, 4, 0, 'joined', NULL, NULL, NULL)",
            absent
          ]),
          (any) => assert.isTrue(any, absent)
        ),
      { discard: true }
    )
  )
})
