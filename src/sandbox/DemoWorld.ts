/** A small world to show Groupbridge in: vendors on sockets of this machine, a config file for them, and what happens there. */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** Something that people do at the vendors, told in a line each. */
export interface Scene {
  readonly notes: ReadonlyArray<string>
  readonly happen: () => void
}

export interface DemoWorld {
  /** What is there at the start. */
  readonly notes: ReadonlyArray<string>
  /** The whole config file, YAML. Its only sync is called `sync`. */
  readonly config: string
  /** The `.env` beside it, with the secrets that it names. */
  readonly environment: string
  readonly sync: string
  /** An ordinary day: some come, some go. */
  readonly day: Scene
  /** Somebody's mistake, which a limit holds back as the first held part: why it is approved, and one whom it is about. */
  readonly mistake: Scene & { readonly reason: string; readonly customer: string; readonly group: string }
}

/** The world is there until the scope ends. */
export type OpenDemo = Effect.Effect<DemoWorld, never, Scope.Scope>
