/** What needs a person, as it is known from run to run. Times are epoch milliseconds. */

/**
 * - `failed`: the run did not do its work; `subject` is the kind of failure.
 * - `stale`: no run was good for a day, and none says why: each found another one under way.
 * - `unread`: a source could not be read, or not to its end, while the rest of the run went on.
 * - `held`: a part waits for a decision; `subject` is its id.
 * - `refused`: changes that the target refuses.
 * - `tasks`: removals that only a person can make.
 * - `unconfirmed`: memberships that count as ours, which nothing confirms.
 * - `blocked`: groups that cannot have their name.
 * - `config`: the config file does not load.
 * - `clock`: the clock of the machine went back behind times that the state holds.
 */
export type ProblemKind = "failed" | "stale" | "unread" | "held" | "refused" | "tasks" | "unconfirmed" | "blocked" | "config" | "clock"

/** Known by kind, sync, connection and subject: one with another of these is another problem. `connection` and `subject` may be empty. */
export interface Problem {
  readonly kind: ProblemKind
  readonly sync: string
  readonly connection: string
  readonly subject: string
  /** How many rows, groups or tasks it is about; 1 where nothing is counted. */
  readonly size: number
}

export interface KnownProblem extends Problem {
  readonly since: number
  /** When it was last reported; null: it has not lasted long enough to be worth a word. */
  readonly reportedAt: number | null
  /** The least size since it was reported first. */
  readonly reportedSize: number
}

export type NewsEvent = "began" | "worsened" | "reminder" | "ended"

export interface News {
  readonly event: NewsEvent
  readonly problem: KnownProblem
}

/** What the state says of one sync beside its runs. `lastGood`: end of the last run that did its work; null: there was none. */
export interface Standing {
  readonly refused: number
  readonly tasks: number
  readonly unconfirmed: number
  readonly lastGood: number | null
}
