/** What a program hears of a command that runs inside it. */
import * as Schema from "effect/Schema"
import type { ProgressState } from "../report/Progress.ts"

/**
 * Nothing was done, or not all of it is known. `kind`: what the person who reads `message` has to look at; `internal` is a mistake of this program.
 * What goes wrong with one sync is no failure: its result carries it.
 */
export class GroupbridgeError extends Schema.TaggedError<GroupbridgeError>()("GroupbridgeError", {
  kind: Schema.Literal("config", "credential", "unavailable", "state", "locked", "stale", "vendor", "internal"),
  message: Schema.String
}) {}

/** Secrets are taken out of every text. */
export type Event<Document> =
  /** How far it is: `done` of `total` rows or changes. */
  | ({ readonly _tag: "Progress" } & ProgressState)
  /** A step that makes no call, or what is waited for. */
  | { readonly _tag: "Step"; readonly text: string }
  /** A warning, or a note such as of a copy of the state that was not kept. */
  | { readonly _tag: "Note"; readonly text: string }
  /** What `--json` prints. The last one. */
  | { readonly _tag: "Result"; readonly document: Document }
