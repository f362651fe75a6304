/** What carrying out a plan takes of a target's calls and time. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Journal } from "../apply/Journal.ts"
import * as LastWriter from "../apply/LastWriter.ts"
import { WriterStore } from "../apply/WriterStore.ts"
import * as WriteCost from "../calls/WriteCost.ts"
import type { StateError } from "../contract/StateError.ts"
import type { TargetDeclaration } from "../contract/Target.ts"
import type { Estimate } from "../model/Result.ts"
import type { Estimated } from "../plan/PlanStore.ts"
import { type Connected, windows } from "./Connections.ts"

interface Work {
  readonly endpoint: string
  readonly calls: number
}

/** Calls and time of this work. Packs are the largest that the target takes, one group or customer after the other, so no order of calls needs fewer. */
export const of = ({ config, connector, pacer }: Connected, writes: ReadonlyArray<Work>, reads: ReadonlyArray<Work>): Effect.Effect<Estimate> =>
  Effect.gen(function* () {
    const sum = (items: ReadonlyArray<Work>) => items.reduce((all, { calls }) => all + calls, 0)
    const kept = (kind: "write" | "read", items: ReadonlyArray<Work>) => items.flatMap((item) => (item.calls > 0 ? [{ ...item, kind }] : []))
    const calls = sum(writes)
    const seconds = yield* WriteCost.seconds(pacer, calls + sum(reads), connector.target?.declaration.assignments.oneAtATime === true ? 1 : undefined)
    const now = yield* Clock.currentTimeMillis
    return {
      calls,
      reads: sum(reads),
      fewest: calls,
      seconds,
      endsAt: seconds === 0 ? null : now + seconds * 1000,
      perHour: WriteCost.perHour(windows(connector, config).windows),
      endpoints: [...kept("write", writes), ...kept("read", reads)]
    }
  })

/** What putting the run's number onto a group takes, where there is one that can carry it. */
export const signing = ({ config, target }: Pick<Connected, "config" | "target">, changes: number): Effect.Effect<number, StateError, WriterStore> =>
  Effect.gen(function* () {
    const store = yield* WriterStore
    if (target === null || target.api.remark === undefined || !LastWriter.canCarry(target.declaration)) return 0
    const due = changes > 0 || LastWriter.isDue(yield* store.standing(config.name))
    return due && (yield* store.carriers(config.name, null)).length > 0 ? 1 : 0
  })

export const signingWork = (word: string, calls: number): { readonly write: Work; readonly read: Work } => ({
  write: { endpoint: `write this run's number onto a ${word}`, calls },
  read: { endpoint: `look at that ${word} first`, calls }
})

const memberships = (count: number): string => (count === 1 ? "1 membership" : `${count} memberships`)

/**
 * What carrying out takes of a target's calls and time. A group is looked at once more before it is deleted; where customers are listed, each
 * is looked at before it is added to, and after it is removed from, and so are members where the target says it; the first write ever is read back.
 */
export const ofGroups = (
  connected: Connected,
  declaration: TargetDeclaration,
  figures: Estimated
): Effect.Effect<Estimate, StateError, Journal | WriterStore> =>
  Effect.gen(function* () {
    const { assignments, groups, groupWord: word } = declaration
    const looks = assignments.listedBy === "customer"
    const isFirst = assignments.listedBy !== "none" && figures.adds + figures.removes > 0 && !(yield* (yield* Journal).canaryDone(connected.config.name))
    const { adds, creates, deletes, removes, updates } = figures
    const number = signingWork(word, yield* signing(connected, adds + creates + deletes + removes + updates))
    const writes = [
      number.write,
      { endpoint: `make a ${word}`, calls: groups.create === "explicit" ? figures.creates : 0 },
      { endpoint: `change a ${word}`, calls: figures.updates },
      { endpoint: `add ${memberships(figures.adds)}`, calls: figures.addCalls },
      { endpoint: `remove ${memberships(figures.removes)}`, calls: figures.removeCalls },
      { endpoint: `delete a ${word}`, calls: figures.deletes }
    ]
    const reads = [
      number.read,
      { endpoint: `look at a ${word} before it is deleted`, calls: figures.deletes },
      { endpoint: `look at a customer's ${word}s`, calls: looks ? figures.addCalls + figures.removeCalls : 0 },
      {
        endpoint: `look at who is in a ${word}`,
        calls: figures.addCalls * (assignments.looks?.add ?? 0) + figures.removeCalls * (assignments.looks?.remove ?? 0)
      },
      { endpoint: "read the first write back", calls: isFirst ? 1 : 0 }
    ]
    return yield* of(connected, writes, reads)
  })
