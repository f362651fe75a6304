/** Reads one stream of a source: all of it, or what changed since a cursor. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { Part, SourcePage, SourceStream } from "../contract/Source.ts"
import type { StateError } from "../contract/StateError.ts"
import * as EndlessList from "./EndlessList.ts"
import { type PartVerdict, partText, SnapshotStore, type StreamVerdict } from "./SnapshotStore.ts"

/** Told the stream's name and how many rows of it came so far. */
export type OnRows = (name: string, rows: number) => Effect.Effect<void>

export interface StreamRead {
  readonly verdict: StreamVerdict
  readonly parts: ReadonlyArray<PartVerdict>
  /** Where the stream's changes go on next time; null where that is not known. */
  readonly next: string | null
}

/** Numbers the pages that tell changes, those of all streams of a read, from 1. */
export interface Tellings {
  readonly next: () => number
}

/** Notices a list that goes on for ever although each of its cursors is new: pages without rows, or a full read that repeats what it showed. */
const endlessDetector = (isFull: boolean) => {
  const repeats = EndlessList.circleDetector()
  let empty = 0
  return ({ cursor, end, records, rows }: SourcePage): string | null => {
    // The end of one of the lists that a stream is made of has no cursor.
    empty = rows === 0 && cursor !== null && end === null ? empty + 1 : 0
    if (empty >= EndlessList.mostEmptyPages) return `its paging gave ${empty} empty pages in a row and no end`
    if (isFull && repeats(EndlessList.pageText(records))) return "its paging showed the same rows again"
    return null
  }
}

interface Progress {
  rows: number
  end: SourcePage["end"]
  /** Why the paging was left before its end, in words. */
  endless: string | null
  readonly unknown: Map<string, { readonly part: Part; readonly reason: string }>
}

const judge = (stream: SourceStream, progress: Progress): string | null => {
  const { end, rows } = progress
  if (progress.endless !== null) return progress.endless
  if (end === null || !end.reached) return `it stopped after ${rows} rows without the end that ${stream.declaration.name} have`
  if (end.count?.exact === true && end.count.value !== rows) return `it showed ${rows} rows and counts ${end.count.value}`
  return null
}

/** Stages pages up to the last one. `refused` says which failures are this stream's alone; their words are then the reason why it is not complete. */
const stage = (
  { declaration, pages }: Pick<SourceStream, "declaration" | "pages">,
  isFull: boolean,
  telling: () => number,
  refused: (error: ConnectorError) => boolean,
  onRows: OnRows
) =>
  Effect.gen(function* () {
    const store = yield* SnapshotStore
    const [isCircle, isEndless] = [EndlessList.circleDetector(), endlessDetector(isFull)]
    const progress: Progress = { rows: 0, end: null, endless: null, unknown: new Map() }
    const refusal = yield* pages.pipe(
      Stream.takeUntil((page) => {
        progress.endless = isCircle(page.cursor) ? "its paging went in a circle" : isEndless(page)
        return progress.endless !== null || page.end !== null
      }),
      Stream.buffer({ capacity: 2 }),
      Stream.runForEach((page) =>
        Effect.gen(function* () {
          const number = telling()
          yield* store.stage(page.records, number)
          const doubts = page.unknown.flatMap(({ part, reason, row }) => (row === undefined ? [] : [{ part, reason, row }]))
          if (doubts.length > 0) yield* store.stageDoubts(doubts, number)
          progress.rows += page.rows
          progress.end = page.end
          for (const item of page.unknown) if (item.row === undefined) progress.unknown.set(partText(item.part), item)
          yield* onRows(declaration.name, progress.rows)
        })
      ),
      Effect.as(null),
      Effect.catchIf(
        (error): error is ConnectorError => error._tag === "ConnectorError" && refused(error),
        (error) => Effect.succeed(`${error.retryable || error.reason === "Malformed" ? "it failed" : "it was refused"}: ${error.detail}`)
      )
    )
    return { progress, reason: refusal ?? judge({ declaration, pages }, progress) }
  })

