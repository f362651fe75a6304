/** The one person that somebody means, or what has to be asked back. */
import * as Effect from "effect/Effect"
import type { Config } from "../config/Config.ts"
import * as Nearest from "../model/Nearest.ts"
import type { StateError } from "../contract/StateError.ts"
import * as ShellWord from "../report/ShellWord.ts"
import * as Terminal from "../report/Terminal.ts"
import * as CustomerLookup from "../explain/CustomerLookup.ts"
import type { ExplanationStore, Hit } from "../explain/ExplanationStore.ts"
import { AuditLog } from "../operate/AuditLog.ts"
import { UsageError } from "./UsageError.ts"

/** Choices told one by one. */
const shown = 20

export const choices = (lines: ReadonlyArray<string>): string =>
  [...lines.slice(0, shown), ...(lines.length > shown ? [`  and ${lines.length - shown} more`] : [])].join("\n")

/** What to type for a record so that no other is meant. */
export const recordName = (record: Pick<Hit, "connection" | "id">): string => `${record.connection}/${record.id}`

const personLine = (command: string, records: ReadonlyArray<Hit>): string => {
  const text = records.map((one) => [recordName(one), one.email ?? "-", one.name ?? "", one.gone ? "(gone)" : ""].filter((part) => part !== "").join("  "))
  const [first] = records
  return `  ${command} ${first === undefined ? "" : ShellWord.typed(recordName(first))}   ${Terminal.visible(text.join(" = "), 160)}`
}

/** Several customers fit. `command` is what to type before one of them. */
export const several = (command: string, asked: string, persons: ReadonlyArray<ReadonlyArray<Hit>>): UsageError =>
  new UsageError({
    message: `${JSON.stringify(Terminal.visible(asked))} may be ${persons.length} customers; which?\n${choices(persons.map((records) => personLine(command, records)))}`
  })

/** Nobody fits. */
export const nobody = (asked: string): Effect.Effect<UsageError, StateError, AuditLog> =>
  Effect.gen(function* () {
    const near = Nearest.nearest(asked.trim(), yield* (yield* AuditLog).addressesLike(asked))
    const meant = near === undefined ? "" : ` Did you mean ${Terminal.visible(near)}?`
    return new UsageError({
      message: `nobody is known as ${JSON.stringify(Terminal.visible(asked))}; give an e-mail address, an id (also as CONNECTION/ID), or the address of the customer's page in the helpdesk.${meant}`
    })
  })

/** The records of the person, at all connections of the config. */
export const one = (command: string, asked: string, config: Config): Effect.Effect<ReadonlyArray<Hit>, StateError | UsageError, ExplanationStore | AuditLog> =>
  Effect.gen(function* () {
    const persons = yield* CustomerLookup.persons(asked, [...config.connections.keys()])
    const [hits] = persons
    if (hits === undefined) return yield* yield* nobody(asked)
    return persons.length > 1 ? yield* several(command, asked, persons) : hits
  })
