/** What the built command writes is its owner's alone from the first byte, and goes where it was told: no link is followed, nothing is left behind. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import Sqlite from "better-sqlite3"
import * as PrivateFile from "../../src/contract/PrivateFile.ts"
import { hostname } from "node:os"
import * as LeaseHolder from "../../src/run/LeaseHolder.ts"
import * as Installed from "../kit/Installed.ts"

const syncs = "  customers:\n    from: acme\n    to: cstar\n    rules:\n      - kind: organization\n"

const world = Effect.gen(function* () {
  const desk = yield* Installed.desk
  const team = yield* Installed.team
  const people = Installed.customers(20)
  Installed.known(team, people)
  desk.edits.load({
    customers: people,
    organizations: [{ id: "101", name: "Globex" }],
    memberships: people.map(({ id }) => ({ customer: id, organization: "101" }))
  })
  const installed = yield* Installed.make({ sources: { acme: desk }, targets: { cstar: team }, syncs })
  const config = (more: string) => installed.write("groupbridge.yaml", `${readFileSync(join(installed.dir, "groupbridge.yaml"), "utf8")}${more}`)
  return { ...installed, config, path: (name: string) => join(installed.dir, name) }
})

const outputs = ({ stdout, stderr }: Installed.Finished) => `${stdout} ${stderr}`.replaceAll(/\s+/g, " ")
const rights = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe("private files", () => {
  it.scopedLive("plan --save and reports replace no link and follow none", () =>
    Effect.gen(function* () {
      const { path, run } = yield* world
      writeFileSync(path("precious"), "as it was")
      for (const link of ["plan.jsonl", "report.csv"]) symlinkSync(path("precious"), path(link))
      const saved = yield* run(["plan", "customers", "--save", path("plan.jsonl")])
      assert.notStrictEqual(saved.code, 0, outputs(saved))
      assert.match(outputs(saved), /plan\.jsonl is a symbolic link, and those are not followed/)
      const reported = yield* run(["plan", "--report", path("report.csv")])
      assert.match(outputs(reported), /report\.csv is a symbolic link/)
      // What another user laid where the file is written first is taken away, not followed.
      symlinkSync(path("precious"), path("whole.jsonl.part"))
      assert.strictEqual((yield* run(["plan", "customers", "--save", path("whole.jsonl")])).code, 0)
      assert.deepStrictEqual([lstatSync(path("whole.jsonl")).isFile(), rights(path("whole.jsonl"))], [true, "600"])
      assert.strictEqual(readFileSync(path("precious"), "utf8"), "as it was")
    })
  )

  it.scopedLive("a state behind a link is refused with what to do, whichever of its files it is", () =>
    Effect.gen(function* () {
      const { config, path, run } = yield* world
      mkdirSync(path("data"))
      writeFileSync(path("precious"), "")
      config("state: data/state.db\n")
      for (const name of ["data/state.db-wal", "data/state.db"]) {
        symlinkSync(path("precious"), path(name))
        const refused = yield* run(["sync", "--yes"])
        assert.strictEqual(refused.code, 1, outputs(refused))
        assert.match(outputs(refused), /is a symbolic link, and those are not followed\. Put the path of the file itself under state: in the config file/)
        PrivateFile.create(path(name))
        assert.strictEqual(readFileSync(path("precious"), "utf8"), "")
      }
    })
  )

  it.scopedLive("the state and what SQLite writes beside it are 0600 in a folder that others may read, and what was readable is not any more", () =>
    Effect.gen(function* () {
      const { config, path, run } = yield* world
      mkdirSync(path("data"), { mode: 0o755 })
      config("state: data/state.db\n")
      assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
      assert.strictEqual(rights(path("data/state.db")), "600")
      // Held open, so that its other files stay, as after a kill.
      const held = new Sqlite(path("data/state.db"))
      held.prepare("SELECT count(*) FROM run").get()
      assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
      const beside = readdirSync(path("data")).filter((name) => /-(wal|shm)$/.test(name))
      held.close()
      assert.strictEqual(beside.length, 2)
      for (const name of readdirSync(path("data"))) if (!name.startsWith("spool")) assert.strictEqual(rights(path(`data/${name}`)), "600", name)
    })
  )

  it.scopedLive("a backup folder that cannot be made is told in words, and the run is done all the same", () =>
    Effect.gen(function* () {
      const { config, run } = yield* world
      config("backup: { dir: /proc/groupbridge/copies }\n")
      const done = yield* run(["sync", "--yes"])
      assert.strictEqual(done.code, 0, outputs(done))
      assert.match(outputs(done), /No copy of the state was kept: .*\/proc\/groupbridge\/copies.* (ENOENT|EACCES)/)
      const asked = yield* run(["state", "backup"])
      assert.strictEqual(asked.code, 1, outputs(asked))
    })
  )

  it.scopedLive("what a killed command laid by beside the state is swept by the next one, and one that lives keeps its own", () =>
    Effect.gen(function* () {
      const { path, run } = yield* world
      assert.strictEqual((yield* run(["sync", "--yes"])).code, 0)
      const state = path(".groupbridge")
      const spools = () => readdirSync(state).filter((name) => name.startsWith("spool-"))
      assert.deepStrictEqual(spools(), [])
      const lay = (name: string, pid: number) => {
        mkdirSync(join(state, name))
        writeFileSync(join(state, name, "owner"), LeaseHolder.here(`someone@${hostname()}`).replace(`process ${process.pid}`, `process ${pid}`))
        writeFileSync(join(state, name, "customers.jsonl"), "ann@x.example")
      }
      lay("spool-killed", 4_194_304)
      lay("spool-alive", process.pid)
      assert.strictEqual((yield* run(["plan"])).code, 0)
      assert.deepStrictEqual(spools(), ["spool-alive"])
    })
  )

  it.scopedLive("looking where there is no state leaves no folder behind", () =>
    Effect.gen(function* () {
      const { path, run } = yield* world
      const looked = yield* run(["status"])
      assert.strictEqual(looked.code, 0, outputs(looked))
      assert.isFalse(existsSync(path(".groupbridge")))
    })
  )
})

describe("making a folder", () => {
  it("ends with the code of the file system where none can be made", () => {
    for (const place of ["/proc/groupbridge/x", "/dev/null/x/y"]) assert.throws(() => PrivateFile.makeFolder(place), /ENOENT|EACCES|ENOTDIR/)
  })
})
