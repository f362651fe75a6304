/** What was asked for is not possible as it was asked: a name that does not exist, options that contradict each other. */
import * as Schema from "effect/Schema"
import { hint } from "../model/Nearest.ts"

/** `message` tells what, and what is possible instead. */
export class UsageError extends Schema.TaggedError<UsageError>()("UsageError", { message: Schema.String }) {}

/** `there is no sync "custmers"; did you mean "customers"?` */
export const unknown = (what: string, name: string, known: Iterable<string>): UsageError =>
  new UsageError({ message: `there is no ${what} ${JSON.stringify(name)}${hint(name, [...known])}` })
