/** Why no answer came, in words that carry no credential. A client puts it into its `RequestError` or `ResponseError` as `cause`. */
import * as Data from "effect/Data"

export class TransportFailure extends Data.TaggedError("TransportFailure")<{
  /** Plain words: "connection refused". */
  readonly words: string
  /** Whether the request may have reached the vendor. False only where it surely did not. */
  readonly reached: boolean
  /** Whether another try may fare better. */
  readonly passing: boolean
}> {}
