/** Looks through a file once before anything of it is told: every line readable, every id once, every reference known. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { basename } from "node:path"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { StreamEncoding } from "../../src/contract/Source.ts"
import type { GroupKind } from "../../src/model/Group.ts"
import * as TextEncoding from "../../src/model/TextEncoding.ts"
import * as CsvColumns from "./CsvColumns.ts"
import * as CsvTable from "./CsvTable.ts"
import * as CsvText from "./CsvText.ts"
import * as IdFilter from "../../src/model/IdFilter.ts"

/** A file that is right, as it was at `stamp`. */
export interface Survey {
  readonly file: CsvText.File
  readonly stamp: CsvText.Stamp
  readonly form: CsvTable.Form
  readonly rows: number
  readonly encoding: StreamEncoding
}

type Check = (row: CsvTable.Row, problems: Array<CsvColumns.Problem>) => void

/** More are counted, not kept. */
const keptAtMost = 5

const walk = (file: CsvText.File, form: CsvTable.Form, check: Check) => {
  const kept: Array<CsvColumns.Problem> = []
  let count = 0
  let rows = 0
  const look = (batch: ReadonlyArray<CsvTable.Row>) => {
    for (const row of batch) {
      const problems: Array<CsvColumns.Problem> = []
      check(row, problems)
      count += problems.length
      rows += 1
      if (kept.length < keptAtMost) kept.push(...problems)
    }
  }
  return CsvTable.rows(file, form).pipe(
    Stream.runForEach((batch) => Effect.sync(() => look(batch))),
    Effect.flatMap(() => (count > 0 ? Effect.fail(CsvTable.fault(file, kept, count)) : Effect.succeed(rows)))
  )
}

interface Read<A> {
  readonly found: A
  readonly encoding: StreamEncoding
}

/** In the encoding that the file names; else as UTF-8, and if it is not that, in the one that Windows wrote before. */
const inEncoding = <A>(
  file: CsvText.File,
  work: (encoding: CsvText.Encoding) => Effect.Effect<A, ConnectorError | "Undecodable">
): Effect.Effect<Read<A>, ConnectorError> =>
  Effect.flatMap(CsvText.markedEncoding(file), (marked) => {
    const read = (name: CsvText.Encoding, guessed = false) => Effect.map(work(name), (found): Read<A> => ({ found, encoding: { name, guessed } }))
    const unmarked = Effect.flatMap(read("utf-8"), (utf8) =>
      Effect.map(CsvText.isAscii(file), (ascii): Read<A> => (ascii ? { ...utf8, encoding: { name: "ascii", guessed: false } } : utf8))
    )
    const tried = Effect.catchIf(
      marked === null ? unmarked : read(marked),
      (error) => error === "Undecodable" && marked === null,
      () =>
        Effect.zipRight(
          Effect.logWarning(
            `${basename(file.path)} is not UTF-8, so it is read as ${TextEncoding.shown(TextEncoding.guess)}: look whether letters like é and ž are right, or save it as UTF-8`
          ),
          read(TextEncoding.guess, true)
        )
    )
    return Effect.mapError(tried, (error) => (error === "Undecodable" ? CsvTable.undecodable(file, marked ?? "utf-8") : error))
  })

const survey = <A>(
  file: CsvText.File,
  name: CsvColumns.FileName,
  look: (form: CsvTable.Form) => Effect.Effect<{ readonly rows: number } & A, ConnectorError | "Undecodable">
): Effect.Effect<Survey & A, ConnectorError> =>
  Effect.gen(function* () {
    const stamp = yield* CsvText.stamp(file)
    const { encoding, found } = yield* inEncoding(file, (encoding) =>
      Effect.flatMap(CsvTable.form(file, name, encoding), (form) => Effect.map(look(form), (result) => ({ ...result, form })))
    )
    yield* CsvText.unchanged(file, stamp)
    return { ...found, encoding, file, stamp }
  })

const twice = ({ line, column, text }: ReturnType<CsvColumns.Line>, first: number): CsvColumns.Problem => ({
  line,
  column,
  message: `the id ${JSON.stringify(text)} stands on line ${first} already`
})

/** Memory stays flat: a filter finds the few ids that may stand twice, and only those are looked at again. */
export const customers = (file: CsvText.File) =>
  survey(file, "customers", (form) =>
    Effect.gen(function* () {
      const ids = IdFilter.make()
      const suspects = new Set<string>()
      const rows = yield* walk(file, form, ({ line }, problems) => {
        const { id } = CsvColumns.customerOf(form.names, line, problems)
        if (ids.add(id)) suspects.add(id)
      })
      const firstLines = new Map<string, number>()
      if (suspects.size > 0) {
        yield* walk(file, form, ({ line, number }, problems) => {
          const cell = line("id")
          if (!suspects.has(cell.text)) return
          const first = firstLines.get(cell.text)
          if (first === undefined) firstLines.set(cell.text, number)
          else problems.push(twice(cell, first))
        })
      }
      return { rows, ids }
    })
  )
export type Customers = Effect.Effect.Success<ReturnType<typeof customers>>

/** Keeps the kind of every group, which memberships do not tell. */
export const groups = (file: CsvText.File) =>
  survey(file, "groups", (form) =>
    Effect.gen(function* () {
      const kinds = new Map<string, GroupKind>()
      const firstLines = new Map<string, number>()
      const rows = yield* walk(file, form, ({ line, number }, problems) => {
        const { id, kind } = CsvColumns.groupOf(form.names, line, problems)
        const first = firstLines.get(id)
        if (first !== undefined) problems.push(twice(line("id"), first))
        firstLines.set(id, number)
        kinds.set(id, kind)
      })
      return { rows, kinds }
    })
  )
export type Groups = Effect.Effect.Success<ReturnType<typeof groups>>

/** Against the other two files as they were read. */
export const memberships = (file: CsvText.File, of: { readonly customers: Customers; readonly groups: Groups }) =>
  survey(file, "memberships", (form) =>
    Effect.map(
      walk(file, form, ({ line }, problems) => {
        const { customer, group } = CsvColumns.membershipOf(line, problems)
        const unknown = (column: string, id: string, other: Survey) =>
          problems.push({ ...line(column), message: `there is no ${column} ${JSON.stringify(id)} in ${basename(other.file.path)}` })
        if (customer !== "" && !of.customers.ids.has(customer)) unknown("customer", customer, of.customers)
        if (group !== "" && !of.groups.kinds.has(group)) unknown("group", group, of.groups)
      }),
      (rows) => ({ rows })
    )
  )
