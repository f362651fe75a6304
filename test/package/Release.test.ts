/** What a release is made of. The whole of it, as a dry run, is the end of .ci/run: it builds anew, which no test may do beside others. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync, spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Changelog from "../../packaging/Changelog.ts"
import * as Sbom from "../../packaging/Sbom.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

describe("the changelog", () => {
  const text = "# Changelog\n\n## Unreleased\n\n### Added\n\n- New.\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n"

  it("makes a version of what is unreleased, and begins anew", () => {
    const written = Changelog.released(text, "0.2.0", "2026-11-30")
    assert.strictEqual(written, text.replace("## Unreleased\n", "## Unreleased\n\n## 0.2.0 - 2026-11-30\n"))
    assert.deepStrictEqual([Changelog.of(written, "0.2.0"), Changelog.of(written, "0.1.0")], ["### Added\n\n- New.", "- Old."])
    assert.throws(() => Changelog.released(written, "0.3.0", "2026-12-01"), /nothing to release/)
  })
})

describe("the bill of materials", () => {
  it("names what is installed and what is bundled, and nothing that only developers need", () => {
    const component = (name: string, ...properties: ReadonlyArray<string>) => ({
      "bom-ref": `${name}@1.0.0`,
      name,
      version: "1.0.0",
      properties: properties.map((property) => ({ name: property, value: "true" }))
    })
    const development = "cdx:npm:package:development"
    const all = {
      metadata: { component: { ...component("checkout"), "bom-ref": "groupbridge@1.0.0" } },
      components: [component("driver"), component("inside", development), component("linter", development)],
      dependencies: [
        { ref: "groupbridge@1.0.0", dependsOn: ["driver@1.0.0", "inside@1.0.0", "linter@1.0.0"] },
        { ref: "linter@1.0.0", dependsOn: ["driver@1.0.0"] }
      ]
    }
    const { components, dependencies, metadata } = Sbom.released(all, [{ name: "inside", version: "1.0.0" }], "groupbridge")
    assert.strictEqual(metadata.component.name, "groupbridge")
    assert.deepStrictEqual(
      components.map(({ name, scope }) => [name, scope]),
      [
        ["driver", undefined],
        ["inside", "required"]
      ]
    )
    assert.deepStrictEqual(dependencies, [{ ref: "groupbridge@1.0.0", dependsOn: ["driver@1.0.0", "inside@1.0.0"] }])
  })
})

describe("a release of this checkout", () => {
  it("has every bundled package and the driver in its bill of materials", () => {
    const all = JSON.parse(
      execFileSync("npm", ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"], { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 })
    ) as Sbom.Sbom
    const bundled = [...readFileSync(join(root, "THIRD-PARTY-NOTICES"), "utf8").matchAll(/^ {2}(\S+) (\d\S*) \(/gm)].map(([, name = "", version = ""]) => ({
      name,
      version
    }))
    const names = Sbom.released(all, bundled, "groupbridge").components.map(({ name, version }) => `${name}@${version}`)
    assert.includeMembers(names, [...bundled.map(({ name, version }) => `${name}@${version}`), "better-sqlite3@12.11.1"])
    assert.deepStrictEqual(
      names.filter((name) => /^(vitest|oxlint|typescript|@stoplight)/.test(name)),
      []
    )
  }, 60_000)

  it("is refused where the version is no later one", () => {
    for (const version of ["0.1.0", "0.0.9", "next"]) {
      const { stderr } = spawnSync(process.execPath, ["--import", "tsx", "packaging/release.ts", version, "--dry-run"], { cwd: root, encoding: "utf8" })
      assert.match(stderr, /name a version after/, version)
    }
  }, 60_000)
})
