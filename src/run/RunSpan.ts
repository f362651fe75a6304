/** The span of a run in a trace: dry or real, of customers or of staff. */
import * as Effect from "effect/Effect"
import type { RunKind } from "./RunStore.ts"

export const named =
  (sync: string, kind: RunKind | "plan") =>
  <A extends { readonly status: string; readonly run?: string | null }, E, R>(run: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    run.pipe(
      Effect.tap((result) =>
        Effect.annotateCurrentSpan({ "groupbridge.status": result.status, ...(result.run == null ? {} : { "groupbridge.run": result.run }) })
      ),
      Effect.withSpan("run", { attributes: { "groupbridge.sync": sync, "groupbridge.kind": kind } })
    )
