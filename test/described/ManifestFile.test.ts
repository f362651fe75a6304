/** Manifests: what is wrong is told at its line, and pointers, templates and pages mean what the guide says. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Connectors from "../../connectors/registry.ts"
import * as ConfigFile from "../../src/config/ConfigFile.ts"
import * as ManifestFile from "../../src/described/ManifestFile.ts"
import * as Paging from "../../src/described/Paging.ts"
import * as Template from "../../src/described/Template.ts"
import { folder } from "../config/support.ts"
import * as Vendor from "./Vendor.ts"

const connectors = await Connectors.load()

const way = Vendor.ways[0]!
const right = Vendor.manifestOf(way)

const problems = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  const connector = ManifestFile.read(text, "acme.yaml", ({ column, line }, message) => void found.push(`${line}:${column} ${message}`))
  assert.strictEqual(connector === null, found.length > 0)
  return found
}

const lineOf = (text: string, piece: string): number => text.slice(0, text.indexOf(piece)).split("\n").length

describe("what is wrong with a manifest is told at its place", () => {
  const wrong: ReadonlyArray<readonly [from: string, to: string, at: string, message: RegExp]> = [
    ["rows: /data", "rows: data", "rows: data", /is no JSON Pointer: write "\/data\/id"/],
    ["whole: cursorEnds", "hole: cursorEnds", "hole: cursorEnds", /unknown key "hole"; did you mean "whole"/],
    [
      "whole: cursorEnds",
      "whole: cursorEnd",
      "whole: cursorEnd",
      /"cursorEnd" is not allowed here; allowed: cursorEnds, emptyPage, none; did you mean "cursorEnds"/
    ],
    ["    stable: immutableKey\n", "", "  contacts:", /"stable" is missing/],
    ["paging: { cursor: /next, into: after }", "paging: { page: page }", "whole: cursorEnds", /cursorEnds needs paging by cursor, next or link/],
    ["paging: { cursor: /next, into: after }", "paging: { offset: skip }", "stable: immutableKey", /pass over a row when one before it goes: write no/],
    ["whole: cursorEnds", "whole: emptyPage", "whole: emptyPage", /emptyPage needs paging by page or offset/],
    ["path: /contacts", "path: contacts?all=1", "path: contacts", /is no path: it begins with/],
    ['bearer: "{token}"', 'bearer: "{tokn}"', 'bearer: "{tokn}"', /there is no option "tokn"; did you mean "token"/],
    ["customer: { id: /id,", "group: { kind: tag, name: /name, id: /id } # ", "lists:", /no list tells customers/],
    ["connector: acme", "connector: Acme!", "connector: Acme!", /is no name: small letters, digits and hyphens/],
    ["each: /tags", "eech: /tags", "eech: /tags", /unknown key "eech"; did you mean "each"/]
  ]
  for (const [from, to, at, message] of wrong) {
    it(`${from.trim()} -> ${to.trim()}`, () => {
      assert.include(right, from)
      const text = right.replace(from, to)
      const found = problems(text)
      const reported = found.find((one) => message.test(one))
      assert.isDefined(reported, found.join("\n"))
      assert.strictEqual(reported?.split(":")[0], String(lineOf(text, at)), found.join("\n"))
    })
  }

  it("two lists that tell the same, and none of it twice", () => {
    const twice = `${right}${way.yaml.replace("contacts:", "people:")}\n`
    assert.match(problems(twice).join("\n"), /contacts tells customers already; one list must be the whole truth/)
  })
})

describe("a config", () => {
  const config = (named: string) =>
    `connectors: [${named}]\nconnections:\n  crm: { connector: acme, token: secret-of-the-crm }\n  cstar: { connector: cstar, teamId: t, apiKey: sk_test_1 }\nsyncs:\n  customers: { from: crm, to: cstar, rules: [{ kind: tag }] }\n`
  const load = (files: Readonly<Record<string, string>>) =>
    Effect.gen(function* () {
      const dir = yield* folder(files)
      return yield* ConfigFile.load({ file: path.join(dir, "groupbridge.yaml"), connectors, describe: ManifestFile.read, env: {} })
    })

  it.effect("names its described connectors by file, and decodes their options", () =>
    Effect.gen(function* () {
      const loaded = yield* load({ "groupbridge.yaml": config("./described/acme.yaml"), "described/acme.yaml": right })
      assert.strictEqual(loaded.connectors.get("acme")?.title, "Acme")
      assert.include(loaded.secrets, "secret-of-the-crm")
    }).pipe(Effect.scoped)
  )

  const wrong: ReadonlyArray<readonly [connectors: string, manifest: string, message: RegExp]> = [
    ["./other.yaml", right, /^groupbridge\.yaml:1:14 {2}\.\/other\.yaml cannot be read: .*no such file/m],
    ["groupbridge-acme", right, /groupbridge-acme names no file; write its path, such as \.\/groupbridge-acme\.yaml/],
    ["./acme.yaml", right.replace("connector: acme", "connector: zendesk"), /acme\.yaml names its connector "zendesk", as one that is there already/],
    ["./acme.yaml", right.replace("rows: /data", "rows: data"), /^acme\.yaml:12:11 {2}"data" is no JSON Pointer/m]
  ]
  for (const [connectors, manifest, message] of wrong) {
    it.effect(`is told of ${String(message)}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(load({ "groupbridge.yaml": config(connectors), "acme.yaml": manifest }))
        assert.match(error.message, message)
      }).pipe(Effect.scoped)
    )
  }

  it.effect("holds a changed manifest like a changed rule: its lists are part of what decides", () =>
    Effect.gen(function* () {
      const meaning = (manifest: string) =>
        Effect.map(load({ "groupbridge.yaml": config("./acme.yaml"), "acme.yaml": manifest }), ({ syncs }) => syncs.get("customers")?.meaning.join("\n"))
      const before = yield* meaning(right)
      assert.strictEqual(yield* meaning(right.replace("title: Acme", "title: Acme CRM")), before)
      assert.notStrictEqual(yield* meaning(right.replace("/kind: agent", "/kind: boss")), before)
    }).pipe(Effect.scoped)
  )
})

it("pointers and templates take what is there", () => {
  const row = { id: 7, "a/b": { "~": "x" }, first: " Ann ", last: null, list: [{ id: "l1" }], empty: "", big: 2 ** 60 }
  assert.deepStrictEqual(
    ["/a~1b/~0", "/list/0/id", "/none/deep", "/__proto__", "/list/length"].map((pointer) => Template.at(row, pointer)),
    ["x", "l1", undefined, undefined, 1]
  )
  assert.deepStrictEqual(
    ["/first", "{/first} {/last}", "{/last}", "c-{/id}", "/list", "/empty"].map((template) => Template.fill(template, row)),
    ["Ann", "Ann", null, "c-7", null, null]
  )
  assert.deepStrictEqual([7, "7", "", 2 ** 60, 1.5, null, true].map(Template.idOf), ["7", "7", null, null, null, null, null])
  assert.deepStrictEqual(Template.put({ a: { b: 1 }, c: 2 }, "/a/d", 3), { a: { b: 1, d: 3 }, c: 2 })
})

it("the next page is followed below the base URL alone, without the credential's parameters", () => {
  const within = (url: string) => Paging.within("https://api.acme.example/v2", url, ["key"])
  assert.deepStrictEqual(within("https://api.acme.example/v2/contacts?after=3&key=x&tag=a&tag=b"), {
    path: "/contacts",
    params: { after: ["3"], tag: ["a", "b"] }
  })
  assert.deepStrictEqual(within("/v2/contacts?after=3"), { path: "/contacts", params: { after: ["3"] } })
  for (const url of [
    "https://evil.example/v2/contacts",
    "http://api.acme.example/v2/contacts",
    "https://api.acme.example/v1/contacts",
    "/v2/../admin",
    "//evil.example/v2/x"
  ]) {
    assert.isNull(within(url), url)
  }
})
