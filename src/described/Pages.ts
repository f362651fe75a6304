/** Walks a described list, and says whether it was told to its end: the proof that its manifest names, checked here. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { SourcePage } from "../contract/Source.ts"
import type { Calls } from "./Calls.ts"
import type { List, Manifest } from "./Manifest.ts"
import * as Paging from "./Paging.ts"
import * as Records from "./Records.ts"
import * as Template from "./Template.ts"

type End = NonNullable<SourcePage["end"]>

const unproved: End = { reached: false, count: null }

/** One answer of a list. `all`: rows so far, with its own. */
interface Answered {
  readonly rows: ReadonlyArray<unknown>
  readonly all: number
  readonly cursor: string | null
  readonly end: End | null
}

interface State {
  readonly ask: Paging.Ask
  readonly number: number
  readonly before: number
}

const whole = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0

/** A list of no rows is believed only while the vendor itself answers: an empty answer may be another program's. */
const confirmed = (calls: Calls, rows: number, end: End): Effect.Effect<End, ConnectorError> => {
  if (!end.reached || rows > 0) return Effect.succeed(end)
  return calls.answers === null ? Effect.succeed(unproved) : Effect.as(calls.answers, end)
}

const rowsOf = (calls: Calls, list: List, body: unknown): Effect.Effect<ReadonlyArray<unknown>, ConnectorError> => {
  const found = Template.at(body, list.rows)
  if (Array.isArray(found)) return Effect.succeed(found)
  if (found === undefined && Records.holds(list.noRows, body, false) === true) return Effect.succeed([])
  return calls.malformed(list.path, `${list.rows === "" ? "the answer" : list.rows} holds no list`)
}

/** A full page that names no further one is asked for again in two parts: the first must name the second, which holds the one row that is left and names none. */
const endsInParts = (calls: Calls, list: List, { ask, rows }: Paging.Seen): Effect.Effect<boolean, ConnectorError> =>
  Effect.gen(function* () {
    const { pageSize, paging } = list
    if (paging === undefined || !("cursor" in paging) || paging.limit === undefined || rows !== pageSize || pageSize < 2) return false
    const part = (ask: Paging.Ask, size: number, before: number) =>
      Effect.gen(function* () {
        const answer = yield* calls.read(ask, list.path)
        const found = yield* rowsOf(calls, list, answer.body)
        return { found: found.length, step: Paging.step({ paging, pageSize: size + 1 }, { ask, answer, rows: found.length, before, number: 0 }, calls.place) }
      })
    const first = yield* part(Paging.withParam(ask, paging.limit, pageSize - 1), pageSize - 1, 0)
    if (first.step._tag !== "Next" || first.found !== pageSize - 1) return false
    const second = yield* part(first.step.ask, pageSize - 1, first.found)
    return second.step._tag === "End" && second.step.sure && second.found === 1
  })

/** What the end proves: `seen` is the last page, and `sure` whether the vendor said that none follows. */
const proof = (calls: Calls, list: List, seen: Paging.Seen, sure: boolean): Effect.Effect<End, ConnectorError> => {
  const rows = seen.before + seen.rows
  const counted = (total: unknown, capped: number): End => (whole(total) && total < capped ? { reached: true, count: { value: total, exact: true } } : unproved)
  if (list.whole === "none") return Effect.succeed(unproved)
  if (list.whole === "cursorEnds" || list.whole === "emptyPage") return confirmed(calls, rows, { reached: sure, count: null })
  if ("totalMatches" in list.whole) {
    return confirmed(calls, rows, counted(Template.at(seen.answer.body, list.whole.totalMatches), list.whole.capped ?? Number.POSITIVE_INFINITY))
  }
  const { at, ...call } = list.whole.countEndpoint
  return Effect.flatMap(calls.read(calls.ask(call), call.path), ({ body }) => confirmed(calls, rows, counted(Template.at(body, at), Number.POSITIVE_INFINITY)))
}

/** Where a total says that all came, the page after the last one need not be asked for. */
const allCame = (list: List, { answer, before, rows }: Paging.Seen): boolean =>
  typeof list.whole === "object" && "totalMatches" in list.whole && list.paging !== undefined && ("page" in list.paging || "offset" in list.paging)
    ? Template.at(answer.body, list.whole.totalMatches) === before + rows
    : false

