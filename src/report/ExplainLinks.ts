/** The links of an explanation as labelled sentences, from the source record to the vendor's answer. Texts are safe for a terminal. */
import * as Meaning from "../config/Meaning.ts"
import type { Approval } from "../model/Done.ts"
import type { Explanation, Gone, RowHistory, SourceLink, SourcePerson } from "../model/Explanation.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import * as View from "./View.ts"
import * as Wording from "./Wording.ts"

/** Widest words of a vendor or a person, in columns. */
const WORDS = 300

const words = (text: string): string => `"${Terminal.visible(text, WORDS)}"`

/** "Zendesk". */
export const title = (view: View.View, connector: string): string => Terminal.visible(View.title(view, connector))

/** "zendesk user 3901". */
export const recordText = (person: Pick<SourcePerson, "connection" | "record" | "id">): string =>
  Terminal.visible(`${person.connection} ${person.record} ${person.id}`)

/** "tag plan_gold", "organization Globex", "tag vip of organizations". */
export const groupText = ({ kind, carrier, name }: Pick<SourceLink, "kind" | "carrier" | "name">): string =>
  `${kind} ${Terminal.visible(name)}${carrier === "organization" && kind !== "organization" ? " of organizations" : ""}`

const gone = (cause: Gone["cause"]): string => (cause === "absent" ? "not there any more" : cause)

const whatIsGone = (kind: SourceLink["kind"], cause: Gone["cause"]): string => {
  if (kind === "organization") return `the organization is ${gone(cause)}`
  return cause === "absent" ? "nobody has it any more" : `it is ${gone(cause)}`
}

const membership = (source: SourceLink, person: SourcePerson, view: View.View): string => {
  const member = source.members.find(({ customer }) => customer === person.id)
  const what = groupText(source)
  const lost = source.gone === null ? "" : `; ${whatIsGone(source.kind, source.gone.cause)} (seen ${Times.at(view, source.gone.at)})`
  if (member !== undefined) {
    const through = member.through === null ? "" : ` through organization ${Terminal.visible(member.through)}`
    return `${what} there${through} since the read of ${Times.at(view, member.since)}${lost}`
  }
  const { ended } = source
  if (ended === null) return `${what} is not there${lost}`
  const who = `. Who: see ${title(view, source.connector)}'s audit log`
  if (ended.thereAt === null) return `${what} gone in the read of ${Times.at(view, ended.at)}${lost}${who}`
  return `${what} there at ${Times.at(view, ended.thereAt)}, gone at ${Times.at(view, ended.at)}${lost}${who}`
}

const condition = (person: SourcePerson, view: View.View): string => {
  if (person.goneHow !== null) return ` (${gone(person.goneHow.cause)}, seen ${Times.at(view, person.goneHow.at)})`
  if (person.staff) return " (staff, and so in no group)"
  return person.excluded === null ? "" : ` (left out: ${Terminal.visible(person.excluded)})`
}

const reading = (told: Explanation, connection: string, view: View.View): string => {
  const read = told.reads.find((one) => one.connection === connection)
  if (read === undefined) return `${Terminal.visible(connection)} was never read`
  const broken = read.complete
    ? ", complete"
    : `, NOT COMPLETE (${read.incomplete.map((text) => Terminal.visible(text, WORDS)).join("; ")}): what it does not show proves nothing`
  return `last read ${Times.at(view, read.at)}${broken}`
}

/** "zendesk user 3901: tag plan_gold", on which a change rested; null where it rested on no record, as an exception does, or was made before that was kept. */
export const restsText = ({ rests }: RowHistory, told: Explanation): string | null => {
  if (rests === null) return null
  const known = told.people.find(({ connection, id }) => connection === rests.connection && id === rests.customer)
  const who = rests.customer === null ? "" : recordText(known ?? { connection: rests.connection, record: "customer", id: rests.customer })
  const what = rests.via === null ? "" : groupText(rests.via)
  return [who, what].filter((text) => text !== "").join(": ")
}

/** What the last change rested on, where the records of now do not show it. */
const elsewhere = (told: Explanation): ReadonlyArray<string> => {
  const last = told.history.findLast(({ state }) => state === "done" || state === "already")
  const rests = last?.rests ?? null
  if (last === undefined || rests === null) return []
  const shown =
    told.people.some(({ connection, id }) => connection === rests.connection && id === rests.customer) &&
    told.sources.some(
      ({ connection, id, kind, carrier }) => connection === rests.connection && id === rests.via?.id && kind === rests.via.kind && carrier === rests.via.carrier
    )
  return shown ? [] : [`${last.run} rested on ${restsText(last, told) ?? ""}`]
}

/** The record at the source and what stands in it. One sentence for each record and group. */
export const source = (told: Explanation, view: View.View): ReadonlyArray<string> => {
  const more = told.moreSources === 0 ? [] : [`and ${Wording.plural(told.moreSources, "more group")} behind it, of which this customer is in none`]
  const lines = told.people.flatMap((person) => {
    const groups = told.sources.filter(({ connection }) => connection === person.connection)
    const states = groups.length === 0 ? ["no group there leads to this one"] : groups.map((group) => membership(group, person, view))
    return [`${recordText(person)}${condition(person, view)}: ${states.join("; ")}; ${reading(told, person.connection, view)}`]
  })
  if (lines.length > 0) return [...lines, ...elsewhere(told), ...more]
  const reads = told.reads.map(({ connection }) => `nobody we know of in ${Terminal.visible(connection)}, ${reading(told, connection, view)}`)
  return reads.length === 0 ? ["never read"] : [...reads, ...elsewhere(told)]
}

