/**
 * What left the config while something of ours rests on it. Links and claims belong to the account, not to the connection's name: where the account
 * proves that only the name changed, all is carried over; everything else waits until a person decides.
 */
import * as Effect from "effect/Effect"
import { hostname } from "node:os"
import type { StateError } from "../contract/StateError.ts"
import type { HeldPart } from "../model/Change.ts"
import type { HoldReason } from "../model/HoldReason.ts"
import type { PlanResult } from "../model/Result.ts"
import * as PlanFile from "../plan/PlanFile.ts"
import type { Connections } from "./Connections.ts"
import type { Configured } from "./Configured.ts"
import { type Finding, type Kept, type Left, type NamedConnection, NameStore, type Sources } from "./NameStore.ts"
import type { Stopped } from "./Observe.ts"
import * as Renaming from "./Renaming.ts"
import { RunStore } from "./RunStore.ts"

/** Connections that left the config though something rests on them. */
const gone = ({ connections }: Configured, kept: Kept): ReadonlyArray<NamedConnection> => kept.connections.filter(({ name }) => !connections.has(name))

/** Configured connections of the same connector on which nothing rests yet: what a gone one may be called now. */
const newcomers = ({ connections }: Configured, kept: Kept, connector: string | null): ReadonlyArray<string> =>
  [...connections].flatMap(([name, of]) => ((connector === null || connector === of) && !kept.connections.some((known) => known.name === name) ? [name] : []))

/** A gone source whose account only one new connection has. `accounts`: those of new connections, as far as they could be asked. */
export const carried = (
  config: Configured,
  kept: Kept,
  accounts: ReadonlyMap<string, string>
): ReadonlyArray<{ readonly old: NamedConnection; readonly name: string }> => {
  const left = gone(config, kept)
  return left.flatMap((old) => {
    if (old.account === null || old.isTarget) return []
    const twins = left.filter(({ account, connector }) => account === old.account && connector === old.connector)
    const heirs = newcomers(config, kept, old.connector).filter((name) => accounts.get(name) === old.account)
    const [name] = heirs
    return twins.length === 1 && heirs.length === 1 && name !== undefined ? [{ old, name }] : []
  })
}

interface Judged extends Finding {
  /** Configured syncs that may be, or read, what left: they do nothing until it is decided. */
  readonly blocks: ReadonlyArray<string>
}

/** New names of connections that `name` may have among `among`; one that is known to be of another account is none of them. */
const candidates = (
  config: Configured,
  kept: Kept,
  accounts: ReadonlyMap<string, string>,
  name: string,
  among: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const old = kept.connections.find((known) => known.name === name)
  if (config.connections.has(name) || old === undefined) return []
  const isOther = (account: string | undefined) => old.account !== null && account !== undefined && account !== old.account
  return newcomers(config, kept, old.connector).filter((one) => among.includes(one) && !isOther(accounts.get(one)))
}

const renames = (kind: "connection" | "sync", old: string, names: ReadonlyArray<string>): ReadonlyArray<HoldReason> =>
  names.map((name) => ({ code: "renamed", kind, old, name }))

const ofSync = (config: Configured, kept: Kept, { from, rows, sync, team, to }: Left): Judged => {
  const isGone = (name: string | null) => name === null || !config.connections.has(name)
  const heirs = config.syncs.filter(
    (one) =>
      one.team === team && kept.newSyncs.includes(one.sync) && (isGone(to) || one.to === to) && (isGone(from) || (from !== null && one.from.includes(from)))
  )
  const names = heirs.map((one) => one.sync)
  return {
    sync,
    rows,
    blocks: names,
    why: [{ code: "left", what: "sync", name: sync, sync, rows, team, configured: false }, ...renames("sync", sync, names), { code: "release", sync }]
  }
}

const ofSource = (config: Configured, kept: Kept, accounts: ReadonlyMap<string, string>, { from, rows, sync }: Left, own: Sources): Judged => {
  const name = from ?? ""
  const names = candidates(config, kept, accounts, name, own.from)
  return {
    sync,
    rows,
    blocks: names.length === 0 ? [] : [sync],
    why: [
      { code: "left", what: "source", name, sync, rows, team: false, configured: config.connections.has(name) },
      ...renames("connection", name, names),
      { code: "release", sync }
    ]
  }
}

