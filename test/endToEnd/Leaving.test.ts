/** Leaving a target: its memberships as CSV, read back by our own CSV source into another. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import * as Installed from "../kit/Installed.ts"

describe("state export --memberships", () => {
  it.scopedLive(
    "writes what a CSV connection brings into another target as it was",
    () =>
      Effect.gen(function* () {
        const { acme, cstar } = yield* Installed.tagged(5, "vip, gold")
        const other = yield* Installed.team
        Installed.known(other, Installed.customers(5))
        const syncs = "  customers:\n    from: zendesk\n    to: cstar\n    rules: [{ kind: tag }]\n"
        const installed = yield* Installed.make({ sources: { zendesk: acme }, targets: { cstar, other }, syncs })
        assert.strictEqual((yield* installed.run(["sync", "--yes"])).code, 0)
        const { code, stdout } = yield* installed.run(["state", "export", "--memberships", "who.csv"])
        assert.strictEqual(code, 0)
        assert.match(stdout, /^5 lines in who\.csv, 5 lines in who-customers\.csv, 1 line in who-groups\.csv\. They name customers/)
        const file = (name: string) => readFileSync(join(installed.dir, name), "utf8").split("\r\n")
        assert.strictEqual(file("who.csv")[0], "customer,group,email,groupName,origin,since")
        assert.match(file("who.csv")[1] ?? "", /^[^,]+,[^,]+,c\d@x\.example,"vip, gold",applied,20/)
        assert.strictEqual(statSync(join(installed.dir, "who.csv")).mode & 0o777, 0o600)
        assert.strictEqual((yield* installed.run(["state", "export", "--memberships", "who.csv"])).code, 64, "a file that is there is left as it is")
        assert.strictEqual((yield* installed.run(["state", "export", "all.jsonl", "--memberships", "x.csv"])).code, 64)

        const config = readFileSync(join(installed.dir, "groupbridge.yaml"), "utf8")
        const csv = "  leaving:\n    connector: csv\n    customers: who-customers.csv\n    groups: who-groups.csv\n    memberships: who.csv\n"
        const moved = "  moved:\n    from: leaving\n    to: other\n    rules: [{ kind: organization }]\n"
        installed.write("groupbridge.yaml", config.replace("syncs:\n", `${csv}syncs:\n${moved}`))
        assert.strictEqual((yield* installed.run(["sync", "moved", "--yes"])).code, 0)
        assert.deepStrictEqual(other.held(), cstar.held())
        const several = yield* installed.run(["state", "export", "--memberships", "y.csv"])
        assert.deepStrictEqual([several.code, /choose one by --target other or --target cstar/.test(several.stderr)], [64, true], several.stderr)
        assert.match((yield* installed.run(["state", "export", "--memberships", "y.csv", "--target", "other"])).stdout, /^5 lines in y\.csv/)
      }),
    Installed.patience
  )
})
