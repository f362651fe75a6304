/** What decides about one row, what the next run would do, and which line of the exceptions file would turn it round. Pure. */
import * as DateTime from "effect/DateTime"
import type { SyncConfig } from "../config/Config.ts"
import * as Address from "../model/Address.ts"
import type { CustomerRecord, Decisive, ExceptionLink, ExplainedGroup, Explanation, Next, RowFacts, SourceLink, SourcePerson } from "../model/Explanation.ts"
import { foldName } from "../model/Group.ts"
import * as Expiry from "../reconcile/Expiry.ts"

const day = 86_400_000

/** Proposed exceptions end, so that none is forgotten. */
const proposedDays = 30

/** From the first link to the last; of several ways the one that gets furthest is told. */
const order: ReadonlyArray<Decisive> = [
  "customer-gone",
  "staff",
  "excluded",
  "group-gone",
  "not-member",
  "no-rule",
  "blocked",
  "ambiguous",
  "no-address",
  "not-looked-up",
  "not-found",
  "target-gone",
  "wanted"
]

const matched = (person: SourcePerson, customer: CustomerRecord | null): Decisive => {
  if (person.ambiguous !== null) return "ambiguous"
  if (person.link !== null) return customer?.gone === true ? "target-gone" : "wanted"
  if (customer === null && person.lookup !== null) return "not-found"
  return customer === null && person.email === null ? "no-address" : "not-looked-up"
}

const way = (person: SourcePerson, source: SourceLink, group: ExplainedGroup, customer: CustomerRecord | null): Decisive => {
  if (person.goneHow !== null) return "customer-gone"
  if (person.staff) return "staff"
  if (person.excluded !== null) return "excluded"
  // A tag is gone when nobody carries it: it comes back with the first who does.
  if (source.gone !== null && source.kind === "organization") return "group-gone"
  if (!source.members.some(({ customer }) => customer === person.id)) return "not-member"
  if (source.rule?.here !== true) return "no-rule"
  return group.blocked === null ? matched(person, customer) : "blocked"
}

type Judged = Pick<Explanation, "people" | "customer" | "group" | "sources" | "exceptions" | "reads">

export const decisive = ({ people, customer, group, sources, exceptions, reads }: Judged, pinned: boolean): Decisive => {
  const exception = exceptions.find((row) => !row.ended)
  if (pinned) return "pinned"
  if (exception !== undefined && customer !== null) return exception.what === "always" ? "exception-always" : "exception-never"
  if (reads.length === 0) return "unread"
  if (people.length === 0) return "not-at-source"
  const ways = sources.flatMap((source) =>
    people.filter(({ connection }) => connection === source.connection).map((person) => way(person, source, group, customer))
  )
  return ways.reduce<Decisive | null>((best, one) => (best === null || order.indexOf(one) > order.indexOf(best) ? one : best), null) ?? "no-rule"
}

const wanted = (reason: Decisive): boolean => reason === "wanted" || reason === "exception-always"

/** While it is not sure who is who, or which group is meant, no claim ends. */
const undecided: ReadonlySet<Decisive> = new Set<Decisive>(["blocked", "ambiguous", "no-address", "not-looked-up", "not-found", "target-gone"])

const judged = (facts: RowFacts, removing: boolean, now: number): Next | null => {
  const part = facts.held?.part.decision
  const same = facts.held !== null && (facts.held.op === "assignment.remove") === removing
  if (same && part === "open") return "held"
  if (same && part === "rejected") return "rejected"
  const { refused } = facts
  return refused !== null && (refused.op === "assignment.remove") === removing && refused.nextAt > now ? "refused" : null
}

/** How long the row's claims will have been expired in the next run: one that still stands is seen to be over then, all others miss once more. */
const expiredByThen = (wishes: RowFacts["wishes"], now: number): Expiry.Expired => ({
  reads: Math.min(...wishes.map(({ lapsed }) => (lapsed === null ? 1 : lapsed.reads + 1))),
  at: Math.max(...wishes.map(({ lapsed }) => (lapsed === null ? now : lapsed.at)))
})

