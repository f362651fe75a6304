/** One change that a run sent or met, and what came of it: a row of the record that audits are made from. */
import type { Origin } from "./Cause.ts"
import type { Change } from "./Change.ts"

/** Who approved a change, in which held part and why, or by raising which limit once (`lift`: "removals=400"). `at` is epoch milliseconds. */
export interface Approval {
  readonly part: string | null
  readonly lift?: string
  readonly by: string
  readonly at: number
  readonly reason: string | null
}

export interface Done extends Change {
  /** When it was settled, epoch milliseconds. */
  readonly at: number
  readonly run: string
  /** The command that made it: "sync", "approve H-14", "undo r-12". */
  readonly command: string
  /** Who started the run: "petra@ops1". */
  readonly by: string
  /** `done`: by our call. `already`: the target was so before. `refused`: the vendor said no. */
  readonly outcome: "done" | "already" | "refused"
  /** What the ledger said of the row before; null: it had none. */
  readonly origin: Origin | null
  readonly approval: Approval | null
  /** The call that settled it, and the vendor's words where it gave any; null: no call was needed. */
  readonly answer: { readonly outcome: string | null; readonly status: number | null; readonly at: number | null; readonly detail: string | null } | null
}
