/** Notices: what is news, in counts and ids. */
import type { HeldPart } from "../model/Change.ts"
import type { Notice } from "../model/Notice.ts"
import type { KnownProblem, News } from "../model/Problem.ts"
import * as HeldWording from "./HeldWording.ts"
import { plural } from "./Numbers.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import * as Wording from "./Wording.ts"
import type { RunFailure } from "../model/Result.ts"

const about = ({ connection, kind, size, subject }: KnownProblem, part: HeldPart | undefined): string => {
  const at = connection === "" ? "" : `${Terminal.visible(connection)}: `
  switch (kind) {
    case "failed":
      return `${at}${Wording.failure(subject as RunFailure["kind"])}, nothing is added or removed`
    case "stale":
      return "nothing good for a day: each run finds another one under way"
    case "unread":
      return `${at}not read whole`
    case "held":
      return part === undefined ? `${Terminal.visible(subject)} (${plural(size, "change")})` : `${Terminal.visible(subject)} holds: ${HeldWording.short(part)}`
    case "refused":
      return `${at}${plural(size, "row")} refused`
    case "tasks":
      return `${plural(size, "change")} to be made by hand`
    case "unconfirmed":
      return `${at}${plural(size, "membership")} of which it is not confirmed that they are ours`
    case "blocked":
      return `${at}${plural(size, "group")} left alone for the name`
    case "config":
      return "the config file does not load"
    case "clock":
      return "the clock of the machine went back: stored times later than now are not believed"
  }
}

const commands: Readonly<Record<Exclude<KnownProblem["kind"], "held" | "unconfirmed">, string>> = {
  failed: "groupbridge check",
  stale: "groupbridge status",
  unread: "groupbridge check",
  refused: "groupbridge status",
  tasks: "groupbridge done --csv",
  blocked: "groupbridge plan",
  config: "groupbridge check",
  clock: "groupbridge plan"
}

const next = ({ event, problem: { kind, subject, sync } }: News): string | null => {
  if (event === "ended") return null
  if (kind === "held") return `groupbridge held ${subject}`
  return kind === "unconfirmed" ? `groupbridge confirm ${sync}` : commands[kind]
}

/** A problem that stands, for `status`: what it is, and what to type. */
export const standing = (problem: KnownProblem): string => `${about(problem, undefined)}   ${next({ event: "reminder", problem })}`

const words: Readonly<Record<News["event"], string>> = { began: "", worsened: "worse: ", reminder: "still: ", ended: "over: " }

/** `parts`: what is held, as the state has it. */
export const of = (news: News, parts: ReadonlyArray<HeldPart>): Notice => {
  const { event, problem } = news
  const { connection, kind, since, size, subject, sync } = problem
  const part = kind === "held" ? parts.find(({ id }) => id === subject) : undefined
  return {
    groupbridge: "notice/1",
    event,
    problem: kind,
    sync,
    connection: connection === "" ? null : connection,
    id: kind === "held" ? subject : null,
    counts: part === undefined ? { rows: size } : { rows: size, leave: part.leave, join: part.join },
    since: Times.iso(since),
    text: `${words[event]}${about(problem, part)}`,
    next: next(news)
  }
}

/** What `notify --test` sends. */
export const test = (at: number): Notice => ({
  groupbridge: "notice/1",
  event: "began",
  problem: "test",
  sync: "",
  connection: null,
  id: null,
  counts: {},
  since: Times.iso(at),
  text: "a test: notices of Groupbridge arrive here",
  next: null
})

/** One line a notice, for a channel or a mail. */
export const line = ({ next, sync, text }: Notice): string => `${sync === "" ? "" : `${sync}: `}${text}${next === null ? "" : `. Next: ${next}`}`
