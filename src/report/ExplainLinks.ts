/** The links of an explanation as labelled sentences, from the source record to the vendor's answer. Texts are safe for a terminal. */
import * as BlockWording from "./BlockWording.ts"
import * as HeldWording from "./HeldWording.ts"
import * as Meaning from "../config/Meaning.ts"
import type { Approval } from "../model/Done.ts"
import type { Explanation, Gone, RowHistory, SourceLink, SourcePerson } from "../model/Explanation.ts"
import * as SkipWording from "./SkipWording.ts"
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

const reading = (explanation: Explanation, connection: string, view: View.View): string => {
  const read = explanation.reads.find((one) => one.connection === connection)
  if (read === undefined) return `${Terminal.visible(connection)} was never read`
  const broken = read.complete
    ? ", complete"
    : `, NOT COMPLETE (${read.incomplete.map((text) => Terminal.visible(text, WORDS)).join("; ")}): what it does not show proves nothing`
  return `last read ${Times.at(view, read.at)}${broken}`
}

/** "zendesk user 3901: tag plan_gold", on which a change rested; null where it rested on no record, as an exception does, or was made before that was kept. */
export const restsText = ({ rests }: RowHistory, explanation: Explanation): string | null => {
  if (rests === null) return null
  const known = explanation.people.find(({ connection, id }) => connection === rests.connection && id === rests.customer)
  const who = rests.customer === null ? "" : recordText(known ?? { connection: rests.connection, record: "customer", id: rests.customer })
  const what = rests.via === null ? "" : groupText(rests.via)
  return [who, what].filter((text) => text !== "").join(": ")
}

/** What the last change rested on, where the records of now do not show it. */
const elsewhere = (explanation: Explanation): ReadonlyArray<string> => {
  const last = explanation.history.findLast(({ state }) => state === "done" || state === "already")
  const rests = last?.rests ?? null
  if (last === undefined || rests === null) return []
  const shown =
    explanation.people.some(({ connection, id }) => connection === rests.connection && id === rests.customer) &&
    explanation.sources.some(
      ({ connection, id, kind, carrier }) => connection === rests.connection && id === rests.via?.id && kind === rests.via.kind && carrier === rests.via.carrier
    )
  return shown ? [] : [`${last.run} rested on ${restsText(last, explanation) ?? ""}`]
}

/** The record at the source and what stands in it. One sentence for each record and group. */
export const source = (explanation: Explanation, view: View.View): ReadonlyArray<string> => {
  const more =
    explanation.moreSources === 0 ? [] : [`and ${Wording.plural(explanation.moreSources, "more group")} behind it, of which this customer is in none`]
  const lines = explanation.people.flatMap((person) => {
    const groups = explanation.sources.filter(({ connection }) => connection === person.connection)
    const states = groups.length === 0 ? ["no group there leads to this one"] : groups.map((group) => membership(group, person, view))
    return [`${recordText(person)}${condition(person, view)}: ${states.join("; ")}; ${reading(explanation, person.connection, view)}`]
  })
  if (lines.length > 0) return [...lines, ...elsewhere(explanation), ...more]
  const reads = explanation.reads.map(({ connection }) => `nobody we know of in ${Terminal.visible(connection)}, ${reading(explanation, connection, view)}`)
  return reads.length === 0 ? ["never read"] : [...reads, ...elsewhere(explanation)]
}

const ruleText = ({ rule, ...rest }: SourceLink): string => {
  const what = groupText(rest)
  if (rule === null) return rest.gone === null ? `no rule takes ${what}` : `no rule would take ${what}`
  const include = rule.include.length === 0 ? `every ${rest.kind}` : rule.include.map((glob) => Wording.quoted(glob)).join(", ")
  const other = rule.here ? "" : ", which is another group"
  return `rule ${rule.index} (line ${rule.line}) ${include} -> ${Wording.quoted(rule.name)}${other}`
}

const exceptionText = (explanation: Explanation, view: View.View): string =>
  explanation.exceptions
    .map(({ line, what, until, ended, reason, by }) => {
      const day = until === null ? "" : ` until ${Times.at(view, until)}`
      const why = reason === "" ? "" : `: ${words(reason)}`
      return `${what}, line ${line} of the exceptions file${day}${ended ? " (over)" : ""}${why}${by === "" ? "" : ` by ${Terminal.visible(by)}`}`
    })
    .join("; ")

