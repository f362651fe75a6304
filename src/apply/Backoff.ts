/** How a call whose answer was lost is tried again. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** How often in a row what one pack did may be settled by looking before the vendor counts as unavailable. */
export const attempts = 6
const firstBackoff = Duration.millis(500)
const longestBackoff = Duration.seconds(8)

/** Time for a vendor in trouble; what was lost so far has been settled. */
export const rest = (lost: number): Effect.Effect<void> =>
  lost < attempts ? Effect.sleep(Duration.min(longestBackoff, Duration.times(firstBackoff, 2 ** (lost - 1)))) : Effect.void
