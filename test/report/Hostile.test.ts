/** Names are data: they go through every report and come out as text. */
import { assert, describe, it } from "@effect/vitest"
import * as Facts from "../../src/report/Facts.ts"
import * as GroupsText from "../../src/report/GroupsText.ts"
import * as HeldText from "../../src/report/HeldText.ts"
import * as PlanCsv from "../../src/report/PlanCsv.ts"
import * as PlanPage from "../../src/report/page/PlanPage.ts"
import * as PlanJson from "../../src/report/PlanJson.ts"
import * as PlanMarkdown from "../../src/report/PlanMarkdown.ts"
import * as PlanText from "../../src/report/PlanText.ts"
import * as SyncJson from "../../src/report/SyncJson.ts"
import * as NewsText from "../../src/report/NewsText.ts"
import * as SyncText from "../../src/report/SyncText.ts"
import * as Terminal from "../../src/report/Terminal.ts"
import * as UnmatchedText from "../../src/report/UnmatchedText.ts"
import type { GroupRow, UnmatchedRow } from "../../src/model/Overview.ts"
import { noticed } from "../kit/Noticed.ts"
import * as S from "./Samples.ts"

// oxlint-disable-next-line no-control-regex -- control characters are what must not be there
const ACTIVE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u

const input = { plan: S.hostilePlan, changes: S.hostileChanges }

const hostileResult = {
  ...S.result,
  plan: S.hostilePlan,
  refused: S.hostileChanges.map((change) => ({ change, reason: change.group.name })),
  error: { kind: "vendor" as const, message: S.hostile.join(" ") }
}

/** What a reader after RFC 4180 sees. */
const readCsv = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const rows: Array<Array<string>> = []
  let row: Array<string> = []
  for (const [, quoted, bare = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gu)) {
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'))
    if (end === "\r\n") {
      rows.push(row)
      row = []
    }
  }
  return rows
}

