/** Plays a history on the real engine, and tells the oracle all that happens. Answers what was wrong; nothing, if all is well. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as TestContext from "effect/TestContext"
import type { SyncResult } from "../../src/model/Result.ts"
import { UndoStore } from "../../src/plan/UndoStore.ts"
import { OperationsStore } from "../../src/run/OperationsStore.ts"
import * as Renaming from "../../src/run/Renaming.ts"
import { RunStore } from "../../src/run/RunStore.ts"
import * as Account from "./Account.ts"
import * as Baseline from "./Baseline.ts"
import * as Ending from "./Ending.ts"
import * as Engine from "./Engine.ts"
import * as ExceptionEdits from "./ExceptionEdits.ts"
import type { History, Step } from "./History.ts"
import { type Deed, deed, type Op } from "./Deed.ts"
import * as Machines from "./Machines.ts"
import * as Thresholds from "./Thresholds.ts"
import type { Fault } from "./Weather.ts"
import { type Config, purposeOfId, type Row, row } from "./World.ts"

export interface Played {
  readonly violations: ReadonlyArray<string>
  readonly runs: number
  /** Wrongful removals of tools that stop at a fixed threshold, over the same reads. */
  readonly others: Thresholds.Tally
}

const hour = 3_600_000
const by = { who: "petra", host: "ops1", reason: null }

const ops: Readonly<Record<string, Op>> = { "assignment.add": "add", "assignment.remove": "remove", "group.create": "create", "group.update": "rename" }

