/** How long a target's lists may lag behind what was written, and what that means for a look at them. Times are milliseconds. */
import type { TargetDeclaration } from "../contract/Target.ts"

/** Rows written less than so long ago are waited for where a target does not declare its lag. */
const assumed = 5000

export interface ReadLag {
  /** After so long a list that still lacks a row, or shows it, says so. */
  readonly millis: number
  /** The target declares it. Where it does not, no loss is concluded from one look. */
  readonly declared: boolean
  /** The longest wait for a list. Null: as long as it takes. */
  readonly maxWait: number | null
}

export const of = ({ lag }: TargetDeclaration, maxWait: number | null): ReadLag => ({ millis: lag ?? assumed, declared: lag !== undefined, maxWait })

/** How long to wait until a list shows what was written at `at`; 0: it does by now. Null: longer than may be waited, so that nothing is concluded. */
export const wait = ({ maxWait, millis }: ReadLag, at: number | null, now: number): number | null => {
  const left = at === null ? 0 : Math.max(0, at + millis - now)
  return left <= (maxWait ?? Infinity) ? left : null
}
