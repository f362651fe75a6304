/** Explains why somebody has, or has not, a group: gathers every link of the way from the state and judges them. Calls nobody. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { Explanation as Explained, SourceLink } from "../model/Explanation.ts"
import { keyText } from "../model/Group.ts"
import * as Mapping from "../reconcile/Mapping.ts"
import { MappingStore } from "../reconcile/MappingStore.ts"
import * as Naming from "../reconcile/Naming.ts"
import * as Rules from "../reconcile/Rules.ts"
import * as CustomerLookup from "./CustomerLookup.ts"
import { type BehindGroup, ExplanationStore, type GroupRef, type Hit, type Person } from "./ExplanationStore.ts"
import * as AsOf from "./AsOf.ts"
import * as Verdict from "./Verdict.ts"

/** What is asked, of which syncs, and how connections are spoken of. `groups`: what a target can do with groups. */
export interface Question {
  readonly customer: string
  readonly group: string | null
  /** A past moment (epoch milliseconds) that is asked about; null: now. */
  readonly at: number | null
  readonly syncs: ReadonlyArray<SyncConfig>
  readonly about: (connection: string) => {
    readonly connector: string
    readonly record: string
    readonly groups: TargetDeclaration["groups"] | null
    readonly customers: TargetDeclaration["customers"] | null
  }
}

export type Answer =
  | { readonly _tag: "Nobody" }
  /** Several customers fit; each as the records that are one person. */
  | { readonly _tag: "SeveralCustomers"; readonly persons: ReadonlyArray<ReadonlyArray<Hit>> }
  | { readonly _tag: "NoGroup" }
  | { readonly _tag: "SeveralGroups"; readonly groups: ReadonlyArray<GroupRef> }
  /** One for each sync and group; with no group asked for, all that concern the person. */
  | { readonly _tag: "Rows"; readonly person: ReadonlyArray<Hit>; readonly rows: ReadonlyArray<Explained> }

const sourceLink = (sync: SyncConfig, group: GroupRef, behind: BehindGroup, connector: string): SourceLink => {
  const { connection, group: source, prefix, size, ...rest } = behind
  const desired = Rules.desiredFor(sync.rules, { connection, prefix, group: source, members: size })
  return {
    ...rest,
    connection,
    connector,
    kind: source.kind,
    carrier: source.carrier,
    id: source.id,
    name: source.name,
    rule:
      desired === null
        ? null
        : {
            index: desired.rule.index,
            line: desired.rule.place.line,
            include: desired.rule.include,
            name: desired.draft.name,
            here: desired.handle === group.handle
          }
  }
}

const explainRow = (question: Question, sync: SyncConfig, person: Person, group: GroupRef) =>
  Effect.gen(function* () {
    const store = yield* ExplanationStore
    const now = yield* Clock.currentTimeMillis
    const { groups, more } = yield* store.behind(sync, person, group)
    const facts = yield* store.row(sync, person, group)
    const sources = groups.map((behind) => sourceLink(sync, group, behind, question.about(behind.connection).connector))
    const { connector } = question.about(sync.to)
    const people = person.people.map(({ number: _number, ...one }) => {
      const { connector, record } = question.about(one.connection)
      return { ...one, connector, record }
    })
    const { number: _number, source: _source, own: _own, ...shown } = group
    const names = [group.name, ...(group.handle === null ? [] : [group.handle]), ...sources.flatMap(({ rule }) => (rule?.here === true ? [rule.name] : []))]
    const addresses = [person.customer?.email ?? null, ...people.map(({ email }) => email)]
    const explanation = {
      people,
      customer: person.customer === null ? null : withoutNumber(person.customer),
      group: shown,
      sources,
      reads: yield* store.reads(sync),
      exceptions: Verdict.exceptionsOf(sync, addresses, names, now)
    }
    const decisive = Verdict.decisive(explanation, facts.pinned !== null)
    const judged = {
      ...facts,
      ...explanation,
      sync: sync.name,
      target: { connection: sync.to, connector },
      moreSources: more,
      has: facts.ledger !== null,
      decisive,
      next: Verdict.next(decisive, facts, shown, { sync, isMapped: sources.some(({ gone, rule }) => rule?.here === true && gone === null), now }),
      removals: sync.removals,
      rulesSince: yield* store.rulesSince(sync)
    }
    return {
      number: group.number,
      own: group.own,
      row: {
        ...judged,
        exceptionLine: Verdict.exceptionLine(judged, now),
        ...(question.at === null ? {} : { past: AsOf.at(facts, shown, question.at) })
      } satisfies Explained
    }
  })

const withoutNumber = <A extends { readonly number: number }>({ number: _number, ...rest }: A): Omit<A, "number"> => rest

/** The mapping of the sync as its rules have it now. It lives as long as this opening of the state. */
const map = (question: Question, sync: SyncConfig): Effect.Effect<void, StateError, MappingStore> =>
  Effect.gen(function* () {
    const store = yield* MappingStore
    const can = question.about(sync.to).groups
    const naming = can ?? Naming.free
    yield* Mapping.make(sync, naming)
    yield* store.resolve(Mapping.resolution(sync, can))
  })

const inSync = (question: Question, sync: SyncConfig, hits: ReadonlyArray<Hit>) =>
  Effect.gen(function* () {
    const store = yield* ExplanationStore
    const person = yield* store.person(sync, question.about(sync.to).customers, hits)
    if (person.customer === null && person.people.length === 0) return { groups: [], rows: [] }
    yield* map(question, sync)
    const groups = question.group === null ? yield* store.groupsOf(sync, person) : yield* store.groupsNamed(sync, question.group)
    if (question.group !== null && groups.length > 1) return { groups, rows: [] }
    return { groups, rows: yield* Effect.forEach(groups, (group) => explainRow(question, sync, person, group)) }
  })

type Found = Effect.Effect.Success<ReturnType<typeof explainRow>>

/** A group that one sync has to do with is not told again for another that only shares its target. */
const once = (found: ReadonlyArray<Found>): ReadonlyArray<Explained> => {
  const same = (a: Found, b: Found) => a.number !== null && a.number === b.number && a.row.target.connection === b.row.target.connection
  return found.filter((one, index) => one.own || !found.some((other, at) => same(one, other) && (other.own || at < index))).map(({ row }) => row)
}

/** The explanation, or what has to be asked back. */
export const explain = (question: Question): Effect.Effect<Answer, StateError, ExplanationStore | MappingStore> =>
  Effect.gen(function* () {
    const connections = [...new Set(question.syncs.flatMap((sync) => [...sync.from, sync.to]))]
    const persons = yield* CustomerLookup.persons(question.customer, connections)
    const [hits] = persons
    if (hits === undefined) return { _tag: "Nobody" }
    if (persons.length > 1) return { _tag: "SeveralCustomers", persons }
    const syncs = yield* Effect.forEach(question.syncs, (sync) => inSync(question, sync, hits))
    const several = syncs.find(({ groups, rows }) => groups.length > 0 && rows.length === 0)
    if (several !== undefined) return { _tag: "SeveralGroups", groups: several.groups }
    const rows = once(syncs.flatMap((sync) => sync.rows))
    return rows.length === 0 && question.group !== null ? { _tag: "NoGroup" } : { _tag: "Rows", person: hits, rows }
  })

/** What to type for a group so that no other is meant. */
export const nameOf = (group: GroupRef): string => group.handle ?? group.id ?? group.name

/** The key of a source group as it is typed and shown. */
export const keyOf = (source: SourceLink): string => keyText(source)
