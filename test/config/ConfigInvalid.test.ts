import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { load, minimal } from "./support.ts"

const problems = (parts: Parameters<typeof minimal>[0], files: Readonly<Record<string, string>> = {}) =>
  Effect.map(load({ "groupbridge.yaml": minimal(parts), ...files }), ({ lines }) => lines)

const mistakes = `conections: {}
connections:
  zendesk:
    connector: zendesk
    subdomain: acme
    email: a@b.c
    apitoken: tok-literal-1
    suspended: exclud
  shop:
    connector: cstr
  cstar:
    connector: cstar
    teamId: 17
    apiKey: \${CSTAR_KEY}
    budget: 800/hours
syncs:
  customers:
    from: [zendesc, cstar]
    to: zendesk
    rules:
      - kind: organisation
        includ: ["vip"]
      - kind: tag
        include: ["**", "{a,b}"]
        where: { members: "=> 3", size: ">= many" }
        name: "Plan {name"
      - kind: tag
        into: At risk
        name: x
      - { kind: tag, into: At risk, include: [vip] }
      - { include: [VIP], into: At risk, kind: tag }
    match: [emial, { fil: map.csv }]
    removals: our
    grace: { reads: 0, for: 2 days }
    guards: { removalPercent: 200, additions: "1000" }
    exceptions: exceptions.csv
    schedule: "61 * * * *"
    timezone: Europe/Pragu
    drift: ask
    drift: accept
  second:
    from: zendesk
    to: zendesk
    rules: []
  third:
    form: zendesk
    to: cstar
  staff:
    from: zendesk
    to: cstar
    team: { roles: {} }
state: 7
keep: 400
notify: [ https://example.com ]
`

const expected = `groupbridge.yaml:1:1  unknown key "conections"; did you mean "connections"?
groupbridge.yaml:7:5  unknown key "apitoken"; did you mean "apiToken"?
groupbridge.yaml:8:16  "exclud" is not allowed here; allowed: include, exclude; did you mean "exclude"?
groupbridge.yaml:10:16  there is no connector "cstr"; did you mean "cstar"?
groupbridge.yaml:13:13  expected text, found a number; put it in quotes
groupbridge.yaml:14:13  \${CSTAR_KEY} is not set; looked in the environment and in .env beside this file (no such file)
groupbridge.yaml:15:13  "800/hours" is not a budget; write calls in a stretch such as 800/hour, 100/minute, 10/second, or a share from 1% to 100%
groupbridge.yaml:18:12  no connection is called "zendesc"; did you mean "zendesk"?
groupbridge.yaml:18:21  "cstar" cannot be read from; cStar is a target only
groupbridge.yaml:19:9  "zendesk" cannot be written to; Zendesk is a source only
groupbridge.yaml:21:15  "organisation" is not allowed here; allowed: organization, tag, label, segment; did you mean "organization"?
groupbridge.yaml:22:9  unknown key "includ"; did you mean "include"?
groupbridge.yaml:24:19  "**" has "**"; one * stands for any text
groupbridge.yaml:24:25  "{a,b}" has {a,b}; write the patterns as two items of the list
groupbridge.yaml:25:27  "=> 3" is not a condition; write ">= 3", "> 3", "<= 3", "< 3", "!= x", or the value itself for equality
groupbridge.yaml:25:41  ">= many" compares with no number; write ">= 3", "> 3", "<= 3", "< 3", "!= x", or the value itself for equality
groupbridge.yaml:26:15  "Plan {name" has a brace without its counterpart; a placeholder is {name}
groupbridge.yaml:29:9  "name" and "into" exclude each other; "into" is the name already
groupbridge.yaml:31:9  this rule is the same as the one in line 30; the first one wins, so take this one out
groupbridge.yaml:32:13  "emial" is not allowed here; allowed: email, externalId; did you mean "email"?
groupbridge.yaml:32:22  unknown key "fil"; did you mean "file"?
groupbridge.yaml:33:15  "our" is not allowed here; allowed: never, ours, all; did you mean "ours"?
groupbridge.yaml:34:21  0 is not a whole number from 1 on
groupbridge.yaml:34:29  "2 days" is not a duration; write a whole number and s, m, h or d, such as 45s, 90m, 6h, 30d
groupbridge.yaml:35:31  200 is not a percentage from 0 to 100
groupbridge.yaml:35:47  expected a number, found "1000"
groupbridge.yaml:36:17  "exceptions.csv": no such file; looked at DIR/exceptions.csv
groupbridge.yaml:37:15  "61 * * * *" is not a schedule: "61" is not understood as minute; write *, a number from 0 to 59, a range 1-5, a step */15 or 1-9/2, or a list of those
groupbridge.yaml:38:15  "Europe/Pragu" is not a time zone such as Europe/Prague; did you mean "Europe/Prague"?
groupbridge.yaml:40:5  this key stands here twice
groupbridge.yaml:43:9  "zendesk" is in "from" already; a sync leads from one connection to another
groupbridge.yaml:44:12  holds no rule; without one nothing is synced
groupbridge.yaml:45:3  "rules" is missing
groupbridge.yaml:46:5  unknown key "form"; did you mean "from"?
groupbridge.yaml:49:11  "zendesk" cannot be read from by a sync of staff (team); Zendesk does not show who works there
groupbridge.yaml:50:9  "cstar" cannot be written to by a sync of staff (team); cStar has no team that can be written to
groupbridge.yaml:51:20  names no role; without one nothing is synced
groupbridge.yaml:52:8  expected text, found 7; put it in quotes
groupbridge.yaml:53:7  expected a duration such as 45s, 90m, 6h or 30d, found 400
groupbridge.yaml:54:11  expected keys with values, found "https://example.com"`