const ruleText = ({ rule, ...rest }: SourceLink): string => {
  const what = groupText(rest)
  if (rule === null) return rest.gone === null ? `no rule takes ${what}` : `no rule would take ${what}`
  const include = rule.include.length === 0 ? `every ${rest.kind}` : rule.include.map((glob) => Wording.quoted(glob)).join(", ")
  const other = rule.here ? "" : ", which is another group"
  return `rule ${rule.index} (line ${rule.line}) ${include} -> ${Wording.quoted(rule.name)}${other}`
}

const exceptionText = (told: Explanation, view: View.View): string =>
  told.exceptions
    .map(({ line, what, until, ended, reason, by }) => {
      const day = until === null ? "" : ` until ${Times.at(view, until)}`
      const why = reason === "" ? "" : `: ${words(reason)}`
      return `${what}, line ${line} of the exceptions file${day}${ended ? " (over)" : ""}${why}${by === "" ? "" : ` by ${Terminal.visible(by)}`}`
    })
    .join("; ")

/** What the config makes of it now. */
export const rule = (told: Explanation, view: View.View): ReadonlyArray<string> => {
  const rules = [...new Set(told.sources.map(ruleText))]
  const blocked = told.group.blocked === null ? [] : [`BLOCKED: ${Terminal.visible(told.group.blocked, WORDS)}`]
  const judged = told.rulesSince === null ? "no good run with this config yet" : `config as in the good run of ${Times.at(view, told.rulesSince)}`
  const exception = told.exceptions.length === 0 ? "exception: none" : `exception: ${exceptionText(told, view)}`
  return [`${rules.length === 0 ? "no rule leads to this group" : rules.join("; ")}; ${judged}`, ...blocked, exception]
}

const BASES: Readonly<Record<string, string>> = {
  email: "e-mail",
  externalId: "external id",
  file: "the map file",
  [Meaning.otherAddress]: "their second address"
}

const match = (told: Explanation, person: SourcePerson, view: View.View): string => {
  const target = title(view, told.target.connector)
  const who = told.people.length > 1 ? `${recordText(person)} ` : ""
  const link =
    person.link === null
      ? null
      : `${who}matched by ${Terminal.visible(BASES[person.link.basis] ?? person.link.basis)}${person.link.value === null ? "" : ` ${Terminal.visible(person.link.value)}`} to ${Terminal.visible(person.link.target)}, since ${Times.at(view, person.link.since)}`
  if (person.ambiguous !== null) {
    const others = person.ambiguous.candidates.map((id) => Terminal.visible(id, 40)).join(", ")
    return `${link ?? `${who}not matched`}; AMBIGUOUS, so nothing is added or removed: ${Terminal.visible(person.ambiguous.reason, WORDS)} (${others})`
  }
  if (link !== null) return told.customer?.gone === true ? `${link}, who is gone there` : link
  if (person.goneHow !== null || person.staff || person.excluded !== null) return `${who}not matched: only active customers are`
  if (told.customer !== null) return `${who}not matched yet to ${Terminal.visible(told.customer.id)}, who has the same address`
  if (person.lookup !== null) {
    const { askedAt, nextAt, misses } = person.lookup
    return `${who}not found in ${target} under ${Terminal.visible(person.email ?? "")}: asked ${Times.at(view, askedAt)} (${Wording.plural(misses, "time")}), not again before ${Times.at(view, nextAt)}`
  }
  return person.email === null ? `${who}not matched: no e-mail address` : `${who}not looked up in ${target} yet`
}

/** Who that is at the target, by what and since when. */
export const person = (told: Explanation, view: View.View): ReadonlyArray<string> => {
  if (told.people.length > 0) return told.people.map((one) => match(told, one, view))
  return [
    told.customer === null
      ? "unknown"
      : `${Terminal.visible(told.customer.id)} in ${title(view, told.target.connector)}; no customer of a source is matched to it`
  ]
}

const byRun = (run: string | null): string => (run === null ? "" : `, run ${run}`)

/** How long ago, and in which run, we added the row. */
export const added = (told: Explanation, view: View.View): string | null => {
  const row = told.history.findLast(({ op, state }) => op === "assignment.add" && state === "done")
  return row === undefined ? null : `added by us ${Times.at(view, row.at)}, run ${row.run} (${Wording.cause(row.cause)})`
}

