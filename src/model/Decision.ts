/** Decisions of people, and pieces of long lists. */

/** A piece of a long list; `next` is where the following one starts, null at the end. */
export interface Page<A> {
  readonly rows: ReadonlyArray<A>
  readonly next: string | null
}

/** Who decides: "petra" at "ops1", and why. */
export interface Decider {
  readonly who: string
  readonly host: string
  readonly reason: string | null
}

/** What was decided on a part last. */
export interface Decided extends Decider {
  readonly what: string
  readonly at: number
}

export type Verdict = "approved" | "rejected"

/** Changes of a held part that a person decides on, by the state's numbers of target groups and target customers; null: all. */
export interface Choice {
  readonly groups: ReadonlyArray<number> | null
  readonly customers: ReadonlyArray<number> | null
  /** The groups and the customer by name, as the log keeps them. */
  readonly named: ReadonlyArray<string>
}

/** What of a held part a decision is about: so many of its changes. `rest`: the part in which the others wait as before; null: all are decided on. */
export interface Share {
  readonly changes: number
  readonly rest: string | null
}

/** One line of the log of decisions. `lift`: the limit that a script raised once, `removals=400`, in the run `run`; null for others. */
export interface DecisionRow extends Decided {
  /** What it is about: `H-14`, `r-12`, `T-3`, a sync, a connection. */
  readonly subject: string
  readonly lift: string | null
  readonly run: string | null
  /** Set where a person chose some of a part's changes, by the names of their groups and customer. */
  readonly share: (Share & { readonly named: ReadonlyArray<string> }) | null
}
