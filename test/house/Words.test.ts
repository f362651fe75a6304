/** Words of the project's own that standard terms replaced do not come back. `docs/architecture.md` has the glossary. */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..", "..")

/** Nowhere, comments included: the word, and the term for it. JSON keeps its `wishes` and `lapsed`, which are promises. */
const banned: ReadonlyArray<readonly [word: string, term: string]> = [
  ["grp", "group_id"],
  ["wish", "claim, desired group or desired role"],
  ["wished", "claimed or desired"],
  ["lapse", "expiry"],
  ["lapses", "expires"],
  ["lapsed_at", "expired_at"],
  ["unsure", "unconfirmed"],
  ["untold", "unreported"],
  ["whoever", "a customer who, or what is meant"]
]

/** Not as a name that code declares. */
const bannedNames: ReadonlyArray<readonly [word: string, term: string]> = [
  ["told", "reported"],
  ["Told", "Reported"],
  ["hoped", "probe"],
  ["ply", "execute"],
  ["trade", "strategy"]
]

// Released steps of the schema are never edited, and the step that renames must name what was.
const asReleased = new Set(["ReleasedSteps.ts", "Schema.ts"])

const sources = ["src", "state", "connectors"].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !asReleased.has(name.split("/").at(-1) ?? ""))
    .map((name) => join(room, name))
)

const found = (patterns: ReadonlyArray<readonly [RegExp, string]>): ReadonlyArray<string> =>
  sources.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) => patterns.flatMap(([pattern, words]) => (pattern.test(line) ? [`${file}:${index + 1}: ${words}`] : [])))
  )

describe("words that are gone", () => {
  it("are nowhere in shipped code", () => {
    assert.deepStrictEqual(found(banned.map(([word, term]) => [new RegExp(`(?<![\\w"\`])${word}\\b(?!")`, "i"), `"${word}" is ${term}`])), [])
  })

  it("are no names of values and types", () => {
    const declares = (word: string) =>
      new RegExp(`\\b(?:const|let|readonly|interface|type|function)\\s+(?:[[{][^\\]}=]*\\b)?${word}\\b|[(,]\\s*${word}(?::|\\)? =>)`)
    assert.deepStrictEqual(found(bannedNames.map(([word, term]) => [declares(word), `"${word}" is ${term}`])), [])
  })
})
