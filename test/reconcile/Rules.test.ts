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
  prefix: "zendesk",
  members: 3,
  group: { kind: "tag", carrier: "customer", id, name: id, externalId: null, fields: {} }
})
const organization: Rules.Candidate = {
  connection: "zendesk",
  prefix: "zendesk",
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
    assert.strictEqual(Rules.desiredFor(rules, tag("churned"))?.handle, "into:At risk")
    assert.strictEqual(Rules.desiredFor(rules, tag("gold"))?.draft.name, "Plan gold")
    assert.isNull(Rules.desiredFor(rules, tag("internal_test")))
    assert.isNull(Rules.desiredFor(rules, organization))
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

  it("numbers are compared with numbers alone; a text in plain decimals is one", () => {
    const cases: ReadonlyArray<readonly [found: string | number | boolean | null, condition: ">=" | "<" | "=" | "!=", value: number, expected: boolean]> = [
      [12, ">=", 3, true],
      ["12", ">=", 3, true],
      [" 3.0 ", ">=", 3, true],
      ["-1.5", "<", 0, true],
      ["", ">=", 0, false],
      ["", "<", 1, false],
      [true, ">=", 1, false],
      ["0x2", ">=", 1, false],
      ["1e3", ">=", 1, false],
      ["12 seats", ">=", 1, false],
      ["Infinity", ">=", 1, false],
      [null, "<", 1, false],
      ["3.0", "=", 3, true],
      ["0x3", "=", 3, false],
      [true, "=", 1, false],
      ["", "=", 0, false],
      ["", "!=", 0, true],
      ["007", "=", 7, true]
    ]
    for (const [found, operator, value, expected] of cases) {
      const candidate = { ...organization, group: { ...organization.group, fields: { seats: found } } }
      const where = [{ field: "seats", operator, value }]
      assert.strictEqual(Rules.ruleFor([rule({ kind: "organization", where })], candidate) !== null, expected, `${JSON.stringify(found)} ${operator} ${value}`)
    }
  })

  it("names are the same whichever way their accents are composed: include, exclude, where, previously, into", () => {
    const [composed, apart] = ["Žižkov", "Žižkov".normalize("NFD")]
    assert.notStrictEqual<string>(composed, apart)
    for (const [ours, theirs] of [
      [composed, apart],
      [apart, composed]
    ] as const) {
      const taken = (given: Partial<RuleConfig>) =>
        Rules.ruleFor([rule(given)], { ...tag(theirs), group: { ...tag(theirs).group, fields: { city: theirs } } }) !== null
      assert.isTrue(taken({ include: [ours] }))
      assert.isTrue(taken({ include: ["?i?kov"] }))
      assert.isFalse(taken({ exclude: [ours] }))
      assert.isTrue(taken({ where: [{ field: "city", operator: "=", value: ours }] }))
      assert.isFalse(taken({ where: [{ field: "city", operator: "!=", value: ours }] }))
      assert.include(
        Rules.desiredFor([rule({ previously: [ours] })], tag("new"))?.previousKeys ?? [],
        `zendesk/${keyText({ ...tag(theirs.toLowerCase()).group })}`
      )
      const shared = Rules.desiredFor([rule({ into: ours })], tag("x"))
      assert.strictEqual(shared?.handle, `into:${composed}`)
      assert.deepStrictEqual(shared?.previousKeys, [`into:${apart}`])
    }
    // Case stays as it was: folded in patterns, kept in the name of a group.
    assert.isNotNull(Rules.ruleFor([rule({ include: ["žižKOV"] })], tag(apart)))
  })

  it("templates are filled in as data, and a name is never empty", () => {
    const named = (name: string) => Rules.desiredFor([rule({ kind: "organization", name })], organization)?.draft.name
    assert.strictEqual(named("{name} ({id}, {contract}, {slug})"), "Größe & Söhne (5512, Active, große-sohne)".replace("große", Rules.slugOf("Größe")))
    const noteless = Rules.desiredFor([rule({ kind: "organization", name: "VIP {note} {id}", externalId: "x-{note}" })], organization)
    assert.deepStrictEqual([noteless?.missing, noteless?.draft.name, noteless?.explicitExternalId], [["note"], organization.group.name, false])
    assert.strictEqual(Rules.desiredFor([rule({ name: "{name}" })], tag("{id}"))?.draft.name, "{id}")
  })

  it("external ids: an organization's own, a tag's with its kind, or the one the rule asks for, which may be shared", () => {
    assert.strictEqual(Rules.desiredFor([rule({ kind: "organization" })], organization)?.draft.externalId, "5512")
    assert.strictEqual(Rules.desiredFor([rule({})], tag("vip"))?.draft.externalId, "tag:vip")
    assert.strictEqual(Rules.desiredFor([rule({ externalId: "all-vips" })], tag("vip"))?.handle, "externalId:all-vips")
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

  it("are surely the same only where nothing but the case of A to Z differs before the @", () => {
    const same = (one: string, two: string) => [Address.normalise(one) === Address.normalise(two), Address.isSame(one, two)]
    for (const [one, two] of [
      ["ANNA@x.io", "anna@X.IO"],
      ["\u00c1NNA@b\u00fccher.example", "\u00c1nna@B\u00dcCHER.example"]
    ] as const)
      assert.deepStrictEqual(same(one, two), [true, true])
    // An accent in two ways, a Kelvin sign, a dotted capital I.
    for (const [one, two] of [
      ["\u00c1nna@x.io", "\u00e1nna@x.io"],
      ["a\u0301nna@x.io", "\u00e1nna@x.io"],
      ["\u212aim@x.io", "kim@x.io"]
    ] as const)
      assert.deepStrictEqual(same(one, two), [true, false])
    assert.deepStrictEqual(same("\u0130lker@x.io", "ilker@x.io"), [false, false])
    assert.isFalse(Address.isSame(null, null))
  })

  it("names that differ in what shows nothing are one", () => {
    for (const other of ["V\u200bIP", "VIP\ufeff", "\u200eVIP", "V\u00adIP", "VI\u2060P", "\u202eVIP\u202c", "VIP\ufe0f"])
      assert.strictEqual(foldName(other), foldName("VIP"), JSON.stringify(other))
    // Flags are made of letters that show nothing by themselves.
    assert.notStrictEqual(foldName("\u{1F3F4}\u{E0067}\u{E007F}"), foldName("\u{1F3F4}"))
  })

  it("names that look the same to a person are one", () => {
    assert.strictEqual(foldName(" Foo\u00a0 GmbH "), foldName("ＦＯＯ gmbh"))
  })
})
