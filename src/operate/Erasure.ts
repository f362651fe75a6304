/** What erasing a person asks of the state. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import type { CustomerRecord } from "../model/Explanation.ts"
import type { Hit } from "../explain/ExplanationStore.ts"
import type { Decider } from "../model/Decision.ts"

/** Somebody of a target's team. */
export interface StaffRecord {
  readonly number: number
  readonly to: string
  readonly email: string
  readonly name: string | null
  /** Still in the team, invited to it, or missed there, as far as we know. */
  readonly placed: boolean
}

/** Everything that the state keeps of one person. */
export interface Footprint {
  /** All records of the person, gone ones too. */
  readonly records: ReadonlyArray<CustomerRecord & { readonly number: number }>
  /** Of the same addresses. */
  readonly staff: ReadonlyArray<StaffRecord>
  /** Groups that the person is in by us, by name: erased, nobody would take them out any more. */
  readonly ours: ReadonlyArray<string>
  readonly memberships: number
  readonly waiting: number
  readonly history: number
  /** What names the person in texts: addresses, names and ids. */
  readonly texts: ReadonlyArray<string>
}

export class Erasure extends Context.Tag("groupbridge/Erasure")<
  Erasure,
  {
    /** Of these records, and of staff of the same addresses or of this one. */
    readonly footprint: (hits: ReadonlyArray<Hit>, address: string | null) => Effect.Effect<Footprint, StateError>
    /**
     * Erases the person and stores who did. Numbers of the journal stay, so that counts and runs add up; what they name is "forgotten". Afterwards the
     * bytes are gone from the state file and what lies beside it: answers whether that worked to the end, which another open reader prevents.
     */
    readonly erase: (footprint: Footprint, by: Decider) => Effect.Effect<boolean, StateError>
  }
>() {}
