/** Two machines with copies of one state: what the other one does, and how a person ends it. */
import { cpSync, existsSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { WriterStore } from "../../src/apply/WriterStore.ts"
import type { SyncResult } from "../../src/model/Result.ts"
import * as OtherWriter from "../../src/run/OtherWriter.ts"
import type { Account } from "./Account.ts"
import type { Baseline } from "./Baseline.ts"
import type { Deed } from "./Deed.ts"
import type { Engine } from "./Engine.ts"
import type { Step } from "./History.ts"

type Ran = Effect.Effect<{ readonly result: SyncResult | null; readonly writes: number }>

interface Means {
  readonly account: Account
  readonly engine: Engine
  readonly baseline: Baseline
  readonly by: { readonly who: string; readonly host: string; readonly reason: string | null }
  /** A run of the state that is in place; a number is the boundary at which it is killed. */
  readonly run: (depth: "usual" | "full", killAt: number | null) => Ran
  /** A run of a state that is not the last writer. */
  readonly runBehind: (depth: "usual" | "full") => Ran
  /** What the state in place asks a person now. */
  readonly asked: () => ReadonlyArray<Deed>
  readonly following: () => number
}

export const make = ({ account, asked, baseline, by, engine, following, run, runBehind }: Means) => {
  const { bridge, oracle } = account
  const [here, spare, old] = [".groupbridge", "other-machine", "old-copy"].map((name) => join(bridge.dir, name)) as [string, string, string]
  const isThere = (): boolean => engine.query("SELECT 1 AS one").length > 0
  const copyTo = (folder: string) => {
    rmSync(folder, { recursive: true, force: true })
    cpSync(here, folder, { recursive: true })
  }
  const swap = (folder: string) => {
    renameSync(here, `${here}-away`)
    renameSync(folder, here)
    renameSync(`${here}-away`, folder)
  }
  /** The last number that the state in place has given. */
  const given = (): number => Number(engine.query("SELECT coalesce(max(number), 0) AS n FROM last_writer")[0]?.["n"] ?? 0)
  /** Whether a group at the target shows that another copy wrote since. */
  const isBehind = (): boolean => account.lastNumber() > given()

  /** A state that is not the last writer writes nothing, and says what wrote since as soon as it has looked. */
  const held = (depth: "usual" | "full") =>
    Effect.gen(function* () {
      const { result, writes } = yield* runBehind(depth)
      if (writes > 0) oracle.say("a state that is not the last writer wrote", String(writes))
      const isSaid = result === null || result.error !== null || result.held.some(({ guard }) => guard === "ownership" || guard === "configGone")
      if (depth === "full" && account.showsMarks && !isSaid) oracle.say("a state that is not the last writer does not say so", String(result?.status))
    })

  const claim = Effect.gen(function* () {
    const found = yield* engine.remember(OtherWriter.look(account.names.target))
    if (found === null) return false
    yield* engine.remember(Effect.flatMap(WriterStore, (store) => store.claim(account.names.target, found.other, by)))
    return true
  })

  const fork = ({ ends, killAt }: Extract<Step, { readonly do: "other machine" }>) =>
    Effect.gen(function* () {
      copyTo(spare)
      const [before, sizes, number] = [oracle.remember(), baseline.possible(), following()]
      swap(spare)
      yield* run("usual", killAt)
      swap(spare)
      if (isBehind() && ends === "claim") {
        yield* held("usual")
        yield* held("full")
        if (yield* claim) {
          // What the other one knows is lost, but for what the target shows.
          oracle.recall(before, number)
          baseline.either(sizes)
          oracle.asked(asked(), "lying")
          rmSync(old, { recursive: true, force: true })
          return renameSync(spare, old)
        }
      }
      swap(spare)
      rmSync(old, { recursive: true, force: true })
      renameSync(spare, old)
    })

  return {
    copy: Effect.sync(() => (isThere() ? copyTo(old) : undefined)),
    other: (step: Extract<Step, { readonly do: "other machine" }>) =>
      Effect.gen(function* () {
        if (!isThere()) return
        if (step.copied === "now") return yield* fork(step)
        if (!existsSync(old)) return
        swap(old)
        if (isBehind()) {
          yield* held("usual")
          yield* held("full")
        }
        swap(old)
      })
  }
}