describe("hostile names", () => {
  it("never reach a terminal as anything that acts", async () => {
    const groups: ReadonlyArray<GroupRow> = S.hostile.map((name) => ({
      connection: "zendesk",
      kind: "tag",
      key: `tag:${name}`,
      name,
      members: 1,
      rule: null,
      target: name,
      state: "ambiguous",
      reason: name
    }))
    const people: ReadonlyArray<UnmatchedRow> = S.hostile.map((name) => ({
      sync: "c",
      connection: "zendesk",
      id: name,
      email: name,
      name,
      reason: "ambiguous",
      since: S.NOW,
      candidates: [name]
    }))
    const texts = [
      await S.collect((sink) => PlanText.write(input, S.view, sink)),
      await S.collect((sink) => PlanText.write(input, { ...S.view, all: true }, sink)),
      await S.collect((sink) =>
        HeldText.write(
          S.hostilePlan.held[0] ?? S.h14,
          S.hostileChanges.map((change) => ({ ...change, held: "H-14" })),
          S.view,
          sink
        )
      ),
      await S.collect((sink) => GroupsText.write("customers", groups, S.view, sink)),
      await S.collect((sink) => UnmatchedText.write("customers", S.hostile[7] ?? "", people, S.view, sink)),
      HeldText.list(S.hostilePlan.held, S.view),
      SyncText.text([hostileResult], S.view),
      NewsText.text([noticed(hostileResult).reported], S.view)
    ]
    for (const [index, text] of texts.entries()) {
      assert.notMatch(text, ACTIVE, `text ${index}`)
      assert.isBelow(Math.max(...text.split("\n").map((line) => line.length)), 40_000)
      assert.notInclude(text, "x".repeat(1001))
    }
    assert.include(texts[0] ?? "", "␛[31mred␛]0;title␇")
    assert.include(texts[0] ?? "", "\\u{202e}fdp.exe")
  })

  it("are exact in JSON, which holds nothing that acts either", async () => {
    for (const text of [await S.collect((sink) => PlanJson.write([input], sink)), await S.collect((sink) => SyncJson.write("sync", [hostileResult], sink))]) {
      assert.notMatch(text, ACTIVE)
      assert.notInclude(text, "\r")
    }
    const document = JSON.parse(await S.collect((sink) => PlanJson.write([input], sink)))
    for (const { group } of document.syncs[0].changes) delete group.short
    assert.deepStrictEqual(document.syncs[0].changes, S.hostileChanges)
  })

  it("are complete in CSV, with an apostrophe before what would be calculated", async () => {
    const [header, ...rows] = readCsv(await S.collect((sink) => PlanCsv.write([input], sink)))
    assert.deepStrictEqual(header, [...PlanCsv.HEADER])
    assert.strictEqual(rows.length, S.hostile.length)
    const column = PlanCsv.HEADER.indexOf("group")
    for (const [index, name] of S.hostile.entries()) {
      const cell = rows[index]?.[column] ?? ""
      assert.strictEqual(rows[index]?.length, PlanCsv.HEADER.length)
      assert.notMatch(cell, /^[=+\-@\t\r]/u)
      // oxlint-disable-next-line no-control-regex -- as above
      if (!/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|^[=+\-@\t]/u.test(name)) assert.strictEqual(cell, name)
    }
    assert.strictEqual(rows[1]?.[column], "'=cmd()")
    // A mark that turns the text around would show another name than the one that is meant.
    const turned = S.hostile.findIndex((name) => name.includes("\u202e"))
    assert.include(rows[turned]?.[column], "\\u{202e}")
    assert.strictEqual(rows[4]?.[column], "'\tTab")
  })

  it("are only text in HTML", async () => {
    const text = await S.collect((sink) => PlanPage.write([input], S.view, S.pageOptions, sink))
    assert.notMatch(text, ACTIVE)
    const tags = new Set([...text.matchAll(/<\/?([a-z!][a-z0-9]*)/giu)].map(([, tag = ""]) => tag.toLowerCase()))
    for (const tag of ["img", "a", "iframe", "object", "base"]) assert.isFalse(tags.has(tag), tag)
    assert.deepStrictEqual(
      [...text.matchAll(/<script([^>]*)>/gu)].map(([, attributes]) => attributes),
      [' type="application/json" class="data"', ' type="application/gzip+base64" data-of="s0"', ""]
    )
    assert.include(text, "&lt;script&gt;alert(1)&lt;/script&gt;")
    assert.notMatch(text.replaceAll(/="[^"]*"/gu, ""), /<[a-z][^<>]*\son[a-z]+/iu)
    assert.match(text, /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; base-uri 'none'/u)
    assert.notMatch(text, /<[^<>]*\s(src|href)=["']/u)
  })

  it("are only text in Markdown, and mention nobody", async () => {
    const text = await S.collect((sink) => PlanMarkdown.write([input], S.view, sink))
    assert.notMatch(text, ACTIVE)
    assert.notMatch(text, /<(?!\/?code>)/u)
    assert.notInclude(text, "](")
    assert.notInclude(text, "@octocat")
    assert.include(text, "@&#8203;octocat #&#8203;1")
    assert.notInclude(text.replaceAll(/<code>.*?<\/code>/gu, ""), "&#64;octocat")
    const cells = text.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| who"))
    assert.strictEqual(cells.length, S.hostile.length)
    for (const line of cells) assert.strictEqual(line.split("|").length, 6, line.slice(0, 300))
  })

  it("are cut by what they take on the screen", () => {
    assert.strictEqual(Terminal.visible("x".repeat(10_000), 10), `${"x".repeat(9)}…`)
    assert.strictEqual(Terminal.visible("宽".repeat(10_000), 10), `${"宽".repeat(4)}…`)
    assert.isBelow(Terminal.visible(`z${"\u0301".repeat(10_000)}`, 10).length, 200)
    assert.strictEqual(Terminal.visible("👩‍👩‍👧‍👦 family", 40), "👩‍👩‍👧‍👦 family")
    assert.strictEqual(Terminal.width("👩‍👩‍👧‍👦e\u0301宽"), 5)
    assert.deepStrictEqual(Facts.sentences("a\nb\u001b"), ["a", "b␛"])
  })
})