/** What the config makes of it now. */
export const rule = (explanation: Explanation, view: View.View): ReadonlyArray<string> => {
  const rules = [...new Set(explanation.sources.map(ruleText))]
  const blocked = explanation.group.blocked === null ? [] : [`BLOCKED: ${Terminal.visible(BlockWording.reason(explanation.group.blocked), WORDS)}`]
  const judged = explanation.rulesSince === null ? "no good run with this config yet" : `config as in the good run of ${Times.at(view, explanation.rulesSince)}`
  const exception = explanation.exceptions.length === 0 ? "exception: none" : `exception: ${exceptionText(explanation, view)}`
  return [`${rules.length === 0 ? "no rule leads to this group" : rules.join("; ")}; ${judged}`, ...blocked, exception]
}

const BASES: Readonly<Record<string, string>> = {
  email: "e-mail",
  externalId: "external id",
  file: "the map file",
  [Meaning.otherAddress]: "their second address"
}

const match = (explanation: Explanation, person: SourcePerson, view: View.View): string => {
  const target = title(view, explanation.target.connector)
  const who = explanation.people.length > 1 ? `${recordText(person)} ` : ""
  const link =
    person.link === null
      ? null
      : `${who}matched by ${Terminal.visible(BASES[person.link.basis] ?? person.link.basis)}${person.link.value === null ? "" : ` ${Terminal.visible(person.link.value)}`} to ${Terminal.visible(person.link.target)}${person.link.since === null ? ", with the next run" : `, since ${Times.at(view, person.link.since)}`}`
  if (person.ambiguous !== null) {
    const others = person.ambiguous.candidates.map((id) => Terminal.visible(id, 40)).join(", ")
    const named = others === "" ? "" : ` (${others})`
    return `${link ?? `${who}not matched`}; AMBIGUOUS, so nothing is added or removed: ${Wording.ambiguity(person.ambiguous.reason)}${named}`
  }
  if (link !== null) return explanation.customer?.gone === true ? `${link}, who is gone there` : link
  if (person.goneHow !== null || person.staff || person.excluded !== null) return `${who}not matched: only active customers are`
  if (explanation.customer !== null) return `${who}not matched yet to ${Terminal.visible(explanation.customer.id)}, who has the same address`
  if (person.lookup !== null) {
    const { askedAt, nextAt, misses } = person.lookup
    return `${who}not found in ${target} under ${Terminal.visible(person.email ?? "")}: asked ${Times.at(view, askedAt)} (${Wording.plural(misses, "time")}), not again before ${Times.at(view, nextAt)}`
  }
  return person.email === null ? `${who}not matched: no e-mail address` : `${who}not looked up in ${target} yet`
}

/** Who that is at the target, by what and since when. */
export const person = (explanation: Explanation, view: View.View): ReadonlyArray<string> => {
  if (explanation.people.length > 0) return explanation.people.map((one) => match(explanation, one, view))
  return [
    explanation.customer === null
      ? "unknown"
      : `${Terminal.visible(explanation.customer.id)} in ${title(view, explanation.target.connector)}; no customer of a source is matched to it`
  ]
}

const byRun = (run: string | null): string => (run === null ? "" : `, run ${run}`)

/** How long ago, and in which run, we added the row. */
export const added = (explanation: Explanation, view: View.View): string | null => {
  const row = explanation.history.findLast(({ op, state }) => op === "assignment.add" && state === "done")
  return row === undefined ? null : `added by us ${Times.at(view, row.at)}, run ${row.run} (${Wording.cause(row.cause)})`
}

/** What we know of the target. */
export const ledger = (explanation: Explanation, view: View.View): string => {
  const target = title(view, explanation.target.connector)
  const read = explanation.group.membersReadAt === null ? "" : `; members as of ${Times.at(view, explanation.group.membersReadAt)}`
  const was = added(explanation, view)
  if (explanation.ledger !== null) {
    const { origin, since, run } = explanation.ledger
    if (origin === "applied") return `${was ?? `added by us ${Times.at(view, since)}${byRun(run)}`}${read}`
    return `${origin === "adopted" ? "was there, taken over" : "was there, not put there by us; seen"} ${Times.at(view, since)}${byRun(run)}${read}`
  }
  if (explanation.group.gone !== null)
    return `the group was deleted in ${target}${explanation.group.gone.since === null ? "" : `, seen ${Times.at(view, explanation.group.gone.since)}`}${was === null ? "" : `; had it: ${was}`}`
  if (explanation.group.id === null) return `the group is not in ${target}: it was never made`
  const drift =
    explanation.drift === null ? "" : `taken out by hand, seen ${Times.at(view, explanation.drift.seenAt)}${explanation.drift.accepted ? ", accepted" : ""}; `
  const before = explanation.history.findLast(({ op, state }) => op === "assignment.remove" && state === "done")?.origin ?? null
  const never =
    before === "found" || before === "adopted" ? `had it: was ${before === "found" ? "found there" : "taken over"}, not put there by us` : "never had it by us"
  return `${drift}${was === null ? never : `had it: ${was}`}${read}`
}

