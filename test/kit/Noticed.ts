/** What is news of one result, given what was known before it, as commands put it together. */
import type { KnownProblem } from "../../src/model/Problem.ts"
import type { SyncResult } from "../../src/model/Result.ts"
import * as News from "../../src/notify/News.ts"
import * as Problems from "../../src/notify/Problems.ts"
import type { Reported } from "../../src/report/NewsText.ts"

export const day = 86_400_000

export const noticed = (
  result: SyncResult,
  known: ReadonlyArray<KnownProblem> = [],
  lastGood: number | null = null,
  config: Reported["config"] = null
): { readonly reported: Reported; readonly known: ReadonlyArray<KnownProblem> } => {
  const standing = { refused: result.refused.length, tasks: result.tasks, unconfirmed: 0, lastGood }
  const judged = News.judge(known, Problems.of(result, "cstar", standing, result.held, config !== null), 7 * day)
  return { reported: { result, news: judged.news, parts: result.held, ended: new Map(), config }, known: judged.known }
}