const nextOfHas = (reason: Decisive, facts: RowFacts, group: ExplainedGroup, { isMapped, now, sync }: Frame): Next => {
  if (wanted(reason) || undecided.has(reason)) return "nothing"
  const { ledger, otherSyncs, skipped, task, wishes } = facts
  const row = { origin: ledger?.origin ?? "found", isMapped, claimedBy: otherSyncs.length > 0 ? ("other-sync" as const) : null, isRead: true }
  const expired = wishes.length === 0 ? { reads: Infinity, at: -Infinity } : expiredByThen(wishes, now)
  const kept = Expiry.keptBecause({ ...row, ...expired, hasGroup: group.gone === null }, sync, now)
  if (kept === "other-sync" || kept === "not-ours") return kept
  if (task !== null) return "person"
  if (kept === "no-group" || (wishes.length === 0 && sync.removals !== "all")) return "nothing"
  const decided = judged(facts, true, now)
  if (decided !== null) return decided
  return kept === "grace" || skipped?.reason === "withheld" || skipped?.reason === "unseen" ? "waits" : "remove"
}

const nextOfMissing = (reason: Decisive, facts: RowFacts, group: ExplainedGroup, { now, sync }: Frame): Next => {
  if (!wanted(reason)) return "nothing"
  if (facts.drift?.accepted === true || facts.skipped?.reason === "drift") return "by-hand"
  const restored = group.gone === null || sync.drift === "restore" || facts.held?.part.decision === "approved"
  return judged(facts, false, now) ?? (restored ? "add" : "by-hand")
}

/** What is known beside the row: the sync, whether one of its rules leads to the group, and the time (epoch ms). */
export interface Frame {
  readonly sync: Pick<SyncConfig, "removals" | "grace" | "drift">
  readonly isMapped: boolean
  readonly now: number
}

/** What the next run would do if nothing changed until then and it read the sources whole. Limits may still hold back what no run has considered yet. */
export const next = (reason: Decisive, facts: RowFacts, group: ExplainedGroup, frame: Frame): Next => {
  if (reason === "pinned") return "pinned"
  return facts.ledger === null ? nextOfMissing(reason, facts, group, frame) : nextOfHas(reason, facts, group, frame)
}

/** Lines of the exceptions file about the person and the group, by the names that such a line may use. */
export const exceptionsOf = (
  sync: SyncConfig,
  addresses: ReadonlyArray<string | null>,
  names: ReadonlyArray<string>,
  now: number
): ReadonlyArray<ExceptionLink> => {
  const known = new Set(addresses.map(Address.normalise).filter((address) => address !== null))
  const folded = new Set(names.map(foldName))
  return sync.exceptions
    .filter((row) => known.has(Address.normalise(row.email) ?? "") && (folded.has(foldName(row.group)) || names.includes(row.group)))
    .map(({ line, what, until, reason, by }) => ({ line, what, until, ended: until !== null && until < now, reason, by }))
    .sort((a, b) => Number(a.ended) - Number(b.ended))
}

const field = (text: string): string => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Only where such a line would work: the customer is known at the target by this address, and a rule leads to the group. */
export const exceptionLine = (explanation: Omit<Explanation, "exceptionLine">, now: number): string | null => {
  const { customer, decisive: reason, exceptions, group, has, ledger, removals, sources } = explanation
  const rule = sources.find((source) => source.rule?.here === true && source.gone === null)?.rule ?? null
  const email = customer?.email ?? explanation.people.find((person) => person.link !== null)?.email ?? null
  if (customer === null || customer.gone || email === null || rule === null || group.blocked !== null) return null
  if (exceptions.some((row) => !row.ended) || reason === "pinned") return null
  if (has ? reason !== "wanted" || (ledger?.origin === "found" && removals !== "all") || removals === "never" : reason === "wanted") return null
  const name = [rule.name, group.handle ?? ""].find((text) => text !== "" && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text))
  if (name === undefined || /[\p{Cc}\p{Cf}]/u.test(email)) return null
  const until = DateTime.formatIsoDateUtc(DateTime.unsafeMake(now + proposedDays * day))
  return `${field(email)},${field(name)},${has ? "never" : "always"},${until},REASON,YOUR NAME`
}
