/**
 * How long an undocumented window is, inferred from a refusal. A document that names a window of an hour says nothing of one of a minute
 * beside it; charging the refusal to the hour would cut the hour's work to what one minute takes.
 *
 * | the refusal | the window's length |
 * |---|---|
 * | says when to go on, and all calls since the last pause were made shortly before | from the first of them until then |
 * | says when to go on, after a long stretch of calls | the next usual length (1 s, 10 s, 1 min, ...) above the wait |
 * | says nothing | a minute |
 * | comes again though nothing was accepted since | from the first call that the last inference counted until the new moment |
 *
 * One that would come near the documented window's own length is not inferred: then the documented limit itself is wrong.
 */
const second = 1_000
const minute = 60 * second
const usual = [second, 10 * second, minute, 10 * minute, 60 * minute, 24 * 60 * minute]

/** Documented windows up to this length are charged themselves. */
const shortest = minute

/** Whether a shorter window that no document names may stand beside a documented one of this length, in milliseconds. */
export const mayHide = (documented: number): boolean => documented > shortest

/** Of the documented window's length: a wait from here on is that window's own. */
const ownWait = 0.25
const ownLength = 0.9

/** A stretch of calls up to so many waits long is one window's. */
const oneWindow = 10

export interface Refusal {
  readonly at: number
  /** Milliseconds that the vendor asked to wait; null: it did not say. */
  readonly wait: number | null
  /** The first call since the last pause that was accepted, or if none was, the first that the last inference counted; epoch milliseconds. */
  readonly since: number
  /** Nothing was accepted since the last refusal, so the length inferred then was not enough. */
  readonly again: boolean
}

/** Milliseconds; null: the refusal is the documented window's own. */
export const span = (documented: number, { again, at, since, wait }: Refusal): number | null => {
  if (!mayHide(documented) || (wait !== null && wait >= documented * ownWait)) return null
  const [stretch, pause] = [at - since, wait ?? minute]
  const length = again || (wait !== null && stretch <= wait * oneWindow) ? stretch + pause : (usual.find((one) => one >= pause) ?? documented)
  return length >= documented * ownLength ? null : Math.max(second, length)
}
