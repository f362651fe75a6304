/** Commands that look, pause and resume with a config that is not right, and on disks that take nothing. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Bridge from "../kit/Bridge.ts"
import * as Commands from "../kit/Commands.ts"
import * as Crowd from "../kit/Crowd.ts"

const rules = `
    exceptions: exceptions.csv
    match: [{ file: map.csv }, email]
    rules:
      - { kind: tag, include: ["vip"], name: "{name} customers" }`

/** Forty customers of a synced tag, of whom 35 lose it: their removals are held. `state`: where the state lies. */
const lost = (state = ".groupbridge/state.db") =>
  Effect.gen(function* () {
    const bridge = yield* Bridge.make
    bridge.configure(rules)
    const write = (file: string, content: string) => writeFileSync(join(bridge.dir, file), content)
    const edit = (change: (yaml: string) => string) => write("groupbridge.yaml", change(readFileSync(join(bridge.dir, "groupbridge.yaml"), "utf8")))
    edit((yaml) => `${yaml}\nstate: ${state}\n`)
    write("exceptions.csv", "email,group,what,until,reason,by\n")
    write("map.csv", "email,target\n")
    const people = Crowd.people(40)
    Crowd.known(bridge, people)
    Crowd.tagged(bridge, people)
    yield* bridge.sync()
    for (const id of people.slice(0, 35)) bridge.zendesk.source!.untag(id, "vip")
    const { held } = yield* bridge.sync()
    const run = (...args: ReadonlyArray<string>) => Commands.run(bridge, args)
    return { ...bridge, edit, id: String(held[0]?.id), run, write }
  })

type Lost = Effect.Effect.Success<ReturnType<typeof lost>>

const broken: ReadonlyArray<{ readonly what: string; readonly says: RegExp; readonly arrange: (lost: Lost) => void }> = [
  { what: "a broken rule", says: /groupbridge\.yaml:\d+:\d+ {2}.*tagg/, arrange: ({ edit }) => edit((yaml) => yaml.replace("kind: tag", "kind: tagg")) },
  {
    what: "a broken exceptions file",
    says: /exceptions\.csv:2:\d+ {2}.*sometimes/,
    arrange: ({ write }) => write("exceptions.csv", "email,group,what\nc1@x.io,vip,sometimes\n")
  },
  { what: "a broken map file", says: /map\.csv:1:1 {2}the header needs/, arrange: ({ write }) => write("map.csv", "mail\nc1@x.io\n") },
  {
    what: "no secrets in the environment",
    says: /groupbridge\.yaml:\d+:\d+ {2}\$\{NO_SUCH_VALUE\} is not set.* and \d+ more problems/,
    arrange: ({ edit }) => edit((yaml) => yaml.replaceAll(/^( +(?:subdomain|baseUrl|email|apiToken|teamId|apiKey|budget)): .*$/gm, "$1: ${NO_SUCH_VALUE}"))
  }
]

const looks = ({ id }: Lost): ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> => [
  [["status"], new RegExp(`customers.*${id}`, "s")],
  [["held"], new RegExp(id)],
  [["held", id, "--all"], /c35@x\.io/],
  [["runs"], /r-2.*r-1/s],
  [["explain", "c1@x.io"], /vip customers/],
  [["decisions"], /pause/]
]

describe("a config that is not right", () => {
  for (const { arrange, says, what } of broken) {
    it.scopedLive(`with ${what} the state can be looked at, and a sync paused`, () =>
      Effect.gen(function* () {
        const bridge = yield* lost()
        arrange(bridge)
        const calls = bridge.source.log.length + bridge.target.log.length
        const pausing = [["pause", "customers", "--until", "2h"], /is paused until/] as const
        for (const [args, shows] of [pausing, ...looks(bridge), [["resume", "customers"], /goes on/] as const]) {
          const { code, stderr, stdout } = yield* bridge.run(...args)
          const shown = `${args.join(" ")}: exit ${code}\n${stdout}\n${stderr}`
          assert.strictEqual(code, 0, shown)
          assert.match(stdout, shows, shown)
          assert.match(stderr, says, shown)
          assert.strictEqual(stderr.trim().split("\n").length, 1, shown)
        }
        for (const args of [["plan"], ["unmatched"], ["approve", bridge.id, "--yes"]]) assert.strictEqual((yield* bridge.run(...args)).code, 64, args.join(" "))
        assert.strictEqual(bridge.source.log.length + bridge.target.log.length, calls)
      })
    )
  }

  it.scopedLive("where the state's own path, or a sync, cannot be read, nothing is answered from another one", () =>
    Effect.gen(function* () {
      const { edit, run } = yield* lost()
      edit((yaml) => yaml.replace("state: .groupbridge", "state: ${NO_SUCH_VALUE}"))
      assert.strictEqual((yield* run("held")).code, 64)
      edit((yaml) => yaml.replace("${NO_SUCH_VALUE}", ".groupbridge").replace(/^ +to: .*\n/m, ""))
      assert.strictEqual((yield* run("held")).code, 64)
    })
  )
})

