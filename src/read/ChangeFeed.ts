/** Whether a stream's changes are enough to know it, or all of it must be read. Pure. */
import type { StreamDeclaration } from "../contract/Source.ts"
import type { Cursor } from "./SnapshotStore.ts"

export interface Occasion {
  /** Epoch milliseconds. */
  readonly now: number
  /** The longest time between two full reads, in milliseconds; 0: every read is one. */
  readonly fullEvery: number
  /** This read must be a full one. */
  readonly full: boolean
}

/** From where on the changes are to be read; null: when in doubt all is read. `cursor`: the one kept for the stream under the present basis. */
export const since = ({ changes }: StreamDeclaration, cursor: Cursor | undefined, { full, fullEvery, now }: Occasion): string | null => {
  if (full || changes === undefined || cursor === undefined) return null
  // A clock that went back tells nothing about the time between two reads.
  if (now < cursor.readAt || cursor.readAt < cursor.fullAt || now - cursor.fullAt >= fullEvery) return null
  // A run right after this one waits for something that the vendor reports only later.
  return now - cursor.readAt < changes.lag ? null : cursor.value
}
