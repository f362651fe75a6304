/** Reads a source into the snapshot and judges, stream by stream, whether the read proves anything by what it lacks. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { Part, Source, SourceStream } from "../contract/Source.ts"
import type { StateError } from "../contract/StateError.ts"
import * as ChangeFeed from "./ChangeFeed.ts"
import { type PartVerdict, partText, SnapshotStore, type StreamVerdict } from "./SnapshotStore.ts"
import * as StreamReader from "./StreamReader.ts"

/** A source as read: always stored, complete or not. Removals by absence are withheld wherever a reason stands. */
export interface SourceRead {
  readonly connection: string
  readonly read: number
  readonly at: number
  readonly complete: boolean
  readonly streams: ReadonlyArray<StreamVerdict>
  readonly withheld: ReadonlyArray<{ readonly reason: string; readonly memberships: number }>
}

export interface ReadOptions {
  /** A reason known beforehand why this read may lack rows (another role behind the token): nothing is then removed by absence. */
  readonly distrust: string | null
  /** How often all is read of streams whose changes can be told, in milliseconds; 0: every time. */
  readonly fullEvery: number
  /** All is read, whatever `fullEvery` says. */
  readonly full: boolean
  /** What decides which rows the source shows: account, role, options. Changes continue only a read of the same basis. */
  readonly basis: string
  /** Nothing is done about what this read shows, so that the next one tells it again: no cursor moves on. */
  readonly dry: boolean
  readonly onRows: StreamReader.OnRows
}

/** Customers that only memberships name are asked for one by one, up to here; more of them mean that the list is not whole. */
const lookupLimit = 200

/** What the streams of one read share. */
interface Reading {
  readonly connection: string
  readonly tellings: StreamReader.Tellings
  /** One stream at a time tells changes: where they cannot be relied on, all that was told since they began is forgotten. */
  readonly turn: Effect.Semaphore
  readonly onRows: StreamReader.OnRows
}

/** What changed, if it is known since when and can be told; else all of it. */
const readStream = (stream: SourceStream, since: string | null, { connection, onRows, tellings, turn }: Reading) =>
  Effect.gen(function* () {
    const feed = since === null ? undefined : stream.changes?.(since)
    if (feed === undefined) return yield* StreamReader.all(connection, stream, null, onRows)
    const read = yield* turn.withPermits(1)(StreamReader.changes(connection, stream, feed, tellings, onRows))
    return typeof read === "string" ? yield* StreamReader.all(connection, stream, read, onRows) : read
  })

/** What looking up customers says against the list of them: too many lack in it, or it passed over some whom we knew and who are still there. */
interface Objection {
  readonly reason: string
  /** Also against whatever else their rows would have told. */
  readonly rows: boolean
}

/** Asks for customers that memberships name but no list showed: people who came while we read. `known`: those of the snapshot need not be shown. */
const fillIn = (connection: string, source: Source, known: boolean): Effect.Effect<Objection | null, ConnectorError | StateError, SnapshotStore> =>
  Effect.gen(function* () {
    const store = yield* SnapshotStore
    const missing = yield* store.missingCustomers(connection, lookupLimit, known)
    const { count, keys } = missing
    if (count > keys.length) return { reason: `${count} memberships name customers that the list did not show`, rows: false }
    const strangers = known || count === 0 ? missing : yield* store.missingCustomers(connection, lookupLimit, true)
    const found = yield* Effect.filter(keys, (key) =>
      Effect.flatMap(source.customer(key), (customer) =>
        Option.isSome(customer) ? Effect.as(store.stage([{ _tag: "Customer", customer: customer.value }], 0), true) : Effect.succeed(false)
      )
    )
    const passedOver = found.filter((key) => !strangers.keys.includes(key))
    if (passedOver.length === 0) return null
    const [first = ""] = passedOver
    return { reason: `it passed over ${passedOver.length} that are there (such as ${first})`, rows: true }
  })

/** Of streams that are read at the same time the first is named, and the rows of all so far are told. */
const together = (onRows: StreamReader.OnRows): StreamReader.OnRows => {
  const rows = new Map<string, number>()
  return (name, count) => {
    rows.set(name, count)
    const [first = name, ...more] = rows.keys()
    const all = [...rows.values()].reduce((sum, one) => sum + one, 0)
    return onRows(more.length === 0 ? first : `${first} and ${more.length} more`, all)
  }
}

