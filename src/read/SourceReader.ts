/** Reads a source into the snapshot and judges, stream by stream, whether the read proves anything by what it lacks. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { Part, Source, SourcePage, SourceStream } from "../contract/Source.ts"
import type { StateError } from "../contract/StateError.ts"
import { type PartVerdict, partText, SnapshotStore, type StreamVerdict } from "./SnapshotStore.ts"

/** A source as read: always stored, complete or not. Removals by absence are withheld wherever a reason stands. */
export interface SourceRead {
  readonly connection: string
  readonly read: number
  readonly at: number
  readonly complete: boolean
  readonly streams: ReadonlyArray<StreamVerdict>
  readonly withheld: ReadonlyArray<{ readonly reason: string; readonly memberships: number }>
}

/** Customers that only memberships name are asked for one by one, up to here; more of them mean that the list is not whole. */
const lookupLimit = 200

/** Notices a paging that runs in a circle, in constant memory (Brent): each cursor is compared with one kept from a power of two before. */
const circleDetector = () => {
  let kept: string | null = null
  let steps = 0
  let power = 1
  return (cursor: string | null): boolean => {
    if (cursor === null) return false
    if (cursor === kept) return true
    steps += 1
    if (steps === power) {
      kept = cursor
      power *= 2
      steps = 0
    }
    return false
  }
}

interface Progress {
  rows: number
  end: SourcePage["end"]
  circle: boolean
  readonly unknown: Map<string, { readonly part: Part; readonly reason: string }>
}

const judge = (stream: SourceStream, progress: Progress): string | null => {
  const { end, rows } = progress
  if (progress.circle) return "its paging went in a circle"
  if (end === null || !end.reached) return `it stopped after ${rows} rows without the end that ${stream.declaration.name} have`
  if (end.count?.exact === true && end.count.value !== rows) return `it showed ${rows} rows and counts ${end.count.value}`
  return null
}

type OnRows = (name: string, rows: number) => Effect.Effect<void>

/** Reads a stream once, from its beginning. */
const walk = (stream: SourceStream, onRows: OnRows) =>
  Effect.gen(function* () {
    const store = yield* SnapshotStore
    const isCircle = circleDetector()
    const progress: Progress = { rows: 0, end: null, circle: false, unknown: new Map() }
    const refusal = yield* stream.pages.pipe(
      Stream.takeUntil((page) => {
        progress.circle = isCircle(page.cursor)
        return progress.circle || page.end !== null
      }),
      Stream.buffer({ capacity: 2 }),
      Stream.runForEach((page) =>
        Effect.gen(function* () {
          yield* store.stage(page.records)
          progress.rows += page.rows
          progress.end = page.end
          for (const item of page.unknown) progress.unknown.set(partText(item.part), item)
          yield* onRows(stream.declaration.name, progress.rows)
        })
      ),
      Effect.as(null),
      // A single stream that is refused leaves the others true; any other failure is the whole source's.
      Effect.catchIf(
        (error): error is ConnectorError => error._tag === "ConnectorError" && (error.reason === "NotAllowed" || error.reason === "NotFound"),
        (error) => Effect.succeed(`it was refused: ${error.detail}`)
      )
    )
    return { progress, reason: refusal ?? judge(stream, progress) }
  })

/** Where paging can skip rows while data changes, what one read lacks may only have moved: it is absent if a second whole read lacks it too. */
const readStream = (connection: string, stream: SourceStream, onRows: OnRows) =>
  Effect.gen(function* () {
    const store = yield* SnapshotStore
    const { parts: told } = stream.declaration
    const first = yield* walk(stream, onRows)
    const again = first.reason === null && stream.declaration.canLoseRows && (yield* store.lacks(connection, told)) ? yield* walk(stream, onRows) : null
    const reason =
      again === null || again.reason === null ? first.reason : `its paging can skip rows while data changes, and reading it once more failed: ${again.reason}`
    const progress: Progress = { ...first.progress, unknown: new Map([...first.progress.unknown, ...(again?.progress.unknown ?? [])]) }
    const verdict: StreamVerdict = { name: stream.declaration.name, rows: progress.rows, complete: reason === null, reason }
    const parts = told.map((part): PartVerdict => {
      const unknown = progress.unknown.get(partText(part))
      const why = reason === null ? (unknown?.reason ?? null) : `${stream.declaration.name} is not complete: ${reason}`
      return { part, complete: why === null, reason: why }
    })
    return { verdict, parts }
  })

/** Asks for customers that memberships name but no list showed: people who came while we read. */
const fillIn = (connection: string, source: Source) =>
  Effect.gen(function* () {
    const store = yield* SnapshotStore
    const missing = yield* store.missingCustomers(connection, lookupLimit)
    if (missing.count > missing.keys.length) return `${missing.count} memberships name customers that the list did not show`
    yield* Effect.forEach(
      missing.keys,
      (key) =>
        Effect.flatMap(source.customer(key), (found) => (Option.isSome(found) ? store.stage([{ _tag: "Customer", customer: found.value }]) : Effect.void)),
      { discard: true }
    )
    return null
  })

/** A part's verdict once other streams have spoken against it. */
const weaken = (parts: ReadonlyArray<PartVerdict>, affected: (part: Part) => boolean, reason: string): ReadonlyArray<PartVerdict> =>
  parts.map((verdict) => (verdict.complete && affected(verdict.part) ? { ...verdict, complete: false, reason } : verdict))

/**
 * Reads all streams of a source, in their order, and stores what they showed.
 *
 * `distrust`, if set, is a reason known beforehand why this read may lack rows (another role behind the token): nothing is then removed by absence.
 * Fails, and leaves the snapshot as it was, when the source cannot be read: credential refused, not available, an answer that makes no sense.
 */
export const read = (
  connection: string,
  source: Source,
  options: { readonly distrust: string | null; readonly onRows: (stream: string, rows: number) => Effect.Effect<void> }
): Effect.Effect<SourceRead, ConnectorError | StateError, SnapshotStore> =>
  Effect.gen(function* () {
    const store = yield* SnapshotStore
    const number = yield* store.begin(connection)
    const results = yield* Effect.forEach(source.streams, (stream) => readStream(connection, stream, options.onRows))
    const streams = results.map((result) => result.verdict)
    let parts: ReadonlyArray<PartVerdict> = results.flatMap((result) => result.parts)
    const lost = yield* fillIn(connection, source)
    if (lost !== null) parts = weaken(parts, (part) => part === "customers", lost)
    for (const gap of yield* store.missingGroups(connection)) {
      const reason = `${gap.count} memberships name a group that the list of ${gap.kind}s did not show (such as ${gap.example})`
      parts = weaken(parts, (part) => part !== "customers" && "groups" in part && part.groups === gap.kind, reason)
    }
    const { distrust } = options
    if (distrust !== null) parts = weaken(parts, () => true, distrust)
    const withheld = yield* store.finish(connection, number, streams, parts)
    const at = yield* Clock.currentTimeMillis
    return { connection, read: number, at, complete: parts.every((part) => part.complete), streams, withheld }
  })
