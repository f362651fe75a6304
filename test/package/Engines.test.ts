/** Whether an installation warns (EBADENGINE) on a Node that is supported: what the lock file says that each package needs. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"

const { satisfies } = createRequire(import.meta.url)("semver") as { readonly satisfies: (version: string, range: string) => boolean }

interface Locked {
  readonly engines?: { readonly node?: string }
  readonly optional?: boolean
}

const { packages } = JSON.parse(readFileSync(fileURLToPath(new URL("../../package-lock.json", import.meta.url)), "utf8")) as {
  readonly packages: Readonly<Record<string, Locked>>
}

const refusing = (node: string): ReadonlyArray<string> =>
  Object.entries(packages).flatMap(([path, { engines }]) =>
    engines?.node === undefined || satisfies(node, engines.node) ? [] : [`${path === "" ? "this package" : path}: ${engines.node}`]
  )

describe("every package that is installed", () => {
  it.each(["20.19.0", "22.12.0", "24.0.0", "26.0.0"])("takes Node %s", (node) => {
    assert.deepStrictEqual(refusing(node), [])
  })

  it("would be named if it did not", () => {
    assert.include(refusing("20.18.0").join("\n"), "this package: >=20.19")
  })
})
