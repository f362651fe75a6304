/** What asking customers' further addresses asks to be remembered. Customers are named by the state's own numbers. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"

export interface ToAsk {
  readonly customer: number
  /** The source's id. */
  readonly id: string
}

export class AddressStore extends Context.Tag("groupbridge/AddressStore")<
  AddressStore,
  {
    /**
     * Customers of the source in mapped groups whose own address the target was asked for and does not know, and who are due to be asked for
     * others, at most `limit`. First those whose others led to somebody, if they told them before the source was last read: an address moves from one to another.
     */
    readonly toAsk: (to: string, source: string, limit: number) => Effect.Effect<ReadonlyArray<ToAsk>, StateError>
    /** The addresses that the customer has now beside their own; asked again later and later. */
    readonly store: (customer: number, addresses: ReadonlyArray<string>) => Effect.Effect<void, StateError>
    /** Nobody of the source is asked any more: what they told is forgotten. */
    readonly forget: (source: string) => Effect.Effect<void, StateError>
  }
>() {}
