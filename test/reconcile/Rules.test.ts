import { assert, describe, it } from "@effect/vitest"
import type { RuleConfig } from "../../src/config/Config.ts"
import * as Address from "../../src/model/Address.ts"
import { foldName, keyText } from "../../src/model/Group.ts"
import * as Glob from "../../src/reconcile/Glob.ts"
import * as Rules from "../../src/reconcile/Rules.ts"

const rule = (given: Partial<RuleConfig>): RuleConfig => ({
  index: 1,
  place: { line: 10, column: 9 },
  kind: "tag",
  of: "customer",
  include: [],
  exclude: [],
  where: [],
  name: null,
  slug: null,
  description: null,
  externalId: null,
  customFields: {},
  into: null,
  previously: [],
  ...given
})

const tag = (id: string): Rules.Candidate => ({
  connection: "zendesk",
  members: 3,
  group: { kind: "tag", carrier: "customer", id, name: id, externalId: null, fields: {} }
})
const organization: Rules.Candidate = {
  connection: "zendesk",
  members: 3,
  group: {
    kind: "organization",
    carrier: "customer",
    id: "5512",
    name: "Größe & Söhne",
    externalId: "e1",
    fields: { contract: "Active", seats: 12, note: null }
  }
}

describe("Glob", () => {
  it("fits whole names, without regard to case, in any script", () => {
    const cases: ReadonlyArray<readonly [string, string, boolean]> = [
      ["vip", "VIP", true],
      ["vip", "vips", false],
      ["plan_*", "plan_gold", true],
      ["plan_*", "plan_", true],
      ["*", "", true],
      ["?", "", false],
      ["*_gold_*", "plan_gold_2026", true],
      ["a.c", "abc", false],
      ["[x]*", "[x]y", true],
      ["зак?з*", "Заказ 7", true],
      ["*a*b*c", "xxaxxbxxcxxc", true]
    ]
    for (const [pattern, text, expected] of cases) assert.strictEqual(Glob.matches(pattern, text), expected, `${pattern} ~ ${text}`)
  })

  it("is not slowed down by patterns made to be slow", () => {
    assert.isFalse(Glob.matches("*a".repeat(40), `${"a".repeat(2000)}b`))
  })
})

describe("Rules", () => {
  it("the first rule that matches wins", () => {
    const rules = [rule({ index: 1, include: ["churn*"], into: "At risk" }), rule({ index: 2, exclude: ["internal*"], name: "Plan {name}" })]
    assert.strictEqual(Rules.wishFor(rules, tag("churned"))?.handle, "into:At risk")
    assert.strictEqual(Rules.wishFor(rules, tag("gold"))?.draft.name, "Plan gold")
    assert.isNull(Rules.wishFor(rules, tag("internal_test")))
    assert.isNull(Rules.wishFor(rules, organization))
  })

  it("conditions look at size and fields; a field that is not there equals nothing but the empty text", () => {
    const takes = (field: string, operator: RuleConfig["where"][number]["operator"], value: string | number) =>
      Rules.ruleFor([rule({ kind: "organization", where: [{ field, operator, value }] })], organization) !== null
    assert.deepStrictEqual(
      [
        takes("members", ">=", 3),
        takes("members", ">", 3),
        takes("contract", "=", "active"),
        takes("contract", "!=", "active"),
        takes("seats", "<", 13),
        takes("missing", ">=", 0),
        takes("missing", "=", "x"),
        takes("constructor", "!=", "")
      ],
      [true, false, true, false, true, false, false, false]
    )
  })

  it("templates are filled in as data, and a name is never empty", () => {
    const named = (name: string) => Rules.wishFor([rule({ kind: "organization", name })], organization)?.draft.name
    assert.strictEqual(named("{name} ({id}, {contract}, {slug})"), "Größe & Söhne (5512, Active, große-sohne)".replace("große", Rules.slugOf("Größe")))
    assert.strictEqual(named("{note}"), "5512")
    assert.strictEqual(Rules.wishFor([rule({ name: "{name}" })], tag("{id}"))?.draft.name, "{id}")
  })

  it("external ids: an organization's own, a tag's with its kind, or the one the rule asks for, which may be shared", () => {
    assert.strictEqual(Rules.wishFor([rule({ kind: "organization" })], organization)?.draft.externalId, "5512")
    assert.strictEqual(Rules.wishFor([rule({})], tag("vip"))?.draft.externalId, "tag:vip")
    assert.strictEqual(Rules.wishFor([rule({ externalId: "all-vips" })], tag("vip"))?.handle, "externalId:all-vips")
  })

  it("tags on customers and on organizations are told apart", () => {
    assert.notStrictEqual(keyText({ kind: "tag", carrier: "customer", id: "vip" }), keyText({ kind: "tag", carrier: "organization", id: "vip" }))
  })
})

describe("addresses and names", () => {
  it("fold case, space and international domains, and know no provider's habits", () => {
    assert.strictEqual(Address.normalise("  Jan@BÜCHER.example "), "jan@xn--bcher-kva.example")
    assert.notStrictEqual(Address.normalise("a.b@gmail.com"), Address.normalise("ab@gmail.com"))
    assert.deepStrictEqual(
      [Address.normalise("nobody"), Address.normalise("@x.io"), Address.normalise("a@"), Address.normalise(null)],
      [null, null, null, null]
    )
  })

  it("names that look the same to a person are one", () => {
    assert.strictEqual(foldName(" Foo\u00a0 GmbH "), foldName("ＦＯＯ gmbh"))
  })
})