const ofTarget = (
  config: Configured,
  kept: Kept,
  accounts: ReadonlyMap<string, string>,
  { rows, sync, team, to }: Left,
  own: ReadonlyArray<Sources>
): Judged => {
  const name = to ?? ""
  const names = candidates(
    config,
    kept,
    accounts,
    name,
    own.map((one) => one.to)
  )
  const blocked = team ? own.filter((one) => names.includes(one.to)) : own
  return {
    sync,
    rows,
    blocks: blocked.map((one) => one.sync),
    why: [
      { code: "left", what: "target", name, sync, rows, team, configured: config.connections.has(name) },
      ...renames("connection", name, names),
      ...(team ? [] : [{ code: "release", sync } as const])
    ]
  }
}

/** Commands come last, each once. */
const distinct = (reasons: ReadonlyArray<HoldReason>): ReadonlyArray<HoldReason> => {
  const order = ["left", "renamed", "release"]
  const texts = [...new Set(reasons.map((reason) => JSON.stringify(reason)))]
  return texts.map((text) => JSON.parse(text) as HoldReason).toSorted((a, b) => order.indexOf(a.code) - order.indexOf(b.code))
}

/** What waits for a person, one for each sync that it is about. Pure. */
export const judge = (config: Configured, kept: Kept, accounts: ReadonlyMap<string, string>): ReadonlyArray<Judged> => {
  const all = kept.left.map((left) => {
    if (left.team && left.to !== null) {
      return ofTarget(
        config,
        kept,
        accounts,
        left,
        config.syncs.filter(({ team }) => team)
      )
    }
    const own = config.syncs.find(({ sync, team }) => sync === left.sync && team === left.team)
    if (own === undefined) return ofSync(config, kept, left)
    return own.from.includes(left.from ?? "") ? ofTarget(config, kept, accounts, left, [own]) : ofSource(config, kept, accounts, left, own)
  })
  return [...new Set(all.map(({ sync }) => sync))].map((sync) => {
    const parts = all.filter((part) => part.sync === sync)
    return {
      sync,
      rows: parts.reduce((sum, { rows }) => sum + rows, 0),
      blocks: [...new Set(parts.flatMap(({ blocks }) => blocks))],
      why: distinct(parts.flatMap(({ why }) => why))
    }
  })
}

/**
 * The accounts of new connections that a gone source may be called now. One that does not answer is left out, and so are local files: what these are
 * called proves nothing.
 */
const ask = (config: Configured, kept: Kept, connections: Pick<Connections, "open">) =>
  Effect.gen(function* () {
    const names = new Set(gone(config, kept).flatMap(({ connector }) => newcomers(config, kept, connector)))
    const asked = yield* Effect.forEach(names, (name) =>
      Effect.flatMap(connections.open(name), ({ connector, identify }) =>
        connector.local === true ? Effect.succeed([]) : Effect.map(identify, ({ account }) => [[name, account] as const])
      ).pipe(Effect.catchTag("ConnectorError", () => Effect.succeed([])))
    )
    return new Map(asked.flat())
  })

/** What is kept once the connections are carried over. */
const after = ({ syncs }: Configured, kept: Kept, found: ReturnType<typeof carried>): Kept => {
  const now = (name: string) => found.find(({ old }) => old.name === name)?.name ?? name
  const goesOn = ({ from, sync, to }: Left) => syncs.some((one) => one.sync === sync && one.to === to && from !== null && one.from.includes(from))
  const left = kept.left.map((one) => (one.from === null ? one : { ...one, from: now(one.from) }))
  return { ...kept, left: left.filter((one) => !goesOn(one)), connections: kept.connections.map((one) => ({ ...one, name: now(one.name) })) }
}

/** What is the matter, and what the account alone decides. Changes nothing. */
export const look = (connections: Pick<Connections, "configured" | "open">) =>
  Effect.gen(function* () {
    const config = connections.configured
    const kept = yield* (yield* NameStore).kept(config.syncs)
    if (gone(config, kept).length === 0 && kept.left.length === 0) return { findings: [], carried: [] }
    const accounts = yield* ask(config, kept, connections)
    const found = carried(config, kept, accounts)
    return { findings: judge(config, after(config, kept, found), accounts), carried: found }
  })