export const play = (history: History, step: (reported: string) => void = () => {}): Effect.Effect<Played> =>
  Effect.gen(function* () {
    const account = yield* Account.make(history)
    const { bridge, oracle, weather, world } = account
    const engine = Engine.make(bridge.dir, weather)
    account.seenBy((organization) => {
      const [found] = engine.query(`SELECT key FROM target_group WHERE group_key LIKE '%/organization:${organization}' AND key IS NOT NULL`)
      return found === undefined ? undefined : String(found["key"])
    })
    const baseline = Baseline.make()
    const others = Thresholds.make()
    const file = join(bridge.dir, "saved.jsonl")
    let runs = 0
    let paused = 0
    let identified = false

    interface Part {
      readonly id: number
      readonly guard: string
      readonly state: string
      readonly deeds: Array<Deed>
    }
    /** `zendesk/organization:501` is for `501`; `zendesk/tag:vip` for `tag:vip`. What the source was called first begins them. */
    const purposeOf = (handle: string): string => purposeOfId(world, handle.replace(/^(zendesk|desk)\/(organization:)?/, ""))
    type Found = ReturnType<typeof engine.query>[number]
    const purposeIn = ({ group_key: groupKey, key }: Found): string =>
      (groupKey === null ? account.purposes.get(String(key)) : purposeOf(String(groupKey))) ?? "?"
    const parts = (): ReadonlyArray<Part> => {
      const found = new Map<number, Part>()
      const query = `SELECT p.id, p.guard, p.state, r.op, g.key, g.group_key, t.key AS customer FROM held_part p JOIN held_row r ON r.part = p.id JOIN target_group g ON g.id = r.group_id
        LEFT JOIN target_customer t ON t.id = r.target_customer_id WHERE p.state <> 'closed' ORDER BY 1, 4, 5, 6, 7`
      for (const one of engine.query(query)) {
        const part = found.get(Number(one["id"])) ?? { id: Number(one["id"]), guard: String(one["guard"]), state: String(one["state"]), deeds: [] }
        found.set(part.id, part)
        const op = ops[String(one["op"])]
        if (op !== undefined) part.deeds.push(deed(op, row(op === "create" || op === "rename" ? "-" : String(one["customer"]), purposeIn(one))))
      }
      return [...found.values()]
    }
    const numbers = (query: string): ReadonlyArray<number> => engine.query(query).map(({ id }) => Number(id))
    /** The number of the next run. */
    const following = (): number => 1 + (numbers("SELECT coalesce(max(id), 0) AS id FROM run")[0] ?? 0)
    const pinnedRuns = () => numbers("SELECT DISTINCT run AS id FROM undo_pin ORDER BY 1")
    /** Rows that are kept as they were before that run, and the groups that it made and that are kept away. */
    const pinnedOf = (run: number): ReadonlyArray<Row> =>
      engine
        .query(
          `SELECT g.key, g.group_key, t.key AS customer FROM undo_pin p JOIN target_group g ON g.id = p.group_id LEFT JOIN target_customer t ON t.id = p.target_customer_id
           WHERE p.run = ${run} AND (p.target_customer_id > 0 OR g.key IS NULL)`
        )
        .map((one) => row(String(one["customer"] ?? "-"), purposeIn(one)))
    const open = () => parts().filter(({ state }) => state === "open")
    const deedsAsked = () => open().flatMap(({ deeds }) => deeds)

    /** Whether the fault may happen now: a list that lies must be one that a guard can tell. */
    const bearable = (fault: Fault | null): fault is Fault => {
      if (fault === null || fault.kind === "trouble") return fault !== null
      // The role of the first run is the one that later ones are compared with.
      if (fault.what === "nobody in any group") return true
      return fault.what === "lesser role" || fault.what === "another account, shown half" ? identified : Baseline.tells(baseline, world, fault)
    }

    const set = (fault: Fault | null) => {
      weather.set(bearable(fault) ? fault : null)
      const gap = bearable(fault) && fault.kind === "gap" ? fault.what : null
      bridge.zendesk.setTagsEnabled(gap !== "no tags")
      bridge.zendesk.actAs({
        role: gap === "lesser role" ? "agent" : "admin",
        ...(gap === "another account, shown half" ? { email: "otto@sandbox.example" } : {})
      })
    }

    interface Doing {
      readonly depth: "usual" | "counts" | "full"
      readonly fault: Fault | null
      readonly killAt: number | null
      readonly file?: string
      readonly part?: number
      readonly only?: ReadonlySet<Deed>
    }
    const sync = ({ depth, fault, file, killAt, only, part }: Doing): Effect.Effect<{ readonly result: SyncResult | null; readonly writes: number }> =>
      Effect.gen(function* () {
        runs += 1
        set(fault)
        const at = yield* TestClock.currentTimeMillis
        const pausing = at < paused
        const before = weather.writes()
        const hidden = bearable(fault) && fault.kind === "gap" && (fault.what.endsWith("lying") || fault.what === "another account, shown half")
        const run = { number: following(), undoes: null, at, hidden, only: only ?? null, done: { add: 0, remove: 0, create: 0 } }
        if (!pausing) oracle.began(run, true, hidden)
        if (!pausing && only === undefined) others.read(world, oracle.config(), bearable(fault) ? fault : null)
        const options = { depth, ...(killAt === null ? {} : { killAt }), ...(file === undefined ? {} : { file }), ...(part === undefined ? {} : { part }) }
        const result = yield* Engine.passing(engine.sync(options))
        const writes = weather.writes() - before
        const gap = bearable(fault) && fault.kind === "gap"
        if (pausing && writes > 0) oracle.say("wrote though it is paused", String(writes))
        // Of a run that waits for a name to be confirmed nothing was learnt.
        const well = result !== null && result.error === null && !result.held.some(({ guard }) => guard === "configGone")
        if (!gap && run.done.remove > 0) baseline.judge(oracle, run.done.remove)
        identified ||= well
        account.follow()
        oracle.ended(!gap, well)
        baseline.after(world, oracle.config(), result, gap)
        oracle.asked(deedsAsked(), !gap ? "whole" : hidden ? "lying" : "partly")
        set(null)
        step(
          `  -> ${result === null ? "killed" : `${result.status} ${JSON.stringify(result.summary)} ${result.held.map(({ guard, changes }) => `${guard} ${changes}`).join()} ${result.error?.message ?? ""}`}`
        )
        return { result, writes }
      })

    /** Takes a run back, also while it is paused. */
    const undo = (number: number, fault: Fault | null, killAt: number | null) =>
      Effect.gen(function* () {
        runs += 1
        set(fault)
        const at = yield* TestClock.currentTimeMillis
        oracle.undoing({ number: following(), undoes: number, at, only: null, done: { add: 0, remove: 0, create: 0 } }, fault?.kind === "gap")
        const result = yield* Engine.passing(engine.undo(number, killAt ?? undefined))
        const well = result !== null && result.error === null
        oracle.undone(pinnedOf(number), well, well && fault === null && result.refused.length === 0)
        // Whoever was deleted at the target since cannot be put back, and the person hears of it.
        const refused = result?.refused ?? []
        const allGone = refused.every(({ change }) => change.op === "assignment.add" && !world.customers.has(change.customer?.id ?? ""))
        const ends = refused.length > 0 && allGone ? ["partial"] : ["done", "none"]
        if (well && fault === null && !ends.includes(result.status)) oracle.say("an undo is not done with", result.status)
        set(null)
        step(`  -> r-${number} ${result === null ? "killed" : `${result.status} ${JSON.stringify(result.summary)} ${result.error?.message ?? ""}`}`)
      })
    const release = (number: number) => {
      oracle.released(number)
      return engine.remember(Effect.flatMap(UndoStore, (store) => store.release(number)))
    }

    /** An approved part's rows, and the groups that its additions need. */
    const withGroups = (deeds: ReadonlyArray<Deed>): ReadonlySet<Deed> =>
      new Set(deeds.flatMap((one) => (one.startsWith("add ") ? [one, deed("create", row("-", one.split(" ")[2] ?? ""))] : [one])))

    const decide = (part: Part, decision: "approved" | "rejected") =>
      Effect.zipRight(
        Effect.sync(() => oracle.decided(part.deeds, decision)),
        engine.remember(Effect.flatMap(OperationsStore, (overview) => overview.decide(part.id, decision, by)))
      )
    const approve = (part: Part, fault: Fault | null, killAt: number | null) =>
      Effect.zipRight(decide(part, "approved"), sync({ depth: "usual", fault, killAt, part: part.id, only: withGroups(part.deeds) }))

    const saved = (): ReadonlySet<Deed> =>
      new Set(
        readFileSync(file, "utf8")
          .split("\n")
          .slice(1)
          .filter((line) => line !== "")
          .map((line) => JSON.parse(line) as { readonly op: string; readonly group: { readonly key: string }; readonly customer?: { readonly id: string } })
          .map(({ customer, group, op }) => {
            const purpose = group.key.startsWith("target:") ? (account.purposes.get(group.key.slice(7)) ?? "?") : purposeOf(group.key)
            return deed(ops[op] ?? "add", row(customer?.id ?? "-", purpose))
          })
      )

    /** A minute for the clock, and a call of the target, so that what people do next is after all that runs did. */
    const later = (hours: number) =>
      Effect.zipRight(
        TestClock.adjust(hours * hour + 60_000),
        Effect.suspend(() => bridge.cstar.app({ method: "GET", path: "/", query: new URLSearchParams(), headers: {}, body: "" }))
      )

    /** Memberships or decisions rest on the name. */
    const rests = (what: "target" | "sync"): boolean =>
      engine.query("SELECT 1 AS one FROM claim LIMIT 1").length > 0 ||
      (what === "sync" && engine.query("SELECT 1 AS one FROM held_row r JOIN held_part p ON p.id = r.part WHERE p.state <> 'closed' LIMIT 1").length > 0)

    /** A run under a name that nobody has confirmed does nothing, and says so. */
    const lookHeld = (what: "target" | "sync") =>
      Effect.gen(function* () {
        const result = yield* Engine.passing(engine.sync({ depth: "usual" }))
        if (result !== null && result.error === null && !result.held.some(({ guard }) => guard === "configGone"))
          oracle.say("goes on under a name that nobody confirmed", what)
      })

    const namesOf = { source: ["zendesk", "desk"], target: ["cstar", "prod"], sync: ["customers", "clients"] } as const
    const rename = (what: "source" | "target" | "sync", { back, look }: { readonly back: boolean; readonly look: boolean }) =>
      Effect.gen(function* () {
        const old = account.names[what]
        const name = namesOf[what].find((other) => other !== old) ?? old
        account.rename(what, name)
        if (what === "source" || engine.query("SELECT 1 AS one").length === 0) return
        if (look && rests(what)) yield* lookHeld(what)
        if (back) return account.rename(what, old)
        const renamed = yield* engine.remember(Renaming.rename(what === "target" ? "connection" : "sync", old, name, by))
        if (renamed._tag !== "Renamed" && rests(what)) oracle.say("cannot be renamed", `${what}: ${renamed._tag}`)
      })

    const configure = ({ tags, ...rest }: Partial<Config>) =>
      Effect.sync(() => {
        oracle.configure({ ...oracle.config(), ...rest, tags: { ...oracle.config().tags, ...tags } })
        account.configure(oracle.config())
      })

    /** A run of a state that another copy has written after: nothing of it is to be done. */
    const runBehind = (depth: "usual" | "full") =>
      Effect.gen(function* () {
        runs += 1
        const before = weather.writes()
        const at = yield* TestClock.currentTimeMillis
        oracle.began({ number: following(), undoes: null, at, only: new Set(), done: { add: 0, remove: 0, create: 0 } }, false, false)
        const result = yield* Engine.passing(engine.sync({ depth }))
        oracle.looked()
        step(`  -> not the last writer: ${result?.status ?? ""} ${result?.held.map(({ guard, changes }) => `${guard} ${changes}`).join() ?? ""}`)
        return { result, writes: weather.writes() - before }
      })
    const run = (depth: "usual" | "full", killAt: number | null) => sync({ depth, fault: null, killAt })
    const machines = Machines.make({ account, engine, baseline, by, run, runBehind, asked: deedsAsked, following })

    const perform = (one: Step): Effect.Effect<unknown> => {
      switch (one.do) {
        case "wait":
          return later(one.hours)
        case "configure":
          return configure(one.change)
        case "except":
        case "no exception":
        case "lose exceptions":
        case "put exceptions back":
          return configure(ExceptionEdits.change(oracle.config(), one))
        case "rename source":
          return rename("source", { look: false, back: false })
        case "rename target":
          return rename("target", one)
        case "rename sync":
          return rename("sync", one)
        case "sync":
          return sync(one)
        case "plan":
        case "save plan":
          return Effect.gen(function* () {
            set(one.do === "plan" ? one.fault : null)
            const before = weather.writes()
            const at = yield* TestClock.currentTimeMillis
            oracle.began({ number: following(), undoes: null, at, only: new Set(), done: { add: 0, remove: 0, create: 0 } }, false, false)
            yield* Engine.passing(engine.plan(one.do === "plan" ? null : file))
            oracle.looked()
            if (weather.writes() > before) oracle.say("a dry run wrote", String(weather.writes() - before))
            set(null)
          })
        case "apply":
          return Effect.suspend(() => (existsSync(file) ? sync({ ...one, depth: "usual", file, only: saved() }) : Effect.void))
        case "approve":
        case "reject": {
          const all = open()
          const part = all[one.part % Math.max(1, all.length)]
          if (part === undefined) return Effect.void
          return one.do === "approve" ? approve(part, one.fault, one.killAt) : decide(part, "rejected")
        }
        case "pause":
        case "resume":
          return Effect.gen(function* () {
            if (bridge === undefined || engine.query("SELECT 1").length === 0) return
            paused = one.do === "pause" ? (yield* TestClock.currentTimeMillis) + one.hours * hour : 0
            yield* engine.remember(
              Effect.flatMap(RunStore, (store) =>
                one.do === "pause" ? Effect.asVoid(store.pause(account.names.sync, paused, by)) : Effect.asVoid(store.resume(account.names.sync, by))
              )
            )
          })
        case "copy state":
          return machines.copy
        case "other machine":
          return machines.other(one)
        case "undo": {
          const all = numbers("SELECT DISTINCT r.id FROM run r JOIN planned_change p ON p.run = r.id AND p.state = 'done' WHERE r.kind <> 'undo' ORDER BY 1")
          const number = all[one.run % Math.max(1, all.length)]
          return number === undefined ? Effect.void : undo(number, one.fault, one.killAt)
        }
        case "release": {
          const all = pinnedRuns()
          const number = all[one.run % Math.max(1, all.length)]
          return number === undefined ? Effect.void : release(number)
        }
        default:
          return Effect.sync(() => oracle.edit(() => void (account.atSource(one) || account.atTarget(one))))
      }
    }

    let before: Step["do"] = "wait"
    for (const one of history.steps) {
      step(JSON.stringify(one))
      // A run may follow another one at once, before lists that lag show what it wrote.
      if (!(before === "sync" && one.do === "sync")) yield* later(0)
      before = one.do
      yield* perform(one)
      if (oracle.violations.length > 0) return { violations: oracle.violations, runs, others: others.tally }
    }

    step("the end")
    yield* later(0)
    yield* perform({ do: "resume" })
    for (const number of pinnedRuns()) yield* release(number)
    const { hours, reads } = oracle.config().grace
    const quietRounds = Math.max(reads, hours > 0 ? 2 : 1)
    let quiet = 0
    for (let round = 0; round < 12 + quietRounds && quiet < quietRounds; round++) {
      yield* later(200)
      const { result, writes } = yield* sync({ depth: "full", fault: null, killAt: null })
      if (result === null || result.error !== null) oracle.say("a run without any fault fails", result?.error?.message ?? "killed")
      // One after the other, as each is then: what one decision lets go may wait for another.
      let decided = 0
      for (let part = open()[0]; part !== undefined && decided < 20; part = open()[0], decided++)
        yield* history.ending === "approve" ? approve(part, null, null) : decide(part, "rejected")
      quiet = decided === 0 && writes === 0 ? quiet + 1 : 0
      if (oracle.violations.length > 0) break
    }
    const settled = quiet >= quietRounds
    if (!settled && oracle.violations.length === 0) oracle.say("does not settle", "after all was decided")
    if (settled) {
      const rejected = new Set(
        parts()
          .filter(({ state }) => state === "rejected")
          .flatMap(({ deeds }) => deeds)
      )
      Ending.compare(account, rejected)
      if (engine.query("SELECT 1 AS one FROM call WHERE outcome IS NULL").length > 0) oracle.say("calls are not accounted for", "journal")
      const { writes } = yield* sync({ depth: "full", fault: null, killAt: null })
      if (writes > 0) oracle.say("writes where nothing is left to do", String(writes))
    }
    return { violations: oracle.violations, runs, others: others.tally }
  }).pipe(Effect.scoped, Effect.provide(TestContext.TestContext))
