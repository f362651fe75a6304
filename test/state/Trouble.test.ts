/** Each way in which a state file can be wrong, met by the built command: one clear message with the command to type, and nothing overwritten. */
import { assert, describe, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"
import * as Preload from "../kit/Preload.ts"

const syncs = "  customers:\n    from: zendesk\n    to: cstar\n    rules:\n      - kind: organization\n"

const world = Effect.gen(function* () {
  const [zendesk, cstar] = [yield* Installed.desk, yield* Installed.team]
  const people = Installed.customers(3)
  Installed.known(cstar, people)
  zendesk.edits.load({ customers: people, organizations: [{ id: "101", name: "Globex" }], memberships: [{ customer: "1", organization: "101" }] })
  const installed = yield* Installed.make({ sources: { zendesk }, targets: { cstar }, syncs })
  const folder = join(installed.dir, ".groupbridge")
  const file = join(folder, "state.db")
  const copy = () => join(folder, "backup", readdirSync(join(folder, "backup")).toSorted()[0] ?? "")
  return { ...installed, copy, cstar, file, folder, zendesk }
})

type World = Effect.Effect.Success<typeof world>

const edit = (file: string, text: string) => {
  const db = new Sqlite(file)
  db.exec(text)
  db.close()
}

interface Trouble {
  readonly what: string
  /** After a good sync and one more change at the source. */
  readonly make: (world: World) => void
  readonly says: RegExp
  readonly env?: Readonly<Record<string, string>>
}

const troubles: ReadonlyArray<Trouble> = [
  {
    what: "missing",
    make: ({ file }) => rmSync(file),
    says: /no state file here .* this place had state \w+ with 2 runs.* groupbridge state restore \S+state-\S+\.db the newest copy found groupbridge state rebuild /
  },
  {
    what: "older",
    make: ({ copy, file }) => {
      copyFileSync(copy(), file)
      // As every opening sets it, so that nothing else may differ.
      edit(file, "PRAGMA journal_mode = WAL")
    },
    says: /is an older one: it knows 1 run, and this place had state \w+ with 2 runs\. Nothing was written\. groupbridge state restore \S+\.db/
  },
  {
    what: "another one",
    make: ({ file }) => edit(file, "UPDATE meta SET value = 'f0re1gn0' WHERE key = 'lineage'"),
    says: /is another one: it is state f0re1gn0, and this place had state \w+ with 2 runs\. Nothing was written\. groupbridge state restore \S+\.db/
  },
  {
    what: "corrupt",
    make: ({ file }) => writeFileSync(file, Buffer.concat([readFileSync(file).subarray(0, 8_192), Buffer.alloc(60_000, "x")])),
    says: /is damaged .*groupbridge state restore FILE/
  },
  {
    what: "no state at all",
    make: ({ file }) => writeFileSync(file, Buffer.alloc(30_000, "x")),
    says: /is not a Groupbridge state file\. Put the right path under state: in the config file/
  },
  {
    what: "newer",
    make: ({ file }) => edit(file, "PRAGMA user_version = 99"),
    says: /was written by a newer Groupbridge \(schema 99, this one knows \d+\)\. Install that version again/
  },
  {
    what: "full",
    make: () => undefined,
    env: Preload.fullDisk(1),
    says: /the disk of the state file .* is full\. .*Make room and run it again/
  }
]

describe("a state file that is", () => {
  it.scopedLive.each(troubles.map((one) => [one.what, one] as const))(
    "%s",
    ([, { env, make, says }]) =>
      Effect.gen(function* () {
        const here = yield* world
        const { cstar, file, folder, run, zendesk } = here
        yield* run(["sync"])
        zendesk.edits.join("2", "101")
        yield* run(["sync"])
        zendesk.edits.load({ customers: Installed.customers(40, 100), organizations: [], memberships: [] })
        zendesk.edits.join("3", "101")
        make(here)
        const names = readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name))
        const before = existsSync(file) ? readFileSync(file) : null
        const writes = cstar.writes()
        const options = env === undefined ? {} : { env }
        const { code, stderr, stdout } = yield* run(["sync", "--yes"], options)
        const words = (stdout + stderr).replaceAll(/\s+/g, " ")
        assert.deepStrictEqual([code, cstar.writes()], [1, writes], words)
        assert.match(words, says)
        assert.strictEqual(words.match(new RegExp(says.source, "g"))?.length, 1, "said once")
        if (env === undefined) assert.deepStrictEqual(existsSync(file) ? readFileSync(file) : null, before)
        assert.deepStrictEqual(
          readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name)),
          names
        )
      }),
    Installed.patience
  )
})
