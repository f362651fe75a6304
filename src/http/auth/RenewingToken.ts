/** Authorization by a token that ends and is then minted anew. The token is kept in memory only, and shared by all calls of a client. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ConnectorError } from "../../contract/ConnectorError.ts"

/** A bearer token as the vendor issued it. `lifetimeMillis`: from its issue on; null where the vendor did not say. */
export interface Minted {
  readonly token: string
  readonly lifetimeMillis: number | null
}

/** A token in use. `endsAt` is epoch milliseconds by our clock; null where no end is known. */
export interface Token {
  readonly value: string
  readonly endsAt: number | null
}

export interface RenewingToken {
  /**
   * The token for a call that is about to start. Mints one, with a call of its own, where there is none or where the one there is ends soon.
   * Concurrent callers wait for one minting. Fails as minting fails.
   */
  readonly current: Effect.Effect<Token, ConnectorError>
  /** The newest token as it stands, without a call. For a call that waited for its start since `current`. */
  readonly newest: (otherwise: Token) => Token
  /** Notes that the vendor accepted a call with this token. */
  readonly accepted: (token: Token) => void
  /**
   * After the vendor refused a call with this token: true where another token stands in its place, so that the call may be tried again. False
   * where the token was refused without ever having been accepted: then the credential is what is wrong, not the token's age.
   */
  readonly replace: (refused: Token) => Effect.Effect<boolean, ConnectorError>
}

/** A token is renewed this long before its end, or after nine tenths of its life if that is later. */
const longestMargin = 60_000

const endOf = (mintedAt: number, lifetimeMillis: number | null): number | null => {
  if (lifetimeMillis === null || !(lifetimeMillis > 0)) return null
  return mintedAt + lifetimeMillis - Math.min(longestMargin, lifetimeMillis / 10)
}

/** `mint` is never run twice at the same time. A credential that it finds refused (`Unauthorized`) is not tried again. */
export const make = (mint: Effect.Effect<Minted, ConnectorError>): RenewingToken => {
  const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1)
  let held: Token | null = null
  let refusal: ConnectorError | null = null
  let proven: Token | null = null

  const renew: Effect.Effect<Token, ConnectorError> = Effect.gen(function* () {
    if (refusal !== null) return yield* refusal
    // Counted from before the call, so that a slow answer makes no token live longer.
    const mintedAt = yield* Clock.currentTimeMillis
    const { lifetimeMillis, token } = yield* Effect.tapError(mint, (error) =>
      Effect.sync(() => {
        if (error.reason === "Unauthorized") refusal = error
      })
    )
    return (held = { value: token, endsAt: endOf(mintedAt, lifetimeMillis) })
  })

  const usable = Effect.map(Clock.currentTimeMillis, (now) => (held !== null && (held.endsAt === null || now < held.endsAt) ? held : null))
  const orRenewed = Effect.flatMap(usable, (token) => (token === null ? renew : Effect.succeed(token)))

  return {
    current: Effect.flatMap(usable, (token) => (token === null ? oneAtATime(orRenewed) : Effect.succeed(token))),
    newest: (otherwise) => held ?? otherwise,
    accepted: (token) => {
      if (token === held) proven = token
    },
    replace: (refused) =>
      oneAtATime(
        Effect.suspend(() => {
          if (held !== refused) return Effect.succeed(held !== null)
          return proven === refused ? Effect.as(renew, true) : Effect.succeed(false)
        })
      )
  }
}
