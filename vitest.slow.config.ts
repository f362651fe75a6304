import { defineConfig } from "vitest/config"
import usual from "./vitest.config.ts"

/** Long proofs, of which the usual tests run a share with fixed seeds: `npm run test:slow`. */
export default defineConfig({
  test: { ...usual.test, include: ["test/**/*.slow.test.ts"], exclude: ["**/node_modules/**"], testTimeout: 1_800_000 }
})
