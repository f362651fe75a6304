/** The closed set of ways in which the state file can fail us. `message` tells what, where and what to do. */
import * as Schema from "effect/Schema"

export class StateError extends Schema.TaggedError<StateError>()("StateError", {
  /** `Locked`: another run holds it. `Superseded`: our lease was taken over while we slept. */
  reason: Schema.Literal("Missing", "NotAState", "Corrupt", "Newer", "Full", "Unwritable", "Locked", "Superseded", "Failed"),
  file: Schema.String,
  message: Schema.String
}) {}