/** What we know of the target. */
export const ledger = (told: Explanation, view: View.View): string => {
  const target = title(view, told.target.connector)
  const read = told.group.membersReadAt === null ? "" : `; members as of ${Times.at(view, told.group.membersReadAt)}`
  const was = added(told, view)
  if (told.ledger !== null) {
    const { origin, since, run } = told.ledger
    if (origin === "applied") return `${was ?? `added by us ${Times.at(view, since)}${byRun(run)}`}${read}`
    return `${origin === "adopted" ? "was there, taken over" : "was there, not put there by us; seen"} ${Times.at(view, since)}${byRun(run)}${read}`
  }
  if (told.group.gone !== null)
    return `the group was deleted in ${target}${told.group.gone.since === null ? "" : `, seen ${Times.at(view, told.group.gone.since)}`}${was === null ? "" : `; had it: ${was}`}`
  if (told.group.id === null) return `the group is not in ${target}: it was never made`
  const drift = told.drift === null ? "" : `taken out by hand, seen ${Times.at(view, told.drift.seenAt)}${told.drift.accepted ? ", accepted" : ""}; `
  const before = told.history.findLast(({ op, state }) => op === "assignment.remove" && state === "done")?.origin ?? null
  const never =
    before === "found" || before === "adopted" ? `had it: was ${before === "found" ? "found there" : "taken over"}, not put there by us` : "never had it by us"
  return `${drift}${was === null ? never : `had it: ${was}`}${read}`
}

const NEXT: Readonly<Record<Exclude<Explanation["next"], "held" | "rejected">, string>> = {
  nothing: "nothing to do",
  add: "the next sync adds it",
  remove: "the next sync takes it",
  refused: "refused by the vendor; tried again later",
  waits: "the removal waits: time of grace, or a read that was not complete",
  "not-ours": "left alone: not ours to remove",
  "by-hand": "left alone: taken out by hand at the target",
  pinned: "pinned: left as it is",
  "other-sync": "kept: another sync wants it too",
  person: "waits for a person who takes it out by hand"
}

const part = (
  id: string,
  view: View.View,
  decided: { readonly what: string; readonly by: string; readonly at: number; readonly reason: string | null }
): string =>
  `${Terminal.visible(id)}, ${decided.what} ${Times.at(view, decided.at)} by ${Terminal.visible(decided.by)}${decided.reason === null ? "" : `: ${words(decided.reason)}`}`

export const approval = (given: Approval, view: View.View): string => part(given.part, view, { what: "approved", ...given })

/** What is planned, or who or what keeps it back: a label and a sentence. */
export const plan = (told: Explanation, view: View.View): readonly [string, string] => {
  const { held, next, otherSyncs, pinned } = told
  if (held !== null) {
    const limit = Wording.guardLimit(held.part)
    const open = `${Terminal.visible(held.part.id)} since ${Times.at(view, held.part.since)}, open: ${held.part.guard}${limit === "" ? "" : ` (${limit})`}`
    const would = held.op === "assignment.remove" ? "would leave" : "would join"
    const text = held.part.decision === "open" || held.decided === null ? open : part(held.part.id, view, held.decided)
    return ["held", `${text}; ${would}`]
  }
  const approved = told.history.at(-1)?.approval ?? null
  if (approved !== null) return ["held", approval(approved, view)]
  const ended = told.wishes.find((wish) => wish.lapsed !== null)?.lapsed
  const since = ended === undefined || ended === null ? "" : ` (${Wording.cause(ended.cause)}, since ${Times.at(view, ended.at)})`
  const why =
    next === "pinned"
      ? ` by the undoing of ${pinned ?? ""}`
      : next === "other-sync"
        ? ` (${otherSyncs.map((name) => Terminal.visible(name)).join(", ")})`
        : since
  return ["plan", `not held; ${next === "held" || next === "rejected" ? "nothing to do" : NEXT[next]}${why}`]
}

const DONE: Readonly<Record<RowHistory["state"], (removed: boolean) => string>> = {
  done: (removed) => (removed ? "removed" : "added"),
  already: (removed) => (removed ? "was not there any more" : "was there already"),
  refused: () => "refused",
  void: () => "not carried out",
  planned: () => "not finished"
}

/** What a run did about it and what the vendor answered. */
export const ran = (told: Explanation, change: RowHistory, view: View.View): string => {
  const done = DONE[change.state](change.op === "assignment.remove")
  const { call } = change
  const answered = call === null ? ", no call sent" : call.answeredAt === null ? ", no answer noted" : `, answered ${Times.at(view, call.answeredAt)}`
  const detail = call === null || call.detail === null || told.refused !== null ? "" : `: ${words(call.detail)}`
  const command = change.approval === null ? change.command : `approve ${change.approval.part}`
  return `${change.run} (${Terminal.visible(command)}) by ${Terminal.visible(change.by)}: ${title(view, told.target.connector)} ${done}${answered}${detail}; cause: ${Wording.cause(change.cause)}`
}

/** The last run that set out to do something about it, and what the vendor answered. */
export const run = (told: Explanation, view: View.View): string => {
  const last = told.history.at(-1)
  const refused = told.refused
  const again =
    refused === null
      ? ""
      : `; ${title(view, told.target.connector)} said ${words(refused.reason)} (${Wording.plural(refused.attempts, "time")}), tried again from ${Times.at(view, refused.nextAt)}`
  if (last === undefined) return `no run did anything about it${again}`
  return `${ran(told, last, view)}${again}`
}
