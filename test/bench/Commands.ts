/**
 * What each command costs that a person types, over the state of a big account and of a small one. Processor time, which a shared machine moves least: that
 * of a screenful beside `node -e 0`, that of the others beside what a bare script needs for the same.
 */
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import * as LinkedState from "../kit/LinkedState.ts"
import type { Account, Ask } from "./AccountServer.ts"
import * as Child from "./Child.ts"
import { type Figure, median, type Size, thousands } from "./Figure.ts"

interface Measurable {
  readonly args: ReadonlyArray<string>
  /** How often that of `node -e 0`, or of the floor, it may take at the most. */
  readonly most: number
  /** The script that it stands beside; null: `node -e 0`. */
  readonly floor: { readonly name: string; readonly script: string } | null
}

const screen = (most: number, ...args: ReadonlyArray<string>): Measurable => ({ args, most, floor: null })

const screens: ReadonlyArray<Measurable> = [
  screen(5, "status"),
  screen(5, "held"),
  screen(5, "held", "H-1"),
  screen(5, "unmatched"),
  screen(5, "explain", "c7@example.com"),
  screen(5, "runs"),
  screen(10, "check"),
  screen(10, "groups", "customers"),
  screen(10, "decisions")
]

const tables = ["source_group", "source_customer", "source_membership", "target_group", "target_customer", "customer_link", "assignment", "claim"]

/** A script of SQLite's driver over the state. */
const script = (file: string, work: string): string => `const db = require("better-sqlite3")(${JSON.stringify(file)}); ${work}`

const others = (file: string): ReadonlyArray<Measurable> => [
  { args: ["state", "check"], most: 2, floor: { name: "PRAGMA integrity_check", script: script(file, 'db.pragma("integrity_check")') } },
  {
    args: ["state", "backup"],
    most: 2,
    floor: { name: "SQLite's backup", script: script(file, `db.backup(${JSON.stringify(join(dirname(file), "floor.db"))}).then(() => process.exit())`) }
  },
  {
    args: ["state", "export"],
    most: 2,
    floor: {
      name: "SELECT *, as JSON",
      script: script(
        file,
        `const { openSync, writeSync } = require("node:fs"); const out = openSync("/dev/null", "w"); let text = ""
         const flush = () => { writeSync(out, text); text = "" }
         for (const table of ${JSON.stringify(tables)})
           for (const row of db.prepare("SELECT * FROM " + table).iterate()) { text += JSON.stringify(row) + "\\n"; if (text.length > 65536) flush() }
         flush()`
      )
    }
  }
]

/** What stands in a state besides customers and groups: runs, decisions on them, and a part that waits. */
const addHistory = (file: string, rows: number): void => {
  const db = new Sqlite(file)
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})`
  db.exec(`
    ${numbers} INSERT INTO run (id, sync, kind, started_at, ended_at, status, summary, who, host) SELECT i, 1, 'sync', 1000 * i, 1000 * i + 500, 'done', NULL, 'petra', 'ops1' FROM n;
    ${numbers} INSERT INTO decision (at, who, host, what, subject) SELECT 1000 * i, 'petra', 'ops1', 'undo', 'r-' || i FROM n;
    INSERT INTO held_part (id, sync, guard, state, opened_at, run, lim, value, unit, why) VALUES (1, 1, 'removals', 'open', 2000, 1, 250, ${rows}, 'changes', '[]');
    INSERT INTO held_row (part, op, group_id, target_customer_id) SELECT 1, 'assignment.remove', group_id, target_customer_id FROM assignment LIMIT ${rows};`)
  db.close()
}

const millis = (seconds: number): string => `${(seconds * 1000).toFixed(0)} ms`

const measure = (account: string, { args, floor, most }: Measurable, config: string, rounds: number): Figure => {
  const own: Array<number> = []
  const bare: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    bare.push(Child.processorTime(floor === null ? ["-e", "0"] : ["-e", floor.script]))
    own.push(Child.processorTime([Child.program, ...args, "--config", config]))
  }
  const [figure, bound] = [median(own), median(bare)]
  return {
    name: `${args.join(" ")}, ${account}`,
    value: millis(figure),
    bound: `${floor?.name ?? "node -e 0"}: ${millis(bound)}`,
    ratio: figure / bound,
    goal: { sense: "<=", ratio: most }
  }
}

export async function* run(size: Size): AsyncGenerator<Figure> {
  const rounds = { smoke: 1, small: 3, full: 7 }[size]
  const accounts: ReadonlyArray<LinkedState.Size> = [
    { customers: 40, groups: 4, each: 2, unknown: 3 },
    ...(size === "smoke" ? [] : [{ customers: 200_000, groups: 20_000, each: 5, unknown: 2_000 }])
  ]
  for (const account of accounts) {
    const server = Child.serve<Ask, Account>("AccountServer.ts")
    try {
      const { config } = await server.ask({ customers: 3, organizations: 1, memberships: 3 })
      // A pattern that matches no group is a problem of check, and the state has organizations alone.
      writeFileSync(config, readFileSync(config, "utf8").replace(/,? *include: \[[^\]]*\]/g, ""))
      const file = join(dirname(config), ".groupbridge", "state.db")
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      await Effect.runPromise(LinkedState.make(file, account))
      addHistory(file, account.customers > 1000 ? 1000 : 10)
      const name = `${thousands(account.customers)} customers, ${thousands(account.customers * account.each)} memberships`
      // The first start after a build compiles the program.
      Child.processorTime([Child.program, "status", "--config", config])
      const all = account.customers > 1000 || size === "smoke" ? [...screens, ...others(file)] : [screen(2.5, "status")]
      // Those that read the whole state take long enough to be measured once.
      for (const one of all) yield measure(name, one, config, one.floor === null || size === "full" ? rounds : 1)
    } finally {
      server.end()
    }
  }
}
