/** Walks a described list, and says whether it was told to its end: the proof that its manifest names, checked here. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../contract/ConnectorError.ts"
import type { SourcePage } from "../contract/Source.ts"
import type { Calls } from "./Calls.ts"
import * as Paging from "./Paging.ts"
import * as Records from "./Records.ts"
import * as Template from "./Template.ts"

type End = NonNullable<SourcePage["end"]>

const unproved: End = { reached: false, count: null }

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

/** What the end proves: `seen` is the last page, and `sure` whether the vendor said that none follows. */
const proof = (calls: Calls, { list }: Records.Reading, seen: Paging.Seen, sure: boolean): Effect.Effect<End, ConnectorError> => {
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
const allCame = ({ list }: Records.Reading, { answer, before, rows }: Paging.Seen): boolean =>
  typeof list.whole === "object" && "totalMatches" in list.whole && list.paging !== undefined && ("page" in list.paging || "offset" in list.paging)
    ? Template.at(answer.body, list.whole.totalMatches) === before + rows
    : false

/** Pages in the vendor's order. Only the last carries an end; it is reached where the manifest's proof holds. */
export const walk = (calls: Calls, reading: Records.Reading): Stream.Stream<SourcePage, ConnectorError> => {
  const { list, name } = reading
  const first = calls.ask(list)
  const begin: Paging.Ask =
    list.paging !== undefined && "page" in list.paging ? { ...first, params: { ...first.params, [list.paging.page]: list.paging.first ?? 1 } } : first
  return Stream.paginateEffect({ ask: begin, number: 0, before: 0 } satisfies State as State, ({ ask, before, number }) =>
    Effect.gen(function* () {
      const answer = yield* calls.read(ask, list.path)
      const found = Template.at(answer.body, list.rows)
      if (!Array.isArray(found)) return yield* calls.malformed(list.path, `${list.rows === "" ? "the answer" : list.rows} holds no list`)
      const all: ReadonlyArray<unknown> = found
      const reported = all.map((row) => Records.reported(reading, row))
      const fault = reported.find((one) => typeof one === "string")
      if (fault !== undefined) return yield* calls.malformed(list.path, fault)
      const rows = reported.filter((one): one is Records.Reported => typeof one !== "string")
      const seen: Paging.Seen = { ask, answer, rows: all.length, before, number }
      const step: Paging.Step = allCame(reading, seen) ? { _tag: "End", sure: true, why: "" } : Paging.step(list, seen, calls.place)
      if (step._tag === "Wrong") return yield* calls.malformed(list.path, step.why)
      const end = step._tag === "End" ? yield* proof(calls, reading, seen, step.sure) : null
      const page: SourcePage = {
        records: rows.flatMap(({ records }) => records),
        rows: all.length,
        cursor: step._tag === "Next" ? `${name} ${step.cursor}` : null,
        end,
        unknown: rows.flatMap(({ unknown }) => unknown)
      }
      return [
        page,
        step._tag === "Next" ? Option.some<State>({ ask: step.ask, number: number + 1, before: before + all.length }) : Option.none<State>()
      ] as const
    })
  )
}