const NEXT: Readonly<Record<Exclude<Explanation["next"], "held" | "rejected">, string>> = {
  nothing: "nothing to do",
  add: "the next sync adds it, unless a limit holds it",
  remove: "the next sync takes it, unless a limit holds it",
  refused: "refused by the vendor; tried again later",
  waits: "the removal waits",
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

export const approval = (given: Approval, view: View.View): string =>
  given.part === null ? part(given.lift ?? "", view, { what: "let through", ...given }) : part(given.part, view, { what: "approved", ...given })

/** What is planned, or who or what keeps it back: a label and a sentence. */
export const plan = (explanation: Explanation, view: View.View): readonly [string, string] => {
  const { held, next, otherSyncs, pinned } = explanation
  if (held !== null) {
    const limit = HeldWording.guardLimit(held.part)
    const open = `${Terminal.visible(held.part.id)} since ${Times.at(view, held.part.since)}, open: ${held.part.guard}${limit === "" ? "" : ` (${limit})`}`
    const would = held.op === "assignment.remove" ? "would leave" : "would join"
    const text = held.part.decision === "open" || held.decided === null ? open : part(held.part.id, view, held.decided)
    return ["held", `${text}; ${would}`]
  }
  const approved = explanation.history.at(-1)?.approval ?? null
  if (approved !== null) return ["held", approval(approved, view)]
  const ended = explanation.wishes.find((desired) => desired.lapsed !== null)?.lapsed
  const since = ended === undefined || ended === null ? "" : ` (${Wording.cause(ended.cause)}, since ${Times.at(view, ended.at)})`
  const why =
    next === "pinned"
      ? ` by the undoing of ${pinned ?? ""}`
      : next === "other-sync"
        ? ` (${otherSyncs.map((name) => Terminal.visible(name)).join(", ")})`
        : since
  const { skipped } = explanation
  const last = skipped === null ? "" : `; not done since ${skipped.run} (${Times.at(view, skipped.at)}): ${SkipWording.words[skipped.reason]}`
  return ["plan", `not held; ${next === "held" || next === "rejected" ? "nothing to do" : NEXT[next]}${why}${last}`]
}

const DONE: Readonly<Record<RowHistory["state"], (removed: boolean) => string>> = {
  done: (removed) => (removed ? "removed" : "added"),
  already: (removed) => (removed ? "was not there any more" : "was there already"),
  refused: () => "refused",
  void: () => "not carried out",
  planned: () => "not finished"
}

/** What a run did about it and what the vendor answered. */
export const ran = (explanation: Explanation, change: RowHistory, view: View.View): string => {
  const done = DONE[change.state](change.op === "assignment.remove")
  const { call } = change
  const answered = call === null ? ", no call sent" : call.answeredAt === null ? ", no answer noted" : `, answered ${Times.at(view, call.answeredAt)}`
  const detail = call === null || call.detail === null || explanation.refused !== null ? "" : `: ${words(call.detail)}`
  const given = change.approval
  const command = given === null ? change.command : given.part === null ? `${change.command} --approve ${given.lift ?? ""}` : `approve ${given.part}`
  return `${change.run} (${Terminal.visible(command)}) by ${Terminal.visible(change.by)}: ${title(view, explanation.target.connector)} ${done}${answered}${detail}; cause: ${Wording.cause(change.cause)}`
}

/** The last run that set out to do something about it, and what the vendor answered. */
export const run = (explanation: Explanation, view: View.View): string => {
  const last = explanation.history.at(-1)
  const refused = explanation.refused
  const again =
    refused === null
      ? ""
      : `; ${title(view, explanation.target.connector)} said ${words(refused.reason)} (${Wording.plural(refused.attempts, "time")}), tried again from ${Times.at(view, refused.nextAt)}`
  if (last === undefined) return `no run did anything about it${again}`
  return `${ran(explanation, last, view)}${again}`
}
