import { availableParallelism } from "node:os"
import { relative } from "node:path"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

// One more than there are cores: most of the longest tests wait, for processes, sockets and clocks.
const workers = availableParallelism() + 1

/** A fresh checkout remembers no durations. Begun last, any of these would keep one worker busy long after the others are done. */
const longest = [
  "test/connectors.test.ts",
  "test/bench/Bench.test.ts",
  "test/state/Commands.test.ts",
  "test/serve/NodeCron.test.ts",
  "test/endToEnd/AddOnly.test.ts",
  "test/endToEnd/ByCustomer.test.ts",
  "test/endToEnd/Records.test.ts",
  "test/endToEnd/Everyday.test.ts",
  "test/endToEnd/Trouble.test.ts",
  "test/state/Rebuild.test.ts",
  "test/state/Trouble.test.ts",
  "test/crash/Crash.test.ts",
  "test/endToEnd/Forget.test.ts",
  "test/promises/Invariants.test.ts",
  "test/promises/ChangeFaults.test.ts",
  "test/http/SlotPacer.test.ts"
]

class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = longest.indexOf(relative(this.ctx.config.root, moduleId))
      return at === -1 ? longest.length : at
    }
    return (await super.sort(files)).toSorted((left, right) => place(left) - place(right))
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "connectors/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.slow.test.ts"],
    setupFiles: ["test/setup.ts"],
    fakeTimers: { toFake: [] },
    testTimeout: 30_000,
    // Effect is loaded once a worker, not once a file. So tests and what they test keep nothing in modules that another file could meet.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // As many from the start as at the end: vitest 3 fails at the end of a run without isolation where it starts some of them later.
    minWorkers: workers,
    maxWorkers: workers
  }
})
