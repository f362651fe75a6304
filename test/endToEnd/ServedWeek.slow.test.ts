/** Simulated weeks of the built `serve`: its clock jumps from turn to turn, as far as a machine that slept in between would see it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as FakeTime from "../kit/FakeTime.ts"
import * as Installed from "../kit/Installed.ts"
import * as Receivers from "../kit/Receivers.ts"

const zone = "Europe/Prague"
const hour = 3_600_000

const sync = (name: string, schedule: string) => `  ${name}:
    from: acme
    to: cstar
    rules: [{ kind: tag, include: [${name === "night" ? "gold" : "vip"}] }]
    guards: { removals: 100, removalPercent: 100, groupRemovalPercent: 100 }
    schedule: "${schedule}"
    timezone: ${zone}
`

/** What the wall clock of the zone shows, as "2027-03-28 03:00". */
const local = (at: number): string => new Date(at).toLocaleString("sv-SE", { timeZone: zone }).slice(0, 16)

interface Turn {
  readonly at: number
  readonly syncs: ReadonlyArray<string>
}

/** Every third hour of the wall clock, and once a night; in the night that skips 02:30 the first moment after it. */
const turnsBetween = (from: number, until: number, night = "02:30"): ReadonlyArray<Turn> => {
  const turns: Array<Turn> = []
  for (let at = Math.ceil(from / hour) * hour; at <= until; at += hour / 2) {
    const [date = "", time = ""] = local(at).split(" ")
    const isSkipped = time === "03:00" && local(at - hour / 2) === `${date} 01:30`
    const syncs = [
      ...(/^(00|03|06|09|12|15|18|21):00$/.test(time) ? ["customers"] : []),
      ...((isSkipped && night === "02:30") || (time === night && local(at - hour) !== `${date} ${night}`) ? ["night"] : [])
    ]
    if (syncs.length > 0) turns.push({ at, syncs })
  }
  return turns
}

interface Used {
  readonly memory: number
  readonly handles: number
  readonly files: number
}

const used = (pid: number, dir: string): Used => ({
  memory: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024,
  handles: readdirSync(`/proc/${pid}/fd`).length,
  files: readdirSync(dir, { recursive: true }).length
})

/** One life of the process: from `from` through all the turns, then SIGTERM. Answers what was logged, and what it used after each turn. */
const live = (
  { dir, run, write }: Installed.Installed,
  from: number,
  turns: ReadonlyArray<Turn>,
  onTurn: (turn: Turn) => NodeJS.Signals | null
): Effect.Effect<{ readonly stderr: string; readonly uses: ReadonlyArray<Used> }> => {
  const set = (at: number) => write("offset", `+${Math.round((at - Date.now()) / 1000)}s`)
  const uses: Array<Used> = []
  let [pid, read, next] = [0, 0, -1]
  const waiting = new Set<string>()
  const step = (stderr: string): NodeJS.Signals | null => {
    if (next === turns.length) return null
    const end = stderr.lastIndexOf("\n") + 1
    for (const [, name = ""] of stderr.slice(read, end).matchAll(/\b(customers|night):? r-\d+: /g)) {
      assert.isTrue(waiting.delete(name), `${name} ran out of turn, after ${local(turns[next]?.at ?? from)}:\n${stderr.slice(-2000)}`)
    }
    const isReady = next >= 0 || stderr.includes("night: runs at")
    read = Math.max(read, end)
    if (!isReady || waiting.size > 0) return null
    if (next >= 0) uses.push(used(pid, join(dir, ".groupbridge")))
    next += 1
    const turn = turns[next]
    if (turn === undefined) return "SIGTERM"
    for (const name of turn.syncs) waiting.add(name)
    const signal = onTurn(turn)
    // It has begun to watch the clock by then.
    setTimeout(() => set(turn.at + 5000), next === 0 ? 3000 : 0)
    return signal
  }
  set(from)
  const env = FakeTime.from(join(dir, "offset"))
  const patience = 60_000 + turns.length * 60_000
  return Effect.map(run(["serve"], { env, patience, onStart: (id) => (pid = id), signalOn: step }), ({ code, stderr }) => {
    assert.strictEqual(code, 143, stderr.slice(-3000))
    return { stderr, uses }
  })
}