describe("a config with mistakes", () => {
  it.effect("tells all of them at once, each at its place, with what is allowed and the nearest right word", () =>
    Effect.gen(function* () {
      const { dir, lines } = yield* load({ "groupbridge.yaml": mistakes })
      assert.deepStrictEqual(lines, expected.replace("DIR", dir).split("\n"))
    })
  )

  it.effect("carries the places as numbers, sorted", () =>
    Effect.gen(function* () {
      const { result } = yield* load({ "groupbridge.yaml": mistakes })
      const invalid = Either.getOrThrowWith(Either.flip(result), () => new Error("it was accepted"))
      assert.strictEqual(invalid._tag, "ConfigInvalid")
      assert.deepInclude(invalid.problems[2], { file: "groupbridge.yaml", line: 8, column: 16 })
      const places = invalid.problems.map((problem) => problem.line * 1000 + problem.column)
      assert.deepEqual(
        places,
        [...places].sort((a, b) => a - b)
      )
    })
  )

  it.effect("tells the place in the files that it names, after its own problems", () =>
    Effect.gen(function* () {
      const sync = "    match: [{ file: maps/map.csv }]\n    exceptions: exceptions.csv\n    removals: none\n"
      const lines = yield* problems(
        { sync },
        {
          "maps/map.csv": "id,target\n1,a\n,b\n2,\n1,c\n",
          "exceptions.csv":
            'email,group,what,until,reason,by\nanna@x.io,VIP,alway,,,\nanna,,never,2026-02-30,,\nb@x.io,VIP,always,,,\nB@x.io,vip,never,,,\n"c@x.io,VIP\n'
        }
      )
      assert.deepEqual(lines, [
        'groupbridge.yaml:12:15  "none" is not allowed here; allowed: never, ours, all',
        "exceptions.csv:6:1  the quote that opens here is never closed (columns separated by commas)",
        "maps/map.csv:3:1  id is empty",
        'maps/map.csv:5:1  id "1" is mapped to another target in line 2'
      ])
    })
  )

  it.effect("finds fault with rows of exceptions.csv, but not with a row whose day is over", () =>
    Effect.gen(function* () {
      const exceptions = (text: string) => problems({ sync: "    exceptions: e.csv\n    timezone: UTC\n" }, { "e.csv": text })
      assert.deepEqual(yield* exceptions("email,group,what\nanna@x.io,VIP,alway\nanna,,never\nb@x.io,VIP,always\nB@x.io,vip,never\n"), [
        'e.csv:2:15  "alway" is not allowed here; did you mean "always"?',
        'e.csv:3:1  "anna" is not an e-mail address',
        "e.csv:3:6  group is empty",
        "e.csv:5:1  contradicts line 4: always for the same e-mail and group"
      ])
      assert.deepEqual(yield* exceptions("a@x.io,VIP,always,2026-02-30\nb@x.io,VIP,always,1.4.2026,a,b,c\n"), [
        'e.csv:1:19  "2026-02-30" is not a day; write it as 2026-04-01, or leave it empty for ever',
        'e.csv:2:19  "1.4.2026" is not a day; write it as 2026-04-01, or leave it empty for ever',
        "e.csv:2:32  more than the 6 columns email, group, what, until, reason, by; text with commas stands in quotes (columns separated by commas)"
      ])
      assert.deepEqual(yield* exceptions("email,group,what,untl\n"), ['e.csv:1:18  unknown column "untl"; did you mean "until"? (columns separated by commas)'])
      assert.deepEqual(yield* exceptions("a@x.io|VIP|always\n"), [
        'e.csv:1:1  "" is not allowed here; allowed: always, never (columns separated by commas)',
        "e.csv:1:1  group is empty (columns separated by commas)"
      ])
      assert.deepEqual(yield* exceptions("a@x.io,VIP,always,1969-12-30\na@x.io,VIP,never\n"), [])
    })
  )

  it.effect("finds fault with the header of a map file", () =>
    Effect.gen(function* () {
      const map = (text: string) => problems({ sync: "    match: [{ file: m.csv }]\n" }, { "m.csv": text })
      const wanted = "m.csv:1:1  the header needs exactly one of email, externalId, id, and target; found"
      assert.deepEqual(yield* map("mail;target\n"), [`${wanted} "mail", "target"; did you mean "email"? (columns separated by semicolons)`])
      assert.deepEqual(yield* map("email,targt\n"), [`${wanted} "email", "targt"; did you mean "target"? (columns separated by commas)`])
      assert.deepEqual(yield* map("email,id,target\n"), [`${wanted} "email", "id", "target" (columns separated by commas)`])
      assert.deepEqual(yield* map("email|target\n"), [`${wanted} "email|target" (columns separated by commas)`])
      assert.deepEqual(yield* map("EMAIL,Target\na@b.c,1\n"), [])
    })
  )

  it.effect("tells what is missing at the key it is missing under", () =>
    Effect.gen(function* () {
      const lines = (text: string) => Effect.map(load({ "groupbridge.yaml": text }), (loaded) => loaded.lines)
      assert.deepEqual(yield* lines(""), ["groupbridge.yaml:1:1  expected keys with values, found nothing"])
      assert.deepEqual(yield* lines("- a\n"), ["groupbridge.yaml:1:1  expected keys with values, found a list"])
      assert.deepEqual(yield* lines("connections:\n  a:\n  b: {}\nsyncs: {}\n"), [
        "groupbridge.yaml:2:5  expected keys such as connector, found nothing",
        'groupbridge.yaml:3:3  "connector" is missing; allowed: zendesk, cstar',
        "groupbridge.yaml:4:8  holds no sync"
      ])
      assert.deepEqual(yield* lines("syncs:\n  a:\n  b: { from: , to: [], rules: [1] }\n"), [
        'groupbridge.yaml:1:1  "connections" is missing',
        "groupbridge.yaml:2:5  expected keys with values, found nothing",
        "groupbridge.yaml:3:14  expected a name or a list of names, found nothing",
        "groupbridge.yaml:3:20  expected text, found a list",
        "groupbridge.yaml:3:32  expected keys with values, found 1"
      ])
      assert.deepEqual(yield* lines("connections:\n  a: { connector: zendesk }\nsyncs: [1]\n"), [
        'groupbridge.yaml:2:3  "accessToken" is missing; "email" and "apiToken" would do instead',
        'groupbridge.yaml:2:3  "subdomain" is missing',
        "groupbridge.yaml:3:8  expected keys with values, found a list"
      ])
    })
  )

  it.effect("refuses rules that contradict themselves", () =>
    Effect.gen(function* () {
      const sync = `        of: organizations
        where: { members: some }
      - { kind: tag, into: "{name}" }
      - { kind: label, include: ["!x", " a", "", "/a.*/"] }
`
      assert.deepEqual(yield* problems({ sync }), [
        'groupbridge.yaml:10:13  "of: organizations" goes with kind tag or label; a rule of kind organization always takes customers',
        'groupbridge.yaml:11:27  members is a size; write a number or a comparison such as ">= 3"',
        'groupbridge.yaml:12:28  "{name}" has braces; it names one group for all, nothing is filled in',
        'groupbridge.yaml:13:34  "!x" begins with "!"; what is left out stands in "exclude" (for a real "!" write ?)',
        'groupbridge.yaml:13:40  " a" begins or ends with a space',
        'groupbridge.yaml:13:46  "" is empty; write * for everything',
        'groupbridge.yaml:13:50  "/a.*/" is no glob; only * and ? are special, there are no regular expressions'
      ])
    })
  )
})

