/** Why a membership is given or taken. Shown in every plan, stored with every change. */

export type RemovalCause =
  | "left"
  | "untagged"
  | "customer-gone"
  | "group-gone"
  | "merged"
  | "excluded"
  | "rule-changed"
  | "exception"
  /** Nothing ever asked for it; only `removals: all` takes such rows. */
  | "not-wanted"

export type AdditionCause =
  | "joined"
  | "tagged"
  | "matched"
  | "first-run"
  | "rule-changed"
  | "exception"
  /** Taken out by hand and put back by `drift: restore` or an approval. */
  | "restored"

/** Why somebody is invited to a team, gets another role there, or leaves it; beside `rule-changed`. */
export type TeamCause =
  | "works-there"
  /** Was in the team or invited before, and is not any more, without us. */
  | "out-by-hand"
  /** The source changed it. */
  | "role-changed"
  /** A person gave another role at the target, or it was so before us. */
  | "role-differs"
  | "agent-gone"
  | "agent-inactive"

/** `undone`: a person took back the run that had done the opposite. */
export type Cause = RemovalCause | AdditionCause | TeamCause | "undone"

/** How a ledger row came to be: added by us, already there, or there and taken over. */
export type Origin = "applied" | "found" | "adopted"
