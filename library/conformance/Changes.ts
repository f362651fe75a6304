/** What every source must do that declares streams whose changes it tells. */
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { SourceDeclaration, SourcePage, SourceRecord } from "../../src/contract/Source.ts"
import { partText } from "../../src/read/SnapshotStore.ts"
import { everyEdit, small, staffed } from "./Edits.ts"
import { type Connected, conforms, type Subject } from "./Harness.ts"

type Records = ReadonlyArray<SourceRecord>

const recordsOf = (pages: Iterable<SourcePage>): Records => [...pages].flatMap(({ records }) => records)

/** What is said of one customer or organization, in no order: the record and all that it is in. */
const saidOf = (records: Records, id: string): ReadonlyArray<string> =>
  records
    .filter((record) => {
      switch (record._tag) {
        case "Customer":
          return record.customer.id === id
        case "Group":
          return record.group.kind === "organization" && record.group.id === id
        case "Membership":
          return record.customer === id
        case "Inclusion":
          return record.organization.id === id
        case "Gone":
          return false
      }
    })
    .map((record) => JSON.stringify(record))
    .toSorted()

/** Whoever was told as a record of its own. */
const reported = (records: Records): ReadonlyArray<string> =>
  records.flatMap((record) =>
    record._tag === "Customer" ? [record.customer.id] : record._tag === "Group" && record.group.kind === "organization" ? [record.group.id] : []
  )

const streamOf = ({ source }: Connected, name: string) => {
  const stream = source.streams.find(({ declaration }) => declaration.name === name)
  if (stream?.changes === undefined) throw new Error(`the stream ${name} declares changes and has none`)
  return { pages: stream.pages, changes: stream.changes }
}

export const suite = (subject: Subject, declaration: SourceDeclaration): void => {
  const streams = declaration.streams.flatMap(({ changes, name, parts }) => (changes === undefined ? [] : [{ name, parts: parts.map(partText), ...changes }]))
  describe("tells what changed", () => {
    for (const { deletions, lag, name, parts } of streams) {
      for (const { apply, what } of everyEdit.filter((edit) => parts.includes(partText(edit.part)))) {
        conforms(`${what}: whoever is told is told as in the list of ${name}, with all that they are in`, {
          subject,
          body: (connected) =>
            Effect.gen(function* () {
              const edits = connected.sandbox.source
              if (edits === undefined) throw new Error("the sandbox has no `source`")
              edits.load(small)
              const { changes, pages } = streamOf(connected, name)
              const next = [...(yield* connected.reported(Stream.runCollect(pages)))].at(-1)?.end?.next
              if (next === undefined) return assert.fail(`the last page of the list of ${name} does not tell where its changes begin`)
              yield* TestClock.adjust(lag)
              apply(edits)
              yield* TestClock.adjust(2 * lag)
              const changed = [...(yield* connected.reported(Stream.runCollect(changes(next))))]
              // Who is staff may stand in another list than the customers, so that nobody's row changes: then all is read.
              if (what === staffed && changed.some(({ unknown }) => unknown.length > 0)) return
              const list = recordsOf(yield* connected.reported(Stream.runCollect(pages)))
              const records = recordsOf(changed)
              assert.deepStrictEqual(
                changed.map(({ end }) => end?.reached === true && end.next !== undefined),
                changed.map((_, place) => place === changed.length - 1),
                "the last page, and no other, carries an end with where the changes go on"
              )
              const gone = what.startsWith("a deleted")
              if (gone && !deletions) return
              assert.isAbove(gone ? records.filter(({ _tag }) => _tag === "Gone").length : reported(records).length, 0, "the edit is not told")
              for (const id of reported(records)) assert.deepStrictEqual(saidOf(records, id), saidOf(list, id), `of ${id} something else is told than listed`)
            })
        })
      }
    }
  })
}
