/** Why a part of a plan is held, beside the figures of its guard: facts, whose words stand in `src/report/HoldWording.ts`. */
import type { Cause } from "./Cause.ts"

export type HoldReason =
  /** So many people of the part would leave, or join, for this cause. */
  | { readonly code: "cause"; readonly op: "leave" | "join"; readonly cause: Cause; readonly changes: number }
  /** So many of the changes that count were made within the guards' window before this run. */
  | { readonly code: "recent"; readonly changes: number }
  | { readonly code: "share"; readonly removals: number; readonly removable: number }
  /** A stream of a source has fewer rows than before. */
  | { readonly code: "shrunk"; readonly connection: string; readonly stream: string; readonly before: number; readonly now: number }
  /** A line of what the config says: as it was before, or as it is now, with the line of the file where its rule begins. */
  | { readonly code: "config"; readonly state: "before" | "now"; readonly text: string; readonly line: number | null }
  /** A group of the target with the same external id, slug or name as one that the rules ask for. */
  | { readonly code: "existing"; readonly name: string; readonly by: string; readonly id: string }
  /** The target's group of an organization that was deleted and made again under its name, with its people. */
  | { readonly code: "recreated"; readonly name: string; readonly id: string }
  /** People of the part whom one tag lost and another gained. */
  | { readonly code: "moved"; readonly people: number; readonly from: string; readonly to: string }
  /** Only an earlier account behind the credential was shown them. `now`: who reads the connection, where the vendor says so. */
  | { readonly code: "actor"; readonly connection: string; readonly now: string | null; readonly earlier: string }
  /** The target did not show them for a while, and does not show since when they are back. */
  | { readonly code: "reappeared"; readonly connection: string }
  /** The texts of a stream are read in an encoding that is only guessed; a person last saw them in another one. Names as in `TextEncoding`, or `ascii`. */
  | { readonly code: "encoding"; readonly connection: string; readonly stream: string; readonly now: string; readonly before: string }
  /**
   * A sync, or a source or target of one, that the config does not have any more, and how many memberships (`team`: people whom we invited) rest on it.
   * `configured`: the connection is still there for others.
   */
  | {
      readonly code: "left"
      readonly what: "sync" | "source" | "target"
      readonly name: string
      readonly sync: string
      readonly rows: number
      readonly team: boolean
      readonly configured: boolean
    }
  /** It may be what the config calls `name` now. */
  | { readonly code: "renamed"; readonly kind: "connection" | "sync"; readonly old: string; readonly name: string }
  /** What rests on what left may be let go of. */
  | { readonly code: "release"; readonly sync: string }
  /**
   * Another copy of this state wrote to the target after this one did. `number`: that of its run, null for a version that gives none; `machine` tells copies
   * apart and nothing else; `ours`: the last number of this state, null if it gave none yet.
   */
  | {
      readonly code: "writer"
      readonly connection: string
      readonly number: number | null
      readonly machine: string | null
      readonly at: number
      readonly ours: number | null
    }
  /** This copy may go on with the target instead. */
  | { readonly code: "claim"; readonly connection: string }
  /** The exceptions file has no lines any more, and so many were in force. */
  | { readonly code: "exceptions-lost"; readonly lines: number }
  /** A `never` line of the exceptions file whose group no rule maps to any more. */
  | { readonly code: "exception-unmatched"; readonly line: number; readonly group: string }
  /** As earlier versions stored it. */
  | { readonly code: "text"; readonly text: string }

/** A rename as which the part would make sense, and what makes it one. */
export type RenameProposal =
  /** `previously: [from]` belongs into the rule that takes the new tag; null: no rule takes it. */
  | { readonly code: "previously"; readonly from: string; readonly rule: { readonly index: number; readonly line: number } | null }
  /** As earlier versions stored it. */
  | { readonly code: "text"; readonly text: string }

/** Parts without changes of their own: all of a sync waits until a command decides. */
export const waitsWhole = ({ guard, why }: { readonly guard: string; readonly why: ReadonlyArray<HoldReason> }): boolean =>
  guard === "configGone" || why.some(({ code }) => code === "writer")