const world = Effect.gen(function* () {
  const hook = yield* Receivers.webhook
  const { acme, cstar } = yield* Installed.tagged(40, "vip", "gold")
  const syncs = `${sync("customers", "0 */3 * * *")}${sync("night", "30 2 * * *")}notify: [{ webhook: "${hook.url}/in" }]\nbackup: { keep: 5 }\n`
  const installed = yield* Installed.make({ sources: { acme }, targets: { cstar }, syncs })
  let turn = 0
  /** A customer loses the tag, or has it again. */
  const change = () => {
    turn += 1
    acme.edits[turn % 2 === 1 ? "untag" : "tag"](String(1 + (Math.floor((turn - 1) / 2) % 40)), "vip")
  }
  return { acme, cstar, hook, installed, change }
})

const shown = (body: string) => {
  const { connection, event, problem } = JSON.parse(body)
  return `${event} ${problem} ${connection}`
}

describe.skipIf(FakeTime.absent !== null)(`weeks of serve${FakeTime.absent ?? ""}`, () => {
  it.scopedLive(
    "go by without a turn too many or too few, and without growth: restarts, a changed config, a vendor that is down for half a day, a spring night",
    () =>
      Effect.gen(function* () {
        const { acme, change, cstar, hook, installed } = yield* world
        const start = Date.parse("2027-03-24T11:10:00Z")
        const overloaded = { _tag: "Answer", response: { status: 503, headers: { "retry-after": "3000" }, body: "" } } as const
        let from = start
        // The first four days each end with a restart, at ten past noon.
        for (const day of [1, 2, 3, 4]) {
          const until = start + day * 24 * hour
          yield* live(installed, from, turnsBetween(from, until), () => (change(), null))
          from = until
        }
        const [down, up, end] = [Date.parse("2027-03-29T06:00:00Z"), Date.parse("2027-03-29T18:30:00Z"), start + 8 * 24 * hour]
        const config = readFileSync(join(installed.dir, "groupbridge.yaml"), "utf8")
        const later = Date.parse("2027-03-30T10:30:00Z")
        const turns = [...turnsBetween(from, later), ...turnsBetween(later, end, "04:30")]
        const { stderr, uses } = yield* live(installed, from, turns, ({ at }) => {
          if (at > later && at - later < 3 * hour) {
            installed.write("groupbridge.yaml", config.replace("30 2 * * *", "30 4 * * *"))
            change()
            return "SIGHUP"
          }
          if (at > down && at < up) {
            acme.inject(overloaded)
            return null
          }
          change()
          return null
        })
        assert.deepStrictEqual(
          hook.received.map(({ body }) => shown(body)),
          ["began failed acme", "ended failed acme"],
          stderr.slice(-3000)
        )
        const vip = Object.values(cstar.held()["vip"] ?? {}).length
        assert.isTrue(vip === 39 || vip === 40, `${vip} in vip`)
        const [early, late] = [uses[4], uses.at(-1)]
        assert(early !== undefined && late !== undefined)
        assert.isBelow(late.memory - early.memory, 40, `memory of ${early.memory} MiB grew to ${late.memory}`)
        assert.isAtMost(late.handles, early.handles + 3)
        assert.isAtMost(late.files, early.files + 5)
      })
  )

  it.scopedLive("hold one turn in the autumn night that has 02:30 twice", () =>
    Effect.gen(function* () {
      const { change, cstar, installed } = yield* world
      const start = Date.parse("2027-10-30T11:10:00Z")
      yield* live(installed, start, turnsBetween(start, start + 24 * hour), () => (change(), null))
      assert.isAbove(cstar.held()["vip"]?.length ?? 0, 38)
    })
  )
})
