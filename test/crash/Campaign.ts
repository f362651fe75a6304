/** Kills the built command at random moments, again and again, and looks whether target and state end as if it never happened. */
import Sqlite from "better-sqlite3"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Chance from "./Chance.ts"
import * as World from "./World.ts"

export interface Options {
  readonly seed: number
  readonly kills: number
  /** No new round is begun after so long; what was done by then is the result. */
  readonly millis: number
  readonly tell: (line: string) => void
}

export interface Outcome {
  readonly kills: number
  readonly runs: number
  readonly rounds: number
  readonly lost: ReadonlyArray<string>
  readonly wrong: ReadonlyArray<string>
  readonly duplicated: ReadonlyArray<string>
  readonly openCalls: ReadonlyArray<string>
  /** Runs that did not end well, or wrote where nothing was left to do. */
  readonly unwell: ReadonlyArray<string>
}

/** The built command. */
export const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url))

interface Ended {
  readonly code: number | null
  readonly killed: boolean
  readonly words: string
  readonly millis: number
}

/** When to kill: so many milliseconds after the start, or so long after a numbered moment of the calls that write. `null`: never. */
type Moment = { readonly after: number } | { readonly write: number; readonly after: number } | null

const start = (world: World.World, args: ReadonlyArray<string>, moment: Moment): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(process.execPath, [program, "sync", "--yes", ...args, "--config", join(world.dir, "groupbridge.yaml")], {
      cwd: world.dir,
      // What a killed process leaves among temporary files goes with the account.
      env: { PATH: process.env["PATH"], TZ: "UTC", TMPDIR: world.dir },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 120_000
    })
    let words = ""
    let killed = false
    let timer: NodeJS.Timeout | undefined
    const killIn = (millis: number) => {
      timer ??= setTimeout(() => {
        killed = child.kill("SIGKILL")
      }, millis)
    }
    if (moment !== null && !("write" in moment)) killIn(moment.after)
    let moments = 0
    world.watch(() => {
      moments += 1
      if (moment !== null && "write" in moment && moments > moment.write) killIn(moment.after)
    })
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (words += text))
    child.on("error", reject)
    child.on("close", (code) => {
      clearTimeout(timer)
      world.watch(null)
      resolve({ code, killed: killed && code === null, words, millis: performance.now() - started })
    })
  })

const openCalls = (world: World.World): ReadonlyArray<string> => {
  const state = new Sqlite(join(world.dir, ".groupbridge", "state.db"), { readonly: true })
  try {
    const calls = state.prepare("SELECT 'call ' || id || ' ' || op FROM call WHERE outcome IS NULL").pluck().all()
    const rows = state.prepare("SELECT 'row of call ' || call FROM call_row WHERE outcome IS NULL").pluck().all()
    const planned = state.prepare("SELECT 'planned by run ' || run || ' ' || op FROM planned_change WHERE state = 'planned'").pluck().all()
    return [...calls, ...rows, ...planned].map(String)
  } finally {
    state.close()
  }
}

/** How often a run is started until one ends well; for the second half of them nothing goes wrong at the vendors. */
const tries = 8

/** How many rounds one account lives through; the last lets go of everybody, so that what is ours shows. */
const rounds = 5

export const run = ({ kills: wantedKills, millis, seed, tell }: Options): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const chance = Chance.make(seed)
    const began = performance.now()
    const found = {
      lost: new Array<string>(),
      wrong: new Array<string>(),
      duplicated: new Array<string>(),
      openCalls: new Array<string>(),
      unwell: new Array<string>()
    }
    let [kills, runs, done, usual] = [0, 0, 0, 1_000]
    const isOver = () => kills >= wantedKills || performance.now() - began > millis

    const sync = (world: World.World, moment: Moment, args: ReadonlyArray<string> = []) =>
      Effect.map(
        Effect.promise(() => start(world, args, moment)),
        (ended) => {
          runs += 1
          if (ended.killed) kills += 1
          else if (ended.code === 0) usual = Math.round((usual + ended.millis) / 2)
          return ended
        }
      )
    const moment = (): Moment => (chance.happens(0.3) ? { after: chance.whole(usual) } : { write: chance.whole(16), after: chance.whole(25) })
    const refresh = () => (chance.happens(0.3) ? ["--refresh", chance.pick(["counts", "full"])] : [])

    /** Lets a run end. Vendors may be down for a while (75), refusals and outages are tried again; anything else is a finding. */
    const finish = (world: World.World, where: string) =>
      Effect.gen(function* () {
        for (let attempt = 1; ; attempt++) {
          if (attempt > tries / 2) world.setFaults(false)
          const { code, words } = yield* sync(world, null, refresh())
          if (code === 0) break
          if ((code !== 75 && code !== 4) || attempt === tries) {
            found.unwell.push(`${where}: exit ${code}: ${words.trim()}`)
            break
          }
        }
        const { duplicated, lost, wrong } = world.compare()
        found.lost.push(...lost.map((one) => `${where}: ${one}`))
        found.wrong.push(...wrong.map((one) => `${where}: ${one}`))
        found.duplicated.push(...duplicated.map((one) => `${where}: ${one}`))
        found.openCalls.push(...openCalls(world).map((one) => `${where}: ${one}`))
        world.setFaults(false)
        const writes = world.writes()
        const again = yield* sync(world, null)
        if (world.writes() !== writes || again.code !== 0)
          found.unwell.push(`${where}: the next run wrote ${world.writes() - writes} times, exit ${again.code}: ${again.words.trim()}`)
        world.setFaults(true)
      })

    const account = (number: number) =>
      Effect.gen(function* () {
        const world = yield* World.make(chance)
        for (let round = 1; round <= rounds && !isOver(); round++) {
          const where = `account ${number}, round ${round}`
          if (round === rounds) world.letGo()
          else if (round > 1) world.live()
          for (let more = 1 + chance.whole(6); more > 0 && !isOver(); more--) {
            const ended = yield* sync(world, moment(), refresh())
            if (!ended.killed && ended.code !== 0 && ended.code !== 75 && ended.code !== 4)
              found.unwell.push(`${where}: exit ${ended.code}: ${ended.words.trim()}`)
          }
          yield* finish(world, where)
          done += 1
          tell(
            `${where}: ${kills} kills, ${runs} runs, ${Object.entries(found)
              .map(([name, all]) => `${all.length} ${name}`)
              .join(", ")}`
          )
        }
      })

    for (let number = 1; !isOver(); number++) yield* Effect.scoped(account(number))
    return { kills, runs, rounds: done, ...found }
  })
