/** The fewest calls that cStar's API permits, worked out from nothing but what was there before and is there after. */
import type { LoggedCall } from "../../src/sandbox/Sandbox.ts"

/** Names of groups with who is in them. */
export type Holdings = Readonly<Record<string, ReadonlyArray<string>>>

const missing = (from: ReadonlyArray<string>, all: ReadonlyArray<string>): number => {
  const known = new Set(from)
  return all.filter((member) => !known.has(member)).length
}

const pack = 100

/** Calls that a list of so many rows takes at the largest page; an empty list takes one. */
export const pages = (rows: number): number => Math.max(1, Math.ceil(rows / pack))

/** One call makes a group, one adds up to 100 to a group, one removes one from a group; nothing does more. */
export const writes = (before: Holdings, after: Holdings): { readonly additions: number; readonly removals: number } => {
  let [additions, removals] = [0, 0]
  for (const [name, members] of Object.entries(after)) {
    const was = before[name]
    additions += (was === undefined ? 1 : 0) + Math.ceil(missing(was ?? [], members) / pack)
    removals += missing(members, was ?? [])
  }
  return { additions, removals }
}

/** The calls that a vendor accepted. */
export const accepted = (log: ReadonlyArray<LoggedCall>): { readonly reads: number; readonly writes: number } => {
  const calls = log.filter(({ status }) => status !== null && status < 300)
  const reads = calls.filter(({ method }) => method === "GET").length
  return { reads, writes: calls.length - reads }
}
