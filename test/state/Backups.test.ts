import { assert, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Backups from "../../state/database/Backups.ts"

/** Copies newest first, by their second: whole ones of some kilobytes, or damaged ones of 100 bytes. What is left of them, newest first. */
const pruned = (copies: ReadonlyArray<"whole" | "damaged">, limits: { readonly keep: number; readonly maxBytes: number }): ReadonlyArray<number> => {
  const dir = mkdtempSync(join(tmpdir(), "groupbridge-"))
  try {
    const names = copies.map((_, index) => Backups.nameAt(1_000_000_000_000 - index * 1000))
    for (const [index, kind] of copies.entries()) {
      const file = join(dir, names[index] ?? "")
      if (kind === "damaged") writeFileSync(file, "x".repeat(100))
      else {
        const db = new Sqlite(file)
        db.exec("CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('lineage', 'L')")
        db.close()
      }
    }
    Backups.prune(dir, limits)
    const left = new Set(readdirSync(dir))
    return names.flatMap((name, index) => (left.has(name) ? [index] : []))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const huge = 1e12

it("copies beyond their number or their size together go, the oldest first, and never the newest whole one", () => {
  assert.deepStrictEqual(pruned(["whole", "whole", "whole"], { keep: 2, maxBytes: huge }), [0, 1])
  assert.deepStrictEqual(pruned(["whole", "whole", "whole"], { keep: 9, maxBytes: 1 }), [0])
  assert.deepStrictEqual(pruned(["whole", "whole", "whole"], { keep: 9, maxBytes: 17_000 }), [0, 1])
  assert.deepStrictEqual(pruned(["damaged", "damaged", "whole", "whole"], { keep: 1, maxBytes: 1 }), [0, 1, 2])
  assert.deepStrictEqual(pruned(["damaged", "damaged"], { keep: 1, maxBytes: 1 }), [0, 1])
  assert.deepStrictEqual(pruned([], { keep: 1, maxBytes: 1 }), [])
})

it("a copy within the second of another has a place of its own, after it", () => {
  const dir = mkdtempSync(join(tmpdir(), "groupbridge-"))
  try {
    const now = 1_000_000_000_000
    const places = [1, 2, 3].map(() => {
      const place = Backups.placeFor(dir, now)
      writeFileSync(place, "")
      return place
    })
    assert.deepStrictEqual(
      places,
      [now, now + 1000, now + 2000].map((at) => join(dir, Backups.nameAt(at)))
    )
    assert.deepStrictEqual(
      Backups.list(dir).map(({ file }) => file),
      places.toReversed()
    )
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
