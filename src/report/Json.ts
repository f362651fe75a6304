/** Documents for machines: streamed JSON, one a command. Times are ISO 8601 in UTC. */
import type { HeldPart } from "../model/Change.ts"
import * as Escape from "./Escape.ts"
import * as HoldWording from "./HoldWording.ts"
import type * as Sink from "./Sink.ts"
import * as Times from "./Times.ts"

/** "plan-json/1": what the documents of a command begin with, under `groupbridge`. */
export const tag = (command: string): string => `${command}-json/1`

/** The beginning of a document: `{"groupbridge":"plan-json/1",` with the name of its one list, which follows. `command`: whose document it is. */
export const opening = (command: string, list: string): string => `{"groupbridge":${Escape.json(tag(command))},${Escape.json(list)}:`

/** Writes `[...]` item by item. `write` writes one item. */
export const array = async <A>(out: Sink.Writer, items: Sink.Rows<A>, write: (item: A) => void | Promise<void>): Promise<void> => {
  let first = true
  await out.write("[")
  for await (const item of items) {
    await out.write(first ? "\n" : ",\n")
    first = false
    await write(item)
  }
  await out.write(first ? "]" : "\n]")
}

/** The members of an object without its braces, so that a streamed member can follow. */
export const members = (value: Readonly<Record<string, unknown>>): string => Escape.json(value).slice(1, -1)

/** A held part whose reasons are sentences. */
export const worded = (part: HeldPart) => ({
  ...part,
  why: part.why.map(HoldWording.reason),
  proposal: part.proposal === null ? null : HoldWording.proposal(part.proposal)
})

/** A held part as every document shows it. */
export const held = (part: HeldPart): Readonly<Record<string, unknown>> => ({
  ...worded(part),
  since: Times.iso(part.since),
  ...(part.rejected === undefined ? {} : { rejected: { ...part.rejected, at: Times.iso(part.rejected.at) } })
})
