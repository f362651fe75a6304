import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "connectors/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    fakeTimers: { toFake: [] },
    testTimeout: 30_000
  }
})
