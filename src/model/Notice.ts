/** A message about a problem, for a program or a channel: counts and ids, and no customer's name or address. The keys are a promise. */
import type { NewsEvent, ProblemKind } from "./Problem.ts"

export interface Notice {
  readonly groupbridge: "notice/1"
  readonly event: NewsEvent
  readonly problem: ProblemKind | "test"
  readonly sync: string
  readonly connection: string | null
  /** The held part, where it is about one. */
  readonly id: string | null
  readonly counts: Readonly<Record<string, number>>
  /** ISO 8601. */
  readonly since: string
  readonly text: string
  /** What a person types next; null: nothing. */
  readonly next: string | null
}
