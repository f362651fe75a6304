/**
 * Why a change that would make the target true is not made in this run and is not held either. The codes stand in SQL; a plan's temporary
 * table refuses every other. The first reason that applies stays.
 *
 * | code | the change waits for, or is left undone by |
 * |---|---|
 * | `withheld` | a complete read that proves the absence it rests on |
 * | `unseen` | a look at the group's members in the same run (`removals: all`) |
 * | `ambiguous` | a customer who may be several, or whom several match |
 * | `blocked` | a desired group that is not written to: see `BlockReason` |
 * | `drift` | `drift: accept`, or a decision: it was taken out by hand and stays out |
 * | `pinned` | `release` of the run that had made it and was undone |
 * | `refused` | the end of the back-off after the vendor refused it |
 * | `no-group` | its group, which this run does not make |
 * | `nobody-in-it` | somebody who would be in the new group |
 * | `rejected` | the source to change: a person rejected it |
 * | `task` | a person who does it by hand |
 * | `only`, `not-in-plan` | a run that is not restricted to groups, to a part or to a saved plan |
 * | `later` | a run with calls left |
 */
export const skipReasons = [
  "withheld",
  "unseen",
  "ambiguous",
  "blocked",
  "drift",
  "pinned",
  "refused",
  "no-group",
  "nobody-in-it",
  "rejected",
  "task",
  "only",
  "not-in-plan",
  "later"
] as const

export type SkipReason = (typeof skipReasons)[number]