/** What is reported once of a connection that was carried over. */
export const carriedLine = (old: string, name: string, account: string | null): string =>
  `the connection ${old} is called ${name} now (the same account, ${account ?? "unknown"}): its matches and memberships are carried over`

/** `inRun`: the lease is held already. */
const carryOver = (found: ReturnType<typeof carried>, inRun: boolean) =>
  Effect.forEach(found, ({ name, old }) =>
    Effect.gen(function* () {
      const by = { who: "groupbridge", host: hostname(), reason: "the same account under another name" }
      const renamed = yield* inRun ? (yield* NameStore).renameConnection(old.name, name, by) : Renaming.rename("connection", old.name, name, by)
      return renamed._tag === "Renamed" ? [carriedLine(old.name, name, old.account)] : []
    })
  )

export interface Gate {
  /** The sync does nothing until a person has decided. */
  readonly blocked: boolean
  /** What is held of this sync, and of those that have left and may be this one. */
  readonly parts: ReadonlyArray<HeldPart>
  /** What was carried over, in a line each. */
  readonly carried: ReadonlyArray<string>
}

/** Carries over what the account decides, and tells whether the sync may go on. `run`: the number of the one under way; null for a dry run, which stores no part. */
export const gate = (
  sync: string,
  connections: Pick<Connections, "configured" | "open">,
  run: number | null
): Effect.Effect<Gate, StateError | Stopped, NameStore | RunStore> =>
  Effect.gen(function* () {
    const store = yield* NameStore
    const { carried, findings } = yield* look(connections)
    const lines = yield* carryOver(carried, run !== null)
    const stored = yield* (yield* RunStore).judgement(run !== null, store.hold(findings, run ?? 0))
    const concerned = new Set(findings.filter((finding) => finding.sync === sync || finding.blocks.includes(sync)).map((finding) => finding.sync))
    return {
      blocked: findings.some(({ blocks }) => blocks.includes(sync)),
      parts: stored.filter((part) => concerned.has(part.sync)),
      carried: lines.flat()
    }
  })

/** What waits for a person as far as the state alone tells, with the configured syncs that wait for it: no vendor is asked for an account. Stores nothing. */
export const undecided = (
  config: Configured
): Effect.Effect<ReadonlyArray<{ readonly part: HeldPart; readonly blocks: ReadonlyArray<string> }>, StateError, NameStore | RunStore> =>
  Effect.gen(function* () {
    const store = yield* NameStore
    const findings = judge(config, yield* store.kept(config.syncs), new Map())
    const parts = yield* (yield* RunStore).judgement(false, store.hold(findings, 0))
    return parts.map((part) => ({ part, blocks: findings.find(({ sync }) => sync === part.sync)?.blocks ?? [] }))
  })

/** What is held of syncs that are not in the config any more, and that no run of a configured one reports. `keep`: it is stored. */
export const ofLeftSyncs = (
  connections: Pick<Connections, "configured" | "open">,
  keep: boolean
): Effect.Effect<ReadonlyArray<HeldPart>, StateError, NameStore | RunStore> =>
  Effect.gen(function* () {
    const { findings } = yield* look(connections)
    const names = new Set(connections.configured.syncs.map(({ sync }) => sync))
    const held = (yield* NameStore).hold(findings, 0)
    const parts = yield* keep ? held : (yield* RunStore).judgement(false, held)
    return parts.filter(({ sync }) => !names.has(sync))
  })

/** The plan with what the gate holds and carried over. */
export const within = (plan: PlanResult, { carried, parts }: Gate): PlanResult => {
  const held = [...parts, ...plan.held.filter(({ guard }) => guard !== "configGone")]
  return {
    ...plan,
    held,
    status: plan.status !== "failed" && held.length > 0 ? "held" : plan.status,
    summary: { ...plan.summary, held: held.reduce((sum, part) => sum + part.changes, 0) },
    warnings: [...carried, ...plan.warnings]
  }
}

/** A plan without changes, spooled as one, with all that the gate holds. */
export const heldWhole = (nothing: PlanResult, gate: Gate, spool: string): Effect.Effect<PlanResult, PlanFile.PlanFileError> =>
  Effect.as(PlanFile.writeAll([], spool), within(nothing, gate))