describe("text that is no YAML", () => {
  it.effect("is told where it breaks, without the text itself", () =>
    Effect.gen(function* () {
      const one = yield* load({ "groupbridge.yaml": "connections:\n  a: { apiKey: tok-literal-1\nsyncs:\n" })
      assert.match(one.lines[0] ?? "", /^groupbridge\.yaml:3:\d+ {2}broken YAML: /)
      assert.notInclude(one.lines.join("\n"), "tok-literal-1")
      const two = yield* load({ "groupbridge.yaml": "connections:\n\ta: 1\n" })
      assert.include(two.lines.join("\n"), "groupbridge.yaml:2:1  a tab indents this line; use spaces")
      const documents = yield* load({ "groupbridge.yaml": "---\na: 1\n---\nb: 1\n" })
      assert.include(documents.lines.join("\n"), "groupbridge.yaml:3:1  a second document (---) begins here; only one is allowed")
      const three = yield* load({ "groupbridge.yaml": `a: "tok-literal-1" tok-literal-1\nb: *tok\n` })
      assert.include(three.lines.join("\n"), "groupbridge.yaml:1:20  broken YAML: ")
      assert.notInclude(three.lines.join("\n"), "tok-literal-1")
    })
  )

  it.effect("is told to need quotes where a variable stands between braces", () =>
    Effect.gen(function* () {
      const { lines } = yield* load({ "groupbridge.yaml": "connections:\n  a: { apiKey: ${KEY}, b: c }\n" }, { KEY: "x" })
      assert.match(lines[0] ?? "", /^groupbridge\.yaml:2:\d+ {2}broken YAML: .*; inside \{ \} and \[ \] a \$\{NAME\} needs quotes$/)
    })
  )

  it.effect("stops at aliases that stand for millions of values", () =>
    Effect.gen(function* () {
      const levels = Array.from({ length: 9 }, (_, level) => `  l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(", ")}]\n`)
      const { lines } = yield* load({ "groupbridge.yaml": `x-bomb:\n  l0: &l0 [a, b]\n${levels.join("")}${minimal({})}` })
      assert.match(lines.join("\n"), /the aliases of this file stand for more than 100000 values; write out what is meant/)
      assert.isAtMost(lines.length, 3)
    })
  )

  for (const url of ["postgres://user@host/db", "postgresql://h/d?account=a", "file:///tmp/x", "sqlite:x.db", "https://x.example/db"]) {
    it.effect(`refuses ${url} as the state's file`, () =>
      Effect.gen(function* () {
        const { lines } = yield* load({ "groupbridge.yaml": minimal({ rest: `state: ${url}\n` }) })
        assert.match(lines.join("\n"), /groupbridge\.yaml:\d+:8 {2}.*is a URL, and remote state is not supported in this version; name a file/)
      })
    )
  }

  it.effect("does not follow an alias into itself", () =>
    Effect.gen(function* () {
      const { lines } = yield* load({ "groupbridge.yaml": minimal({ rest: "state: &a [*a]\n" }) })
      assert.include(lines.join("\n"), "*a stands for nothing that is complete here")
    })
  )
})
