/** When a problem is news: it begins, worsens, is reported again while it lasts, and ends. Pure; times are epoch milliseconds. */
import type { KnownProblem, News, NewsEvent, Problem, ProblemKind } from "../model/Problem.ts"

/** What one run of a sync found. */
export interface Found {
  readonly sync: string
  readonly present: ReadonlyArray<Problem>
  /** Whether the absence of problems of this kind shows that they are over. */
  readonly settles: (kind: ProblemKind) => boolean
  readonly startedAt: number
  readonly endedAt: number
}

const hour = 3_600_000

/** The next run gets over most of these by itself: they are news once they have lasted so long. */
const patience = ({ kind, subject }: Problem): number => (kind === "unread" || (kind === "failed" && subject === "unavailable") ? hour : 0)

/** A held part changes a little from run to run, and one that waits as a whole has no size; each further row of anything else is one more to look at. */
const hasWorsened = ({ kind, reportedSize }: KnownProblem, size: number): boolean => size > reportedSize && (kind !== "held" || size >= 2 * reportedSize)

const same = (a: Problem, b: Problem): boolean => a.kind === b.kind && a.sync === b.sync && a.connection === b.connection && a.subject === b.subject

const isOfConnection = ({ connection, kind }: Problem): boolean => connection !== "" && (kind === "failed" || kind === "unread")

/** A connection that fails does so for every sync that uses it, and a config that does not load is that of all syncs: each is one problem. */
const isShared = (problem: Problem): boolean => isOfConnection(problem) || problem.kind === "config"

const sharedWith = (a: Problem, b: Problem): boolean => a.sync !== b.sync && isShared(a) && same({ ...a, sync: b.sync }, b)

/** A connection that fails in another way now does not fail in the former one any more. */
const takesPlaceOf = (a: Problem, b: Problem): boolean => a.sync === b.sync && a.connection === b.connection && isOfConnection(a) && isOfConnection(b)

const eventOf = (known: KnownProblem, size: number, now: number, remindMillis: number): NewsEvent | null => {
  if (known.reportedAt === null) return now - known.since >= patience(known) ? "began" : null
  if (hasWorsened(known, size)) return "worsened"
  return now - known.reportedAt >= remindMillis ? "reminder" : null
}

const stillThere = (problem: Problem, known: ReadonlyArray<KnownProblem>, { endedAt, startedAt }: Found, remindMillis: number) => {
  const elsewhere = known.find((other) => other.reportedAt !== null && sharedWith(problem, other))
  const before: KnownProblem = known.find((one) => same(one, problem)) ?? {
    ...problem,
    since: elsewhere?.since ?? startedAt,
    reportedAt: null,
    reportedSize: problem.size
  }
  const reportedAt = elsewhere === undefined ? before.reportedAt : Math.max(before.reportedAt ?? 0, elsewhere.reportedAt ?? 0)
  const event = eventOf({ ...before, reportedAt }, problem.size, endedAt, remindMillis)
  const after: KnownProblem = {
    ...before,
    size: problem.size,
    reportedAt: event === null ? reportedAt : endedAt,
    reportedSize: event === null ? Math.min(before.reportedSize, problem.size) : problem.size
  }
  return { after, event }
}

/**
 * What is news after a run of one sync, and what is known then, of all syncs. `known` is what was known before. What was never reported ends
 * without a word, and so does a failure of a connection that another sync still meets.
 */
export const judge = (
  known: ReadonlyArray<KnownProblem>,
  found: Found,
  remindMillis: number
): { readonly news: ReadonlyArray<News>; readonly known: ReadonlyArray<KnownProblem> } => {
  const present = found.present.map((problem) => stillThere(problem, known, found, remindMillis))
  const others = known.filter(({ sync }) => sync !== found.sync)
  const absent = known.filter((one) => one.sync === found.sync && !found.present.some((problem) => same(one, problem)))
  const isReplaced = (one: KnownProblem): boolean => found.present.some((problem) => takesPlaceOf(problem, one))
  const over = absent.filter((one) => !isReplaced(one) && found.settles(one.kind))
  const ended = over.filter((one) => one.reportedAt !== null && !others.some((other) => sharedWith(one, other)))
  return {
    news: [
      ...present.flatMap(({ after, event }): ReadonlyArray<News> => (event === null ? [] : [{ event, problem: after }])),
      ...ended.map((problem): News => ({ event: "ended", problem }))
    ],
    known: [...others, ...absent.filter((one) => !isReplaced(one) && !over.includes(one)), ...present.map(({ after }) => after)]
  }
}
