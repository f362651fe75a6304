/** How far a run is: one line that a terminal redraws, or now and then a line for logs. */
import * as Columns from "./Columns.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

export interface ProgressState {
  /** What is under way: "customers: fill". */
  readonly label: string
  readonly done: number
  /** Null while nobody knows. */
  readonly total: number | null
  readonly calls: number
  /** Calls an hour at present; null before there is a pace. */
  readonly rate: number | null
  /** Of what the budget allows, 0 to 1; null where no limit is known. */
  readonly shareOfAllowance: number | null
  /** Answers "too many requests" so far. */
  readonly limited: number
  /** Epoch milliseconds; null while nobody knows. */
  readonly endsAt: number | null
}

/** "customers: fill 25 %  1,311/6,032  1,540 calls, 790/h, 97 % of allowance, 0 x 429  9 h 43 left (Sat 05:10)", cut to `width` columns. */
export const render = (state: ProgressState, width: number, view: Pick<View, "now" | "zone">): string => {
  const share = state.total === null || state.total === 0 ? "" : ` ${Math.floor((100 * Math.min(state.done, state.total)) / state.total)} %`
  const pace = [
    Wording.plural(state.calls, "call"),
    ...(state.rate === null ? [] : [`${Wording.number(Math.round(state.rate))}/h`]),
    ...(state.shareOfAllowance === null ? [] : [`${Math.round(100 * state.shareOfAllowance)} % of allowance`]),
    `${Wording.number(state.limited)} x 429`
  ]
  const end = state.endsAt === null ? "" : `${Times.duration(Math.max(0, state.endsAt - view.now))} left (${Times.at(view, state.endsAt)})`
  const amount = state.total === null ? Wording.number(state.done) : `${Wording.number(state.done)}/${Wording.number(state.total)}`
  // Narrow terminals lose the pace first: how far and until when is what people look for.
  const full = Columns.line([Terminal.visible(state.label, 40) + share, amount, pace.join(", "), end], [])
  if (Terminal.width(full) <= width) return full
  return Terminal.cut(Columns.line([Terminal.visible(state.label, 40) + share, amount, end], []), width)
}

/** Least time between two lines where nothing can be redrawn. */
export const EVERY = 30_000

/** Whether a plain line is due: `EVERY` after the last one (`last` null: none yet), and at the end if any was printed before. */
export const due = (state: ProgressState, now: number, started: number, last: number | null): boolean => {
  if (state.total !== null && state.done >= state.total) return last !== null
  return now - (last ?? started) >= EVERY
}
