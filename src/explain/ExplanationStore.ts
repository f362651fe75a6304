/** What explaining a row asks to be looked up: people, groups, and the links between them. Answers come from the state alone. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { SyncConfig } from "../config/Config.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { CustomerRecord, ExplainedGroup, Gone, LastRead, RowFacts, SourceLink, SourcePerson } from "../model/Explanation.ts"
import type { SourceGroup } from "../model/Group.ts"

/** A record that fits what was asked for. `targets` are the numbers of the target customers that it is or is linked to. */
export interface Hit extends CustomerRecord {
  readonly number: number
  readonly targets: ReadonlyArray<{ readonly connection: string; readonly number: number }>
}

/** A person in a sync: all records at its sources, and the one at its target. */
export interface Person {
  readonly people: ReadonlyArray<Omit<SourcePerson, "record" | "connector"> & { readonly number: number }>
  readonly customer: (CustomerRecord & { readonly number: number }) | null
}

/** A group of a sync: at the target (`number`), desired (`handle`), or at the source only (`source`). */
export interface GroupRef extends ExplainedGroup {
  readonly number: number | null
  readonly source: number | null
  /** The sync has to do with it: a rule leads to it, or something was claimed or done. */
  readonly own: boolean
}

/** A source group behind a target group, as the rules look at it. */
export interface BehindGroup extends Omit<SourceLink, "connector" | "rule" | "id" | "name" | "kind" | "carrier"> {
  readonly group: SourceGroup
  /** As of `Rules.Candidate`. */
  readonly prefix: string
  readonly size: number
  readonly gone: Gone | null
}

export class ExplanationStore extends Context.Tag("groupbridge/ExplanationStore")<
  ExplanationStore,
  {
    /** Records with this address (now, or when they were matched) or one of these ids. */
    readonly find: (
      asked: { readonly address: string | null; readonly ids: ReadonlyArray<string> },
      connections: ReadonlyArray<string>
    ) => Effect.Effect<ReadonlyArray<Hit>, StateError>
    /** The person that the records are, seen from one sync: with what is linked to them at its sources and its target, and in doubt, as the next run
       would have it that saw nothing new. `customers`: how the target shows customers. */
    readonly person: (sync: SyncConfig, customers: TargetDeclaration["customers"] | null, hits: ReadonlyArray<Hit>) => Effect.Effect<Person, StateError>
    /** Groups that the person has, should have or had, by name. Rests on the mapping that was made last. */
    readonly groupsOf: (sync: SyncConfig, person: Person) => Effect.Effect<ReadonlyArray<GroupRef>, StateError>
    /** Groups that go by this name, handle or id; the surest kind of agreement only. Rests on the mapping that was made last. */
    readonly groupsNamed: (sync: SyncConfig, text: string) => Effect.Effect<ReadonlyArray<GroupRef>, StateError>
    readonly row: (sync: SyncConfig, person: Person, group: GroupRef) => Effect.Effect<RowFacts, StateError>
    /** The source groups behind a target group that the person is or was in; the first few where there is none. */
    readonly behind: (
      sync: SyncConfig,
      person: Person,
      group: GroupRef
    ) => Effect.Effect<{ readonly groups: ReadonlyArray<BehindGroup>; readonly more: number }, StateError>
    readonly reads: (sync: SyncConfig) => Effect.Effect<ReadonlyArray<LastRead>, StateError>
    /** When the sync last ended a run well with the config meaning what it means now; null: not yet. */
    readonly rulesSince: (sync: SyncConfig) => Effect.Effect<number | null, StateError>
  }
>() {}