/** Pages in the vendor's order. Only the last carries an end; it is reached where the manifest's proof holds. */
const answered = (calls: Calls, list: List, values: Readonly<Record<string, string>>): Stream.Stream<Answered, ConnectorError> => {
  const first = calls.ask(list, values)
  const begin = list.paging !== undefined && "page" in list.paging ? Paging.withParam(first, list.paging.page, list.paging.first ?? 1) : first
  return Stream.paginateEffect({ ask: begin, number: 0, before: 0 } satisfies State as State, ({ ask, before, number }) =>
    Effect.gen(function* () {
      const answer = yield* calls.read(ask, list.path)
      const rows = yield* rowsOf(calls, list, answer.body)
      const seen: Paging.Seen = { ask, answer, rows: rows.length, before, number }
      const step: Paging.Step = allCame(list, seen) ? { _tag: "End", sure: true } : Paging.step(list, seen, calls.place)
      if (step._tag === "Wrong") return yield* calls.malformed(list.path, step.why)
      const all = before + rows.length
      if (step._tag === "Next") {
        return [{ rows, all, cursor: step.cursor, end: null } as Answered, Option.some<State>({ ask: step.ask, number: number + 1, before: all })] as const
      }
      const sure = step.sure || (step.full === true && (yield* endsInParts(calls, list, seen)))
      return [{ rows, all, cursor: null, end: yield* proof(calls, list, seen, sure) }, Option.none<State>()] as const
    })
  )
}

const page = (calls: Calls, reading: Records.Reading, { cursor, end, rows }: Answered): Effect.Effect<SourcePage, ConnectorError> => {
  const reported = rows.map((row) => Records.reported(reading, row))
  const fault = reported.find((one) => typeof one === "string")
  if (fault !== undefined) return calls.malformed(reading.list.path, fault)
  const read = reported.filter((one): one is Records.Reported => typeof one !== "string")
  return Effect.succeed({
    records: read.flatMap(({ records }) => records),
    rows: rows.length,
    cursor: cursor === null ? null : `${reading.name} ${cursor}`,
    end,
    unknown: read.flatMap(({ unknown }) => unknown)
  })
}

/** Whether the end of a list proves it, its count among it. */
const proves = ({ all, end }: Answered): boolean => end === null || (end.reached && (end.count === null || end.count.value === all))

/** What the call asks of the row that it is made for, by pointer; null where the row lacks one. */
const valuesOf = ({ body, params, path }: List, row: unknown): Readonly<Record<string, string>> | null => {
  const pointers = [...JSON.stringify([path, params, body]).matchAll(/\{(\/[^{}"]*)\}/g)].map(([, pointer = ""]) => pointer)
  const values = pointers.map((pointer) => [pointer, Template.idOf(Template.at(row, pointer))] as const)
  return values.some(([, value]) => value === null) ? null : Object.fromEntries(values.map(([pointer, value]) => [pointer, value ?? ""]))
}

/** A list for each row of another one. All of them, and the other one, must be told to their end; a page without rows says so at last. */
const perRow = (calls: Calls, reading: Records.Reading, parent: List): Stream.Stream<SourcePage, ConnectorError> =>
  Stream.suspend(() => {
    const { list, name } = reading
    let reached = true
    const note = (one: Answered) => {
      reached &&= proves(one)
    }
    const childrenOf = (per: unknown): Stream.Stream<SourcePage, ConnectorError> => {
      const counts = Records.holds(parent.only, per, true)
      reached &&= counts !== null
      if (counts !== true) return Stream.empty
      const values = valuesOf(list, per)
      if (values === null) return Stream.fromEffect(calls.malformed(parent.path, `a row lacks what ${list.path} is asked for`))
      const of = Object.values(values).join(" ")
      return answered(calls, list, values).pipe(
        Stream.tap((one) => Effect.sync(() => note(one))),
        Stream.mapEffect(({ cursor, rows, ...one }) =>
          page(calls, reading, { ...one, rows: rows.map((row) => ({ row, per })), cursor: cursor === null ? null : `${of} ${cursor}`, end: null })
        )
      )
    }
    const last = Stream.fromEffect(Effect.sync((): SourcePage => ({ records: [], rows: 0, cursor: null, end: { reached, count: null }, unknown: [] })))
    return answered(calls, parent, {}).pipe(
      Stream.tap((one) => Effect.sync(() => note(one))),
      Stream.flatMap(({ cursor, rows }) => {
        const turn: SourcePage = { records: [], rows: 0, cursor: `${name} of ${parent.path} ${cursor}`, end: null, unknown: [] }
        return Stream.concat(Stream.flatMap(Stream.fromIterable(rows), childrenOf), cursor === null ? Stream.empty : Stream.succeed(turn))
      }),
      Stream.concat(last)
    )
  })

/** Pages of a list as records. Only the last carries an end; it is reached where the manifest's proof holds. */
export const walk = (calls: Calls, reading: Records.Reading, { lists }: Manifest): Stream.Stream<SourcePage, ConnectorError> => {
  const parent = reading.list.per === undefined ? undefined : lists[reading.list.per]
  return parent === undefined ? Stream.mapEffect(answered(calls, reading.list, {}), (one) => page(calls, reading, one)) : perRow(calls, reading, parent)
}
