/** Notices that wait to be delivered. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { Notice } from "../model/Notice.ts"

export interface WaitingNotice {
  readonly number: number
  readonly notice: Notice
}

export class NoticeStore extends Context.Tag("groupbridge/NoticeStore")<
  NoticeStore,
  {
    /** Puts the notices behind those that wait for each hook, and forgets those of other hooks. A hook is named by an opaque text. */
    readonly enqueue: (hooks: ReadonlyArray<string>, notices: ReadonlyArray<Notice>) => Effect.Effect<void, StateError>
    /** Of one hook, oldest first, a hundred at most. */
    readonly waiting: (hook: string) => Effect.Effect<ReadonlyArray<WaitingNotice>, StateError>
    readonly delivered: (numbers: ReadonlyArray<number>) => Effect.Effect<void, StateError>
  }
>() {}