/** Reads a stream once, from its beginning. A single stream that is refused leaves the others true; any other failure is the whole source's. */
const walk = (stream: SourceStream, onRows: OnRows) =>
  stage(
    stream,
    true,
    () => 0,
    ({ reason }) => reason === "NotAllowed" || reason === "NotFound",
    onRows
  )

/**
 * Reads all of a stream. Where paging can skip rows while data changes, what one read lacks may only have moved: it is absent if a second whole
 * read lacks it too. `why`: for which reason what changed could not be told, where that was tried.
 */
export const all = (
  connection: string,
  stream: SourceStream,
  why: string | null,
  onRows: OnRows
): Effect.Effect<StreamRead, ConnectorError | StateError, SnapshotStore> =>
  Effect.gen(function* () {
    const store = yield* SnapshotStore
    const { parts: reported } = stream.declaration
    const first = yield* walk(stream, onRows)
    const again = first.reason === null && stream.declaration.canLoseRows && (yield* store.lacks(connection, reported)) ? yield* walk(stream, onRows) : null
    const reason =
      again === null || again.reason === null ? first.reason : `its paging can skip rows while data changes, and reading it once more failed: ${again.reason}`
    const unknown = new Map([...first.progress.unknown, ...(again?.progress.unknown ?? [])])
    const { end, rows } = first.progress
    return {
      verdict: { name: stream.declaration.name, rows, complete: reason === null, reason, kind: "full", why, encoding: end?.encoding ?? null },
      parts: reported.map((part): PartVerdict => {
        const said = reason === null ? (unknown.get(partText(part))?.reason ?? null) : `${stream.declaration.name} is not complete: ${reason}`
        return { part, complete: said === null, reason: said, by: "list" }
      }),
      next: end?.next ?? null
    }
  })

/** Groups that a stream tells because its rows are in them have no row of their own: such a telling says nothing new of them. */
const byOf = (part: Part, parts: ReadonlyArray<Part>): PartVerdict["by"] => {
  if (part === "customers" || !("groups" in part)) return "changes"
  const { carrier, groups: kind } = part
  return parts.some(
    (other) =>
      other !== "customers" &&
      (("memberships" in other && other.memberships === kind) || ("inclusions" in other && other.inclusions === kind)) &&
      other.carrier === carrier
  )
    ? "mentions"
    : "changes"
}

/**
 * Reads what changed, and answers in words why it cannot be relied on, where that is so: nothing of it is staged any more then. A refused credential
 * and an exhausted allowance are the whole source's.
 */
export const changes = (
  connection: string,
  stream: SourceStream,
  feed: Pick<SourceStream, "pages">["pages"],
  tellings: Tellings,
  onRows: OnRows
): Effect.Effect<StreamRead | string, ConnectorError | StateError, SnapshotStore> =>
  Effect.gen(function* () {
    const store = yield* SnapshotStore
    const { name, parts } = stream.declaration
    const before = tellings.next()
    const { progress, reason } = yield* stage(
      { declaration: stream.declaration, pages: feed },
      false,
      tellings.next,
      (error) => error.reason !== "Unauthorized" && error.reason !== "RateLimited",
      onRows
    )
    // A row that a whole read left in doubt would be so again; of another one the list may tell what its change did not.
    const unknown = [...progress.unknown.values()][0]?.reason ?? (yield* store.newDoubt(connection, before))
    const next = progress.end?.next
    if (reason === null && unknown === null && next !== undefined) {
      return {
        verdict: { name, rows: progress.rows, complete: true, reason: null, kind: "changes", why: null, encoding: progress.end?.encoding ?? null },
        parts: parts.map((part): PartVerdict => ({ part, complete: true, reason: null, by: byOf(part, parts) })),
        next
      }
    }
    yield* store.unstage(before)
    return reason ?? unknown ?? "it did not tell where changes go on next time"
  })
