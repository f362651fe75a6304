/** Long lists of the state, read piece by piece while a report is written. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Config } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { Change } from "../model/Change.ts"
import type { Page } from "../model/Decision.ts"
import type { Invocation } from "./Invocation.ts"

/** All rows in order, for one reading. A failure of the state is thrown as it is. */
export async function* of<A>(page: (after: string | null) => Effect.Effect<Page<A>, StateError>): AsyncGenerator<A> {
  let after: string | null = null
  do {
    const exit: Exit.Exit<Page<A>, StateError> = await Effect.runPromiseExit(page(after))
    if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
    yield* exit.value.rows
    after = exit.value.next
  } while (after !== null)
}

/** A change with the record of its source in the vendor's words: "user" for a customer of Zendesk. */
export const wordedOne = <A extends Change>(row: A, { environment }: Pick<Invocation, "environment">, { connections }: Pick<Config, "connections">): A => {
  const { source } = row
  const word = environment.connectors.get(connections.get(source?.connection ?? "")?.connector ?? "")?.source?.declaration.customerWord
  return source === undefined || source.record !== "customer" || word === undefined ? row : { ...row, source: { ...source, record: word } }
}

/** Changes, each as `wordedOne` gives it. */
export async function* worded<A extends Change>(
  rows: AsyncIterable<A>,
  invocation: Pick<Invocation, "environment">,
  config: Pick<Config, "connections">
): AsyncGenerator<A> {
  for await (const row of rows) yield wordedOne(row, invocation, config)
}