const mount = (...args: ReadonlyArray<string>): boolean => spawnSync("mount", args).status === 0
const unmount = (folder: string): void => void spawnSync("umount", [folder])

const whyNot = ((): string | null => {
  const folder = mkdtempSync(join(tmpdir(), "groupbridge-mount-"))
  const can = mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)
  if (can) unmount(folder)
  rmdirSync(folder)
  return can ? null : " (skipped: only root can mount a small disk)"
})()

/** A disk of its own. */
const disk = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "groupbridge-mount-"))
    assert.isTrue(mount("-t", "tmpfs", "-o", "size=16m,mode=1777", "tmpfs", folder))
    return folder
  }),
  (folder) =>
    Effect.sync(() => {
      unmount(folder)
      rmSync(folder, { recursive: true, force: true })
    })
)

/** Until the disk takes no byte more. */
const fill = (folder: string): void => {
  const file = openSync(join(folder, "full"), "w")
  try {
    for (const size of [65_536, 4096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size))
      } catch (cause) {
        assert.strictEqual((cause as NodeJS.ErrnoException).code, "ENOSPC")
      }
    }
  } finally {
    closeSync(file)
  }
}

const disks: ReadonlyArray<{ readonly what: string; readonly spoil: (folder: string) => void; readonly says: RegExp; readonly temporaryToo: boolean }> = [
  { what: "a full disk", spoil: fill, says: /the disk of the state file \S+state\.db is full/, temporaryToo: false },
  { what: "a full disk that holds the temporary folder too", spoil: fill, says: /the disk of the state file \S+state\.db is full/, temporaryToo: true },
  {
    what: "a disk mounted read-only",
    spoil: (folder) => assert.isTrue(mount("-o", "remount,ro", folder)),
    says: /the state file \S+state\.db cannot be written: its disk is mounted read-only/,
    temporaryToo: false
  }
]

/** Where this process and SQLite lay by what is temporary, until the scope ends. */
const temporaryIn = (folder: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = process.env["TMPDIR"]
      process.env["TMPDIR"] = folder
      return before
    }),
    (before) =>
      Effect.sync(() => {
        if (before === undefined) delete process.env["TMPDIR"]
        else process.env["TMPDIR"] = before
      })
  )

const folderBeside = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "groupbridge-tmp-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

describe.skipIf(whyNot !== null)(`disks that take nothing${whyNot ?? ""}`, () => {
  for (const { says, spoil, temporaryToo, what } of disks) {
    it.scopedLive(`${what}: what looks answers, what decides fails and names it`, () =>
      Effect.gen(function* () {
        const folder = yield* disk
        const bridge = yield* lost(join(folder, "state.db"))
        yield* bridge.run("pause", "customers", "--until", "2h")
        const own = temporaryToo ? join(folder, "tmp") : yield* folderBeside
        mkdirSync(own, { recursive: true })
        spoil(folder)
        yield* temporaryIn(own)
        const calls = bridge.source.log.length + bridge.target.log.length
        for (const [args, shows] of [
          ...looks(bridge),
          [["unmatched"], /Every customer was found/] as const,
          [["groups", "customers"], /vip customers/] as const
        ]) {
          const { code, stderr, stdout } = yield* bridge.run(...args)
          const shown = `${args.join(" ")}: exit ${code}\n${stdout}\n${stderr}`
          assert.strictEqual(code, 0, shown)
          assert.match(stdout, shows, shown)
          assert.match(stderr, /state file \S+state\.db (is full|cannot be written)\. This shows what it holds/, shown)
        }
        for (const args of [
          ["pause", "customers", "--until", "3h"],
          ["resume", "customers"],
          ["approve", bridge.id, "--yes"],
          ["reject", bridge.id, "--yes"],
          ["undo", "r-1", "--yes"],
          ["release", "r-1", "--yes"],
          ["confirm", "customers", "--ours", "--yes"],
          ["sync", "--yes"]
        ]) {
          const { code, stderr, stdout } = yield* bridge.run(...args)
          assert.strictEqual(code, 1, `${args.join(" ")}: exit ${code}\n${stdout}\n${stderr}`)
          assert.match(stderr, says, args.join(" "))
        }
        assert.strictEqual(bridge.source.log.length + bridge.target.log.length, calls)
        assert.deepStrictEqual(readdirSync(own), [])
      })
    )
  }
})
