import { assert, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ListPage } from "../../src/contract/Target.ts"
import * as EndlessList from "../../src/read/EndlessList.ts"

const page = (items: ReadonlyArray<string>): ListPage<string> => ({ items, total: null, end: false })

it.effect("a target's list of empty pages stops without its end; rows in between begin the count anew", () =>
  Effect.gen(function* () {
    const empty = (count: number) => Array.from({ length: count }, () => page([]))
    const pages = yield* Stream.runCollect(EndlessList.bounded(Stream.fromIterable([...empty(99), page(["a"]), ...empty(500)])))
    assert.strictEqual(Chunk.size(pages), 99 + 1 + 100)
    assert.isFalse(Chunk.unsafeLast(pages).end)
  })
)

it.effect("a target's list of pages that come again and again stops without its end, whatever their circle; one that ends is shown whole", () =>
  Effect.gen(function* () {
    const row = (index: number) => page([`a${index}`, "b", `c${index}`])
    for (const [before, circle] of [
      [0, 1],
      [3, 2],
      [40, 7]
    ] as const) {
      const pages = Stream.concat(
        Stream.map(Stream.range(1, before), (index) => row(1000 + index)),
        Stream.map(Stream.range(0, 1_000_000), (index) => row(index % circle))
      )
      const shown = yield* Stream.runCollect(EndlessList.bounded(before === 0 ? Stream.drop(pages, 2) : pages))
      assert.isBelow(Chunk.size(shown), 4 * (before + circle) + 4)
      assert.isFalse(Chunk.unsafeLast(shown).end)
    }
    const whole = [row(1), row(2), { ...row(2), end: true }]
    assert.strictEqual(Chunk.size(yield* Stream.runCollect(EndlessList.bounded(Stream.fromIterable(whole)))), 3)
  })
)
