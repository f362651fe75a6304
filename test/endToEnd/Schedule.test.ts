/** `check` on schedules that limits and budgets do not allow. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"

const syncs = `  customers:
    from: acme
    to: cstar
    rules: [{ kind: tag, include: ["*"] }]
    schedule: "*/10 * * * *"
    refresh: { counts: 10m }
`

describe("a schedule", () => {
  it.scopedLive(
    "that cannot be kept is refused with the sum and the ways out, and is well once it is rarer",
    () =>
      Effect.gen(function* () {
        const { acme, cstar } = yield* Installed.tagged(3, "vip", "gold")
        const { dir, json, run, write } = yield* Installed.make({ sources: { acme }, targets: { cstar }, syncs })
        const unpriced = yield* run(["check"])
        assert.match(unpriced.stdout.replaceAll(/\s+/g, " "), /what its schedule costs is not known, because acme was never read: groupbridge plan customers/)
        yield* json(["sync"])
        const well = yield* run(["check"])
        assert.deepStrictEqual([well.code, /cannot be kept/.test(well.stdout)], [0, false], well.stdout)
        assert.match(well.stdout, /cstar 289 of 24,000 calls a day/)

        const config = readFileSync(join(dir, "groupbridge.yaml"), "utf8")
        const within = (text: string) => write("groupbridge.yaml", text)
        within(config.replace("budget: 100%", "budget: 4/hour"))
        const refused = yield* run(["check"])
        assert.strictEqual(refused.code, 1)
        const reported = refused.stdout.replaceAll(/\s+/g, " ")
        for (const fact of [
          "cstar: the schedule cannot be kept: it takes 289 calls a day (customers 144 times 3), and limit and budget allow 96.",
          "a rarer schedule (customers 47 times a day at most)",
          "a larger budget (13 calls in the same stretch)",
          "a longer refresh"
        ])
          assert.include(reported, fact)
        const { document } = yield* json(["check"])
        assert.strictEqual(document.problems.length, 1)
        write("a-file", "")
        within(`${config}backup: { dir: a-file/copies }\n`)
        const noCopies = yield* run(["check"])
        assert.deepStrictEqual(
          [noCopies.code, /backup\.dir .*a-file\/copies cannot be written \(ENOTDIR\)/.test(noCopies.stdout.replaceAll(/\s+/g, " "))],
          [1, true],
          noCopies.stdout
        )

        within(config.replace("budget: 100%", "budget: 4/hour").replace("*/10 * * * *", "7 * * * *"))
        assert.strictEqual((yield* run(["check"])).code, 0)
      }),
    Installed.patience
  )
})
