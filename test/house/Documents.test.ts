/** Links of the documents lead to files that exist, so that nobody is sent to a file that was moved. */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

const documents = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" }).trim().split("\n")

const linksOf = (document: string): ReadonlyArray<string> =>
  [...readFileSync(join(root, document), "utf8").matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .flatMap(([, target = ""]) => (/^[a-z]+:/.test(target) ? [] : [target]))
    .toSorted()

describe("the documents", () => {
  it("are found", () => {
    assert.includeMembers([...documents], ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/adr/README.md"])
  })

  it.each(documents)("%s links only to files that exist", (document) => {
    const missing = linksOf(document).filter((target) => !existsSync(join(root, dirname(document), target)))
    assert.deepStrictEqual(missing, [])
  })
})
