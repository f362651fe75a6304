/** Every benchmark runs, at its least size: nobody else would see one break. What it measures is not looked at. */
import { assert, describe, it } from "@effect/vitest"
import { benchmarks } from "./benchmarks.ts"
import { type Figure, line, markdown, table } from "./Figure.ts"

describe("a benchmark gives figures", () => {
  // One after another: other tests run beside them, and some of those measure time.
  it.each(Object.entries(benchmarks))(
    "%s",
    async (_, benchmark) => {
      const figures: Array<Figure> = []
      for await (const figure of await benchmark("smoke")) figures.push(figure)
      assert.isNotEmpty(figures)
      for (const figure of figures) {
        assert.isTrue(Number.isFinite(figure.ratio), line(figure))
        for (const text of [figure.name, figure.value, figure.bound]) {
          assert.isNotEmpty(text, line(figure))
          assert.notMatch(text, /NaN|Infinity|undefined/)
        }
      }
      assert.strictEqual(new Set(figures.map(({ name }) => name)).size, figures.length, "names differ")
      const rows = figures.length
      assert.deepStrictEqual([table(figures).split("\n").length, markdown(figures).split("\n").length], [1 + rows, 2 + rows])
    },
    // A browser that shares its cores with other tests takes its time to start.
    300_000
  )
})
