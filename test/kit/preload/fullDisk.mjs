/** Loaded into the built command by a test (`NODE_OPTIONS`): state files may not grow over `STATE_PAGES` pages, as on a full disk. */
import Sqlite from "better-sqlite3"

const { exec } = Sqlite.prototype
const bounded = new WeakSet()

Sqlite.prototype.pragma = new Proxy(Sqlite.prototype.pragma, {
  apply: (pragma, db, args) => {
    if (!bounded.has(db)) {
      bounded.add(db)
      exec.call(db, `PRAGMA max_page_count = ${Number(process.env.STATE_PAGES)}`)
    }
    return Reflect.apply(pragma, db, args)
  }
})
