/** Documents for machines: streamed JSON, one a command. Times are ISO 8601 in UTC. */
import type { HeldPart } from "../model/Change.ts"
import * as Escape from "./Escape.ts"
import type * as Sink from "./Sink.ts"
import * as Times from "./Times.ts"

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

/** A held part as every document shows it. */
export const held = (part: HeldPart): Readonly<Record<string, unknown>> => ({ ...part, since: Times.iso(part.since) })
