import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

// Many tests wait for processes and sockets, so that two at once pay even on small machines.
const workers = Math.max(2, availableParallelism())

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "connectors/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    fakeTimers: { toFake: [] },
    testTimeout: 30_000,
    minWorkers: 1,
    maxWorkers: workers
  }
})
