/**
 * `npm run release -- VERSION [--dry-run] [--into FOLDER] [--without-image]`: runs everything, sets the version, writes the changelog's head, and lays the package,
 * the image, the bill of materials, the notices and checksums into release/. A dry run leaves the checkout as it is and runs no tests; it says what it leaves out.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import * as Bundle from "./Bundle.ts"
import * as Changelog from "./Changelog.ts"
import * as Sbom from "./Sbom.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { "dry-run": { type: "boolean", default: false }, into: { type: "string" }, "without-image": { type: "boolean", default: false } }
})
const [version = ""] = positionals
const dryRun = values["dry-run"]
const into = resolve(values.into ?? join(root, "release"))

const print = (line: string) => void process.stdout.write(`${line}\n`)
const run = (command: string, ...args: ReadonlyArray<string>) => void execFileSync(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] })
const output = (command: string, ...args: ReadonlyArray<string>): string => execFileSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 })
const file = (name: string): string => join(root, name)

const now = (JSON.parse(readFileSync(file("package.json"), "utf8")) as { readonly version: string }).version
const numbers = (text: string): ReadonlyArray<number> => text.split(".").map(Number)
const isLater = (one: string, other: string): boolean => {
  const [left, right] = [numbers(one), numbers(other)]
  const at = left.findIndex((number, index) => number !== right[index])
  return at >= 0 && (left[at] ?? 0) > (right[at] ?? 0)
}
if (!/^\d+\.\d+\.\d+$/.test(version) || !isLater(version, now)) throw new Error(`name a version after ${now}, such as 0.2.0`)

const changelog = Changelog.released(readFileSync(file("CHANGELOG.md"), "utf8"), version, new Date().toISOString().slice(0, 10))

if (dryRun) print("dry run: .ci/run is not run, and version and changelog stay as they are")
else {
  if (output("git", "status", "--porcelain") !== "") throw new Error("the checkout has changes that are not committed")
  execFileSync("bash", [".ci/run"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] })
  run("npm", "version", "--no-git-tag-version", version)
  writeFileSync(file("CHANGELOG.md"), changelog)
}

const bundled = await Bundle.bundle()
rmSync(into, { recursive: true, force: true })
mkdirSync(into, { recursive: true })
run("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", into)
copyFileSync(file("THIRD-PARTY-NOTICES"), join(into, "THIRD-PARTY-NOTICES"))
writeFileSync(join(into, "CHANGES.md"), `${Changelog.of(changelog, version)}\n`)
const all = JSON.parse(output("npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only")) as Sbom.Sbom
writeFileSync(join(into, "sbom.cdx.json"), `${JSON.stringify(Sbom.released(all, bundled, "groupbridge"), null, 2)}\n`)

if (values["without-image"]) print("the image is left out, as asked")
else if (spawnSync("buildah", ["--version"]).status !== 0) print("the image is SKIPPED: buildah is not installed")
else {
  const storage = mkdtempSync(join(tmpdir(), "groupbridge-release-"))
  const where = ["--root", join(storage, "root"), "--runroot", join(storage, "run"), "--storage-driver", "vfs"]
  const tag = `groupbridge:${dryRun ? now : version}`
  run("npm", "exec", "--", "tsx", "packaging/image.ts", "--tag", tag, ...where.map((argument) => `--buildah=${argument}`))
  run("buildah", ...where, "push", "--quiet", tag, `docker-archive:${join(into, "groupbridge-image.tar")}:${tag}`)
  rmSync(storage, { recursive: true, force: true })
}

const sums = readdirSync(into)
  .toSorted()
  .map(
    (name) =>
      `${createHash("sha256")
        .update(readFileSync(join(into, name)))
        .digest("hex")}  ${name}\n`
  )
writeFileSync(join(into, "SHA256SUMS"), sums.join(""))
print(`${into}: ${readdirSync(into).toSorted().join(", ")}`)
if (!dryRun)
  print(`Look at it, then: git commit -am "Release ${version}" && git tag v${version}; and keep its outputs under test/state/fixtures (docs/formats.md)`)