/** A part's verdict once other streams have spoken against it. */
const weaken = (parts: ReadonlyArray<PartVerdict>, affected: (part: Part) => boolean, reason: string): ReadonlyArray<PartVerdict> =>
  parts.map((verdict) => (verdict.complete && affected(verdict.part) ? { ...verdict, complete: false, reason } : verdict))

/** A stream's parts, and those without which what it tells of memberships is not taken over: groups and customers may be another stream's. */
const restsOn = (parts: ReadonlyArray<Part>): ReadonlySet<string> =>
  new Set(
    parts
      .flatMap((part): ReadonlyArray<Part> => {
        if (part === "customers" || "groups" in part) return [part]
        if ("inclusions" in part) return [part, { groups: part.inclusions, carrier: part.carrier }]
        return [part, { groups: part.memberships, carrier: part.carrier }, "customers"]
      })
      .map(partText)
  )

/**
 * Changes continue only what was wholly taken over, so that a stream that rests on a part which is not complete has no cursor: nobody would tell again
 * what was left. After a dry read all is told again.
 */
const nextCursors = (source: Source, reads: ReadonlyArray<StreamReader.StreamRead>, parts: ReadonlyArray<PartVerdict>, dry: boolean) => {
  const complete = new Set(parts.flatMap((verdict) => (verdict.complete ? [partText(verdict.part)] : [])))
  return source.streams.flatMap(({ declaration }, index) => {
    const read = reads[index]
    if (declaration.changes === undefined || read === undefined || (dry && read.verdict.kind === "changes")) return []
    const whole = !dry && [...restsOn(declaration.parts)].every((part) => complete.has(part))
    return [{ stream: declaration.name, value: whole ? read.next : null, kind: read.verdict.kind }]
  })
}

/**
 * Reads all streams of a source, in their order or at the same time, and stores what they showed. Streams whose changes can be told are read in full only now and then.
 *
 * Fails, and leaves the snapshot as it was, when the source cannot be read: credential refused, not available, an answer that makes no sense.
 */
export const read = (connection: string, source: Source, options: ReadOptions): Effect.Effect<SourceRead, ConnectorError | StateError, SnapshotStore> =>
  Effect.gen(function* () {
    const store = yield* SnapshotStore
    const { basis, distrust, fullEvery, onRows } = options
    const occasion: ChangeFeed.Occasion = { now: yield* Clock.currentTimeMillis, fullEvery, full: options.full || distrust !== null }
    const cursors = yield* store.cursors(connection, basis)
    const number = yield* store.begin(connection)
    let telling = 0
    const independent = source.independent === true
    const reading: Reading = {
      connection,
      tellings: { next: () => (telling += 1) },
      turn: yield* Effect.makeSemaphore(1),
      onRows: independent ? together(onRows) : onRows
    }
    const results = yield* Effect.forEach(
      source.streams,
      (stream) => {
        const { declaration } = stream
        const cursor = cursors.find((one) => one.stream === declaration.name)
        return readStream(stream, ChangeFeed.since(declaration, cursor, occasion), reading)
      },
      { concurrency: independent ? source.streams.length : 1 }
    )
    const streams = results.map((result) => result.verdict)
    let parts: ReadonlyArray<PartVerdict> = results.flatMap((result) => result.parts)
    const listed = (part: (part: Part) => boolean) => parts.every((verdict) => verdict.by === "list" || !part(verdict.part))
    // A few whom changes do not show came so late that the next ones tell them; many mean that the lists are of different people.
    const lost = yield* fillIn(connection, source, !listed((part) => part === "customers"))
    if (lost !== null) {
      const reported = new Set(
        source.streams.filter(({ declaration }) => declaration.parts.includes("customers")).flatMap(({ declaration }) => declaration.parts)
      )
      parts = weaken(parts, (part) => part === "customers" || (lost.rows && reported.has(part)), lost.reason)
    }
    for (const gap of yield* store.missingGroups(connection)) {
      const affected = (part: Part) => part !== "customers" && "groups" in part && part.groups === gap.kind
      const reason = `${gap.count} memberships name a group that the list of ${gap.kind}s did not show (such as ${gap.example})`
      if (listed(affected)) parts = weaken(parts, affected, reason)
    }
    if (distrust !== null) parts = weaken(parts, () => true, distrust)
    const withheld = yield* store.finish(connection, number, streams, parts, { basis, next: nextCursors(source, results, parts, options.dry) })
    const at = yield* Clock.currentTimeMillis
    return { connection, read: number, at, complete: parts.every((part) => part.complete), streams, withheld }
  })
