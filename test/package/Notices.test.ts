/** The notices of the packages that the built program holds, found here by the names of files that the bundler leaves in a bundle that is not minified. */
import { assert, describe, it } from "@effect/vitest"
import { build } from "esbuild"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Notices from "../../packaging/Notices.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Folders of packages whose code a bundle of the program holds, from the project's, by the files that the bundler put into it. */
const held = async (): Promise<ReadonlyArray<string>> => {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["src/program.ts"],
    outdir: "dist",
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    external: ["better-sqlite3"],
    write: false
  })
  const folders = outputFiles.flatMap(({ text }) =>
    [...text.matchAll(/^\s*\/\/ (node_modules\/.*)\//gm)].map(([, path = ""]) => path.replace(/(.*node_modules\/(?:@[^/]+\/)?[^/]+).*/, "$1"))
  )
  return [...new Set(folders)].toSorted()
}

describe("THIRD-PARTY-NOTICES", () => {
  const notices = readFileSync(join(root, "THIRD-PARTY-NOTICES"), "utf8")

  it("names each package that is bundled, with the whole text of its licence", async () => {
    // The library holds what the program holds, and what the conformance suite is written with.
    const packages = [...(await held()), "node_modules/@effect/vitest"]
    assert.includeMembers(
      [...packages],
      ["effect", "@effect/platform", "commander", "undici", "yaml", "node-cron"].map((name) => `node_modules/${name}`)
    )
    for (const path of packages) {
      const folder = join(root, path)
      const { license, name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>
      assert.include(notices, `  ${name} ${version} (${license})\n`)
      const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
      const own = notices.split(`\n\n${name} ${version}\n\n`)[1]?.split(`\n${"-".repeat(80)}\n`)[0] ?? ""
      if (file !== undefined) assert.include(own, readFileSync(join(folder, file), "utf8").trim())
      assert.match(own, /copyright/i, path)
    }
    assert.strictEqual(notices.match(/^ {2}\S+ \d\S* \(/gm)?.length, packages.length, "and no other")
  })

  it("cannot be made where a bundled package comes without a licence", () => {
    const folder = mkdtempSync(join(tmpdir(), "groupbridge-notices-"))
    try {
      const bare = join(folder, "node_modules", "@acme", "bare")
      mkdirSync(bare, { recursive: true })
      writeFileSync(join(bare, "package.json"), '{ "name": "@acme/bare", "version": "1.0.0", "license": "MIT" }')
      const input = { bytesInOutput: 1 }
      const outputs = { "dist/main.js": { bytes: 1, imports: [], exports: [], inputs: { "src/main.ts": input, "node_modules/@acme/bare/lib/x.js": input } } }
      assert.throws(() => Notices.bundled(folder, { outputs }), /@acme\/bare is bundled and comes without a licence/)
      writeFileSync(join(bare, "README.md"), "# Bare\n\n## License\n\nMIT\n")
      assert.throws(() => Notices.bundled(folder, { outputs }), /without a licence/, "a licence's name is not its text")
      writeFileSync(join(bare, "README.md"), "# Bare\n\n## License\n\nCopyright Acme. Do what you like.\n")
      assert.deepStrictEqual(Notices.bundled(folder, { outputs })[0]?.texts, ["Copyright Acme. Do what you like."])
      writeFileSync(join(bare, "LICENSE"), "Do what you like.\n")
      assert.deepStrictEqual(Notices.bundled(folder, { outputs }), [{ name: "@acme/bare", version: "1.0.0", license: "MIT", texts: ["Do what you like."] }])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
