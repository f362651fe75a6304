/** What decides about one row, what the next run would do, and which line of the exceptions file would turn it round. Pure. */
import * as DateTime from "effect/DateTime"
import type { SyncConfig } from "../config/Config.ts"
import * as Address from "../model/Address.ts"
import type { CustomerRecord, Decisive, ExceptionLink, ExplainedGroup, Explanation, Next, RowFacts, SourceLink, SourcePerson } from "../model/Explanation.ts"
import { foldName } from "../model/Group.ts"

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

/** While it is not sure who is who, or which group is meant, no wish ends. */
const unsure: ReadonlySet<Decisive> = new Set<Decisive>(["blocked", "ambiguous", "no-address", "not-looked-up", "not-found", "target-gone"])

const judged = (facts: RowFacts, removing: boolean): Next | null => {
  const part = facts.held?.part.decision
  const same = facts.held !== null && (facts.held.op === "assignment.remove") === removing
  if (same && part === "open") return "held"
  if (same && part === "rejected") return "rejected"
  return facts.refused !== null && (facts.refused.op === "assignment.remove") === removing ? "refused" : null
}

const nextOfHas = (reason: Decisive, facts: RowFacts, removals: SyncConfig["removals"]): Next => {
  if (wanted(reason) || unsure.has(reason)) return "nothing"
  if (facts.otherSyncs.length > 0) return "other-sync"
  if (removals === "never" || (removals === "ours" && facts.ledger?.origin === "found")) return "not-ours"
  if (facts.task !== null) return "person"
  const lapsed = facts.wishes.some((wish) => wish.lapsed !== null)
  if (facts.wishes.length === 0 && removals !== "all") return "nothing"
  return judged(facts, true) ?? (facts.held?.part.decision === "approved" || !lapsed ? "remove" : "waits")
}

const nextOfMissing = (reason: Decisive, facts: RowFacts, group: ExplainedGroup): Next => {
  if (!wanted(reason)) return "nothing"
  if (facts.drift?.accepted === true) return "by-hand"
  return judged(facts, false) ?? (group.gone === null || facts.held?.part.decision === "approved" ? "add" : "by-hand")
}

/** What the next run would do if nothing changed until then. */
export const next = (reason: Decisive, facts: RowFacts, group: ExplainedGroup, removals: SyncConfig["removals"]): Next => {
  if (reason === "pinned") return "pinned"
  return facts.ledger === null ? nextOfMissing(reason, facts, group) : nextOfHas(reason, facts, removals)
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
export const exceptionLine = (told: Omit<Explanation, "exceptionLine">, now: number): string | null => {
  const { customer, decisive: reason, exceptions, group, has, ledger, removals, sources } = told
  const rule = sources.find((source) => source.rule?.here === true && source.gone === null)?.rule ?? null
  const email = customer?.email ?? told.people.find((person) => person.link !== null)?.email ?? null
  if (customer === null || customer.gone || email === null || rule === null || group.blocked !== null) return null
  if (exceptions.some((row) => !row.ended) || reason === "pinned") return null
  if (has ? reason !== "wanted" || (ledger?.origin === "found" && removals !== "all") || removals === "never" : reason === "wanted") return null
  const name = [rule.name, group.handle ?? ""].find((text) => text !== "" && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text))
  if (name === undefined || /[\p{Cc}\p{Cf}]/u.test(email)) return null
  const until = DateTime.formatIsoDateUtc(DateTime.unsafeMake(now + proposedDays * day))
  return `${field(email)},${field(name)},${has ? "never" : "always"},${until},REASON,YOUR NAME`
}
