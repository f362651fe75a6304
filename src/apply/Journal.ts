/** What applying asks to be remembered: every call's intent before it is sent and its outcome after, and what the plan still has to do. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { ChangeOp } from "../model/Change.ts"
import type { GroupDraft, GroupMark, TargetGroup } from "../model/Group.ts"

/** What a call does: a planned change, or the run's number written onto a group (see `LastWriter`). */
export type CallOp = ChangeOp | "group.mark"

/** A run that may write: its number, and the lease that every intent is checked against. */
export interface Writer {
  readonly run: number
  readonly lease: number
  readonly to: string
}

/** A group as a call names it. `id` is null while it is not made. */
export interface CallGroup {
  readonly number: number
  readonly id: string | null
  readonly name: string
  readonly handle: string | null
}

/** A row of a call: its group, and the state's number and the target's id of its customer. `absent`: this run's own read had seen that it was not so. */
export interface CallRow {
  readonly group: CallGroup
  readonly number: number
  readonly id: string
  readonly email: string | null
  readonly absent: boolean
  /** Since when it has been asked for by calls whose answers were lost, by our clock (epoch ms); null: no such call is open. */
  readonly lostSince: number | null
}

/** A call whose intent is stored. Times by our clock; add `clockOffset` for the server's. `null`: no answer has told it yet. */
export interface OpenCall {
  readonly call: number
  readonly connection: string
  readonly op: CallOp
  /** What its rows have in common. */
  readonly by: "group" | "customer"
  /** Of a call by customer the group of its first row. */
  readonly group: CallGroup
  readonly rows: ReadonlyArray<CallRow>
  /** Of a retry: when what it retries was first intended. */
  readonly intentAt: number
  readonly clockOffset: number | null
  /** The call is about a group that its own run made: nobody else has had time to put anybody into it. */
  readonly madeNow: boolean
  /** Random, one for each intent, carried on by its retry alone; null for a call of an older version. */
  readonly key: string | null
  /** Whether an earlier call carried the same key: the vendor may answer this one as it did that, without looking. */
  readonly retry: boolean
}

export type RowOutcome =
  /** We changed it. */
  | "applied"
  /** It was so before we came. */
  | "found"
  /** It is not so: still to be done. */
  | "undone"
  /** It does not show, but the answer is lost: still to be done, and ours if it shows later. */
  | "lost"
  /** The answer is lost and nothing can be read back: believed, and asked for again as long as it is claimed. */
  | "unknown"

export interface WorkGroup {
  readonly group: number
  readonly id: string | null
  readonly name: string
  readonly create: boolean
  readonly update: boolean
  readonly delete: boolean
  readonly adds: number
  readonly removes: number
}

/** A customer with planned rows. `name`: as a person knows them. */
export interface WorkCustomer {
  readonly customer: number
  readonly id: string
  readonly name: string
}

/** Groups with work: `adds` with creations and renames, `removes` with deletions; the other two are the changes of groups alone. */
export type GroupPhase = "adds" | "removes" | "changes" | "deletions"

export class Journal extends Context.Tag("groupbridge/Journal")<
  Journal,
  {
    /** Calls of the target whose outcome is not known: of a run that was killed. */
    readonly openCalls: (to: string) => Effect.Effect<ReadonlyArray<OpenCall>, StateError>
    /** The first groups with planned work, most rows first. */
    readonly work: (run: number, phase: GroupPhase, limit: number) => Effect.Effect<ReadonlyArray<WorkGroup>, StateError>
    /** The first customers with planned rows of that kind, `most` or fewest rows first. */
    readonly customers: (
      run: number,
      op: "assignment.add" | "assignment.remove",
      first: "most" | "fewest",
      limit: number
    ) => Effect.Effect<ReadonlyArray<WorkCustomer>, StateError>
    /** Planned changes of groups that this customer's planned rows wait for. */
    readonly groupsFor: (run: number, customer: number) => Effect.Effect<ReadonlyArray<WorkGroup>, StateError>
    /** The group to try a first write on: the one with the fewest changes. */
    readonly smallest: (run: number) => Effect.Effect<WorkGroup | null, StateError>
    /**
     * Stores the intent of the next call for a group: at most `pack` planned rows, or the change of the group itself. `null`: nothing of that kind is left.
     * Fails with `Superseded`, storing nothing, when the lease is no longer ours.
     */
    readonly intend: (writer: Writer, op: ChangeOp, group: number, pack: number) => Effect.Effect<OpenCall | null, StateError>
    /** The call's answer was lost: if it turns out undone, the next intent for exactly the same carries its key. */
    readonly noteLost: (call: OpenCall) => Effect.Effect<void, StateError>
    /** As `intend`, for at most `pack` planned rows of one customer. */
    readonly intendFor: (
      writer: Writer,
      op: "assignment.add" | "assignment.remove",
      customer: number,
      pack: number
    ) => Effect.Effect<OpenCall | null, StateError>
    /** The customer was seen to be in these groups (the target's ids) and no others: planned additions that are so already are settled as found. */
    readonly sawGroups: (run: number, customer: number, groups: ReadonlyArray<string>) => Effect.Effect<void, StateError>
    /** Groups that come to be by their first use, and that nobody was put into, were not made. */
    readonly dropUnused: (run: number) => Effect.Effect<void, StateError>
    /**
     * Stores what came of a call's rows, moves the ledger and the group's expected size. Rows that are `undone` are planned again if their
     * run is still under way. This and the next three fail with `Superseded`, storing nothing, when the call has an outcome already.
     */
    readonly settleRows: (call: OpenCall, outcome: ReadonlyMap<CallRow, RowOutcome>, detail: string | null) => Effect.Effect<void, StateError>
    readonly settleGroup: (
      call: OpenCall,
      outcome: { readonly made: TargetGroup } | "updated" | "deleted" | "undone",
      detail: string | null
    ) => Effect.Effect<void, StateError>
    /** Refuses rows (or the group's change) with the reason; they are tried again when changed, else after 1 h doubling to a day. */
    readonly refuse: (call: OpenCall, reason: string) => Effect.Effect<void, StateError>
    /** The target's group is not there any more: its planned work is void, and the next run starts from its absence. */
    readonly groupGone: (call: OpenCall) => Effect.Effect<void, StateError>
    readonly customerGone: (call: OpenCall) => Effect.Effect<void, StateError>
    /** A group that is not deleted after all: somebody else is in it. */
    readonly spareGroup: (run: number, group: number) => Effect.Effect<void, StateError>
    /** What a call makes of its group, as planned. */
    readonly draft: (call: OpenCall) => Effect.Effect<{ readonly draft: GroupDraft; readonly mark: GroupMark }, StateError>
    readonly noteClock: (to: string, offset: number) => Effect.Effect<void, StateError>
    readonly canaryDone: (to: string) => Effect.Effect<boolean, StateError>
    readonly noteCanary: (to: string) => Effect.Effect<void, StateError>
    /** The last call that confirmed rows in this run, with those rows alone; null if there is none. */
    readonly written: (run: number) => Effect.Effect<OpenCall | null, StateError>
    /** The last addition that was confirmed at the target by any run, with those of its rows that the ledger still has; null if there is none. */
    readonly lastAdded: (to: string) => Effect.Effect<OpenCall | null, StateError>
    readonly progress: (run: number) => Effect.Effect<{ readonly total: number; readonly settled: number }, StateError>
  }
>() {}
