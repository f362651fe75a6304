/** How many active customers a source group has: counted for all groups at once, and for one of them. */
import { assert, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Database from "../../state/database/Database.ts"
import * as GroupSize from "../../state/reconcile/GroupSize.ts"
import * as SqliteMappingStore from "../../state/reconcile/SqliteMappingStore.ts"
import * as LinkedState from "../kit/LinkedState.ts"

/** Customers who left, staff and customers left out are no members; a tag's members are those of the organizations that carry it, each once. */
const changes = `
  UPDATE source_customer SET gone_at = 5, gone_cause = 'absent' WHERE id % 7 = 0;
  UPDATE source_customer SET role = 'staff' WHERE id % 7 = 1;
  UPDATE source_customer SET excluded = 'suspended' WHERE id % 7 = 2;
  INSERT INTO source_group (id, connection, kind, carrier, key, name, fields, since) VALUES (100, 1, 'tag', 'organization', 'vip', 'vip', '{}', 1), (101, 1, 'tag', 'organization', 'none', 'none', '{}', 1);
  INSERT INTO source_inclusion VALUES (100, 1, 1), (100, 2, 1), (100, 3, 1);
  INSERT INTO source_membership VALUES (100, 3, 1), (100, 7, 1)`

it.scoped("counting all groups at once gives the size of each group alone", () =>
  Effect.gen(function* () {
    const file = join(mkdtempSync(join(tmpdir(), "groupbridge-")), "state.db")
    yield* LinkedState.make(file, { customers: 60, groups: 5, each: 2, unknown: 3 })
    const db = new Sqlite(file)
    db.exec(changes)
    const members = (groups: ReadonlyArray<number>): number =>
      new Set(
        db
          .prepare<[string], number>("SELECT source_customer_id FROM source_membership WHERE group_id IN (SELECT value FROM json_each(?))")
          .pluck()
          .all(JSON.stringify(groups))
          .filter((id) => id % 7 > 2)
      ).size
    const expected: Array<Array<number>> = [...[1, 2, 3, 4, 5].map((group) => [group, members([group])]), [100, members([100, 1, 2, 3])], [101, 0]]
    assert.deepStrictEqual(
      expected.map((row) => row.at(1) !== 0),
      [true, true, true, true, true, true, false]
    )
    db.close()
    const database = yield* Database.open(file)
    const store = SqliteMappingStore.make(database)
    const [first, rest] = [yield* store.candidates(["zendesk"], null, 3, true), yield* store.candidates(["zendesk"], 3, 10, true)]
    assert.deepStrictEqual(
      [...first, ...rest].map(({ members: size, number }) => [number, size]),
      expected
    )
    const alone = yield* database.use((sql) => sql.all(`SELECT g.id, ${GroupSize.ofGroup} AS n FROM source_group g ORDER BY g.id`))
    assert.deepStrictEqual(
      alone.map((row) => [row["id"], row["n"]]),
      expected
    )
  })
)
