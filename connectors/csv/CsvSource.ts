/** Three files as a source: each looked through whole before its first line is told. */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Source, SourcePage, SourceRecord, SourceStream } from "../../src/contract/Source.ts"
import * as Tables from "../kit/Tables.ts"
import * as CsvColumns from "./CsvColumns.ts"
import * as CsvSurvey from "./CsvSurvey.ts"
import * as CsvTable from "./CsvTable.ts"
import * as CsvText from "./CsvText.ts"

export const pageSize = 1000

const { customers, declaration, groups, memberships } = Tables.declare({
  end: "the end of the file, which did not change meanwhile",
  canLoseRows: false,
  pageSize
})

export { declaration }

export interface Files {
  readonly connection: string
  readonly customers: string
  readonly groups: string
  readonly memberships: string
}

/** The lines of a file that was surveyed. Bytes that were right then and are not now are a change. */
const linesOf = ({ file, form }: CsvSurvey.Survey) =>
  Stream.mapError(CsvTable.rows(file, form), (error) => (error === "Undecodable" ? CsvTable.undecodable(file, form.encoding) : error))

const allUnchanged = (surveys: ReadonlyArray<CsvSurvey.Survey>) =>
  Effect.forEach(surveys, ({ file, stamp }) => CsvText.unchanged(file, stamp), { discard: true })

/** The pages of a file; the last one is empty, and comes only if none of `all` changed since it was looked through. */
const pages = (
  survey: CsvSurvey.Survey,
  all: ReadonlyArray<CsvSurvey.Survey>,
  record: (row: CsvTable.Row) => SourceRecord
): Stream.Stream<SourcePage, ConnectorError> => {
  let reported = 0
  const page = (rows: ReadonlyArray<CsvTable.Row>): SourcePage => {
    reported += rows.length
    return { records: rows.map(record), rows: rows.length, cursor: `row ${reported + 1}`, end: null, unknown: [] }
  }
  const last = Effect.as(allUnchanged(all), {
    records: [],
    rows: 0,
    cursor: null,
    end: { reached: true, count: { value: survey.rows, exact: true }, encoding: survey.encoding },
    unknown: []
  } satisfies SourcePage)
  return linesOf(survey).pipe(
    Stream.mapConcat((batch) => Arr.chunksOf(batch, pageSize)),
    Stream.map(page),
    Stream.concat(Stream.fromEffect(last))
  )
}

/** Problems were told by the survey, which found none. */
const nothing: Array<CsvColumns.Problem> = []

export const make = (files: Files): Pick<Source, "streams" | "customer"> => {
  const file = (name: CsvColumns.FileName): CsvText.File => ({ connection: files.connection, path: files[name] })
  /** As last read: memberships are judged by the very customers and groups that were told. */
  let people: CsvSurvey.Customers | null = null
  let known: CsvSurvey.Groups | null = null

  const surveyed = {
    customers: Effect.tap(CsvSurvey.customers(file("customers")), (survey) => {
      people = survey
    }),
    groups: Effect.tap(CsvSurvey.groups(file("groups")), (survey) => {
      known = survey
    })
  }
  const reportedBefore = Effect.suspend(() =>
    Effect.all({ customers: people === null ? surveyed.customers : Effect.succeed(people), groups: known === null ? surveyed.groups : Effect.succeed(known) })
  )

  const streams: ReadonlyArray<SourceStream> = [
    {
      declaration: customers,
      pages: Stream.unwrap(
        Effect.map(surveyed.customers, (survey) =>
          pages(survey, [survey], ({ line }) => ({ _tag: "Customer", customer: CsvColumns.customerOf(survey.form.names, line, nothing) }))
        )
      )
    },
    {
      declaration: groups,
      pages: Stream.unwrap(
        Effect.map(surveyed.groups, (survey) =>
          pages(survey, [survey], ({ line }) => ({ _tag: "Group", group: CsvColumns.groupOf(survey.form.names, line, nothing) }))
        )
      )
    },
    {
      declaration: memberships,
      pages: Stream.unwrap(
        Effect.gen(function* () {
          const reported = yield* reportedBefore
          const others = [reported.customers, reported.groups]
          yield* allUnchanged(others)
          const survey = yield* CsvSurvey.memberships(file("memberships"), reported)
          return pages(survey, [survey, ...others], ({ line }) => {
            const { customer, group } = CsvColumns.membershipOf(line, nothing)
            return { _tag: "Membership", group: CsvColumns.groupKey(group, reported.groups.kinds.get(group) ?? "organization"), customer }
          })
        })
      )
    }
  ]

  return {
    streams,
    customer: (id) =>
      Effect.gen(function* () {
        const survey = yield* surveyed.customers
        const row = yield* Stream.runHead(
          Stream.filter(
            Stream.mapConcat(linesOf(survey), (batch) => batch),
            ({ line }) => line("id").text === id
          )
        )
        yield* CsvText.unchanged(survey.file, survey.stamp)
        return Option.map(row, ({ line }) => CsvColumns.customerOf(survey.form.names, line, nothing))
      })
  }
}
