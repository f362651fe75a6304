/** What the three files say, in the forms that spreadsheets and databases write. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { mkdirSync, readFileSync, unlinkSync } from "node:fs"
import { contents, connect, type Contents } from "./TestConnection.ts"

const customer = {
  id: "1",
  email: null,
  externalId: null,
  name: null,
  role: "customer",
  suspended: false,
  verified: true,
  excluded: null,
  fields: {}
} as const

describe("lines", () => {
  it.scoped("become customers, with fields of one's own", () =>
    Effect.gen(function* () {
      const { records } = yield* connect({
        customers: [
          "ID,EMAIL",
          'externalid,Role,suspended,verified,field:Plan,Name\n1, ann@x.example ,A1,,yes,no,gold,"Ann ""A""\nof Globex"\n2,,,Staff,0,,,\n'
        ].join(",")
      })
      assert.deepStrictEqual(yield* records("customers"), [
        {
          _tag: "Customer",
          customer: {
            ...customer,
            email: "ann@x.example",
            externalId: "A1",
            name: 'Ann "A"\nof Globex',
            suspended: true,
            verified: false,
            fields: { Plan: "gold" }
          }
        },
        { _tag: "Customer", customer: { ...customer, id: "2", role: "staff", fields: { Plan: null } } }
      ])
    })
  )

  it.scoped("become groups and memberships under the group's kind", () =>
    Effect.gen(function* () {
      const { records } = yield* connect({ groups: "id,name,kind,externalId,field:tier\n10,Globex,,gx,2\nvip,VIP,Tag,,\n" })
      const globex = { kind: "organization", carrier: "customer", id: "10" } as const
      const vip = { kind: "tag", carrier: "customer", id: "vip" } as const
      assert.deepStrictEqual(yield* records("groups"), [
        { _tag: "Group", group: { ...globex, name: "Globex", externalId: "gx", fields: { tier: "2" } } },
        { _tag: "Group", group: { ...vip, name: "VIP", externalId: null, fields: { tier: null } } }
      ])
      assert.deepStrictEqual(yield* records("memberships"), [
        { _tag: "Membership", group: globex, customer: "1" },
        { _tag: "Membership", group: vip, customer: "2" }
      ])
    })
  )
})

describe("forms", () => {
  const text = "id;email;name\r\n1;zoe@x.example;Zoé, the first\r\n"
  const forms: Readonly<Record<string, Uint8Array>> = {
    "UTF-8 with a mark and semicolons": Buffer.from(`\uFEFF${text}`),
    "UTF-8 without a mark and tabs": Buffer.from(text.replaceAll(";", "\t")),
    "UTF-16 LE": Buffer.from(`\uFEFF${text}`, "utf16le"),
    "UTF-16 BE": Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
    "Windows-1252": Buffer.from(text, "latin1")
  }
  for (const [name, customers] of Object.entries(forms)) {
    it.scoped(`reads ${name}`, () =>
      Effect.gen(function* () {
        const { records, logged } = yield* connect({ customers })
        const [record] = yield* records("customers")
        assert.deepStrictEqual(record, { _tag: "Customer", customer: { ...customer, email: "zoe@x.example", name: "Zoé, the first" } })
        assert.deepStrictEqual(
          logged.map((line) => /is not UTF-8, so it is read as Windows-1252/.test(line)),
          name === "Windows-1252" ? [true] : []
        )
      })
    )
  }

  const spreadsheets: Readonly<Record<string, string>> = {
    "rows of separators alone": "id,name\n,\n1,Ann\n , \n2,Bo\n,\n,\n",
    "rows of separators before the header": ",\n,,\nid,name\n1,Ann\n2,Bo\n",
    "empty columns without a name at the right": "id;name;;\n1;Ann;;\n2;Bo;\n",
    "a first line that names the separator": "sep=;\r\nid;name\r\n1;Ann\r\n2;Bo\r\n",
    "a first line that names a rare separator": "sep=|\nid|name\n1|Ann\n2|Bo\n",
    "a first line with the separator, filled up": '"sep=,",\nid,name\n1,Ann\n2,Bo',
    "a Ctrl-Z on a line of its own": "id,name\n1,Ann\n2,Bo\n\u001a",
    "a Ctrl-Z after the last value": "id,name\n1,Ann\n2,Bo\u001a\u001a"
  }
  for (const [name, customers] of Object.entries(spreadsheets)) {
    it.scoped(`reads ${name}`, () =>
      Effect.gen(function* () {
        const { records } = yield* connect({ customers })
        assert.deepStrictEqual(
          (yield* records("customers")).map((record) => (record._tag === "Customer" ? [record.customer.id, record.customer.name] : [])),
          [
            ["1", "Ann"],
            ["2", "Bo"]
          ]
        )
      })
    )
  }

  const encodings: ReadonlyArray<readonly [customers: Uint8Array, name: string, guessed: boolean]> = [
    [Buffer.from("id,name\n1,Ann\n"), "ascii", false],
    [Buffer.from("id,name\n1,Zoé\n"), "utf-8", false],
    [Buffer.from("\uFEFFid,name\n1,Zoe\n"), "utf-8", false],
    [Buffer.from("\uFEFFid,name\n1,Zoé\n", "utf16le"), "utf-16le", false],
    [Buffer.from("id,name\n1,Zoé\n", "latin1"), "windows-1252", true]
  ]
  for (const [customers, name, guessed] of encodings) {
    it.scoped(`tells in which encoding the letters were read: ${name}${guessed ? ", guessed" : ""}`, () =>
      Effect.gen(function* () {
        const { read } = yield* connect({ customers })
        assert.deepStrictEqual((yield* read("customers")).at(-1)?.end?.encoding, { name, guessed })
      })
    )
  }

  it.scoped("a letter that a piece of the file cuts in two is whole", () =>
    Effect.gen(function* () {
      const lines = Array.from({ length: 20_000 }, (_, index) => `${index},ž${"é".repeat(index % 7)}`)
      const { read } = yield* connect({ customers: `id,name\n${lines.join("\n")}` })
      const pages = yield* read("customers")
      const names = pages.flatMap(({ records }) => records.map((record) => (record._tag === "Customer" ? `${record.customer.id},${record.customer.name}` : "")))
      assert.deepStrictEqual(names, lines)
      assert.deepStrictEqual(pages.at(-1)?.end, {
        reached: true,
        count: { value: 20_000, exact: true },
        encoding: { name: "utf-8", guessed: false }
      })
      assert.isTrue(pages.slice(0, -1).every(({ rows, end }) => rows <= 1000 && end === null))
    })
  )
})

describe("mistakes are told with their places", () => {
  const cases: ReadonlyArray<readonly [string, keyof Contents, string, RegExp]> = [
    [
      "an unknown column",
      "customers",
      "id,e-mial\n",
      /^customers\.csv: line 1, column 4: unknown column "e-mial"; did you mean "email"\? \(columns separated by commas\)$/
    ],
    [
      "a column that nothing is like",
      "memberships",
      "customer,group,until\n",
      /line 1, column 16: unknown column "until"; allowed: customer, group, email, groupName, origin, since \(columns separated by commas\)$/
    ],
    ["the separator it saw", "memberships", "customer;grup\n", /unknown column "grup"; did you mean "group"\?; .*\(columns separated by semicolons\)$/],
    ["a value below no name", "groups", "id,name,,\n1,a,,\n2,b,,x\n", /line 3, column 6: 4 values for 2 columns/],
    [
      "a separator that the first line names",
      "groups",
      "sep=|\nid|name\n1|a|b\n",
      /line 3, column 5: 3 values for 2 columns: .* \(columns separated by "\|"\)/
    ],
    ["a missing column", "memberships", "customer,role\n", /unknown column "role"; allowed: .*; line 1, column 1: the column "group" is missing/],
    ["a column twice", "groups", "id,name,Name\n", /line 1, column 9: the column "name" stands here a second time/],
    ["an empty file", "customers", "", /line 1, column 1: the file is empty; even a list of nobody has a header: id,email/],
    ["an id twice", "customers", "id\n7\n8\n\n7\n", /line 5, column 1: the id "7" stands on line 2 already/],
    ["a group twice", "groups", "name,id\na,1\nb,1\n", /line 3, column 3: the id "1" stands on line 2 already/],
    ["an empty id", "customers", "name,id\nAnn,\n", /line 2, column 5: "id" is empty/],
    ["a word that is not allowed", "groups", "id,name,kind\n1,a,tags\n", /line 2, column 5: "tags" is not allowed here; allowed: organization, tag/],
    [
      "a value too many",
      "customers",
      "id,name\n1,Globex, Inc\n",
      /line 2, column 10: 3 values for 2 columns: a value with the separator in it belongs in quotes/
    ],
    ["a line cut off", "customers", "id,email,name\n1,ann@x", /line 2, column 3: 2 values for 3 columns: the line, or the file, may be cut off/],
    ["a quote never closed", "customers", 'id,name\n1,Ann\n2,"Bo', /line 3, column 3: the quote that opens here is never closed; the file may be cut off/],
    ["text after a quote", "customers", 'id,name\n1,"Ann"x\n', /line 2, column 8: text after a closing quote/],
    ["UTF-16 without a mark", "customers", "i\0d\0\n\0", /save it as UTF-8/],
    [
      "unknown references",
      "memberships",
      "customer,group\n1,11\n3,10\n",
      /line 2, column 3: there is no group "11" in groups\.csv; line 3, column 1: there is no customer "3" in customers\.csv/
    ],
    ["many", "groups", `id,name\n${"1,\n".repeat(9)}`, /line 2, column 3: "name" is empty; .*; and 12 more$/]
  ]
  for (const [what, file, content, message] of cases) {
    it.scoped(what, () =>
      Effect.gen(function* () {
        const { refusal } = yield* connect({ [file]: content })
        const { reason, detail } = yield* refusal(file)
        assert.match(detail, message)
        assert.strictEqual(reason, "Malformed")
      })
    )
  }

  it.scoped("bytes that the mark's encoding does not know, such as half a letter at the end", () =>
    Effect.gen(function* () {
      const { refusal } = yield* connect({ customers: Buffer.from("\uFEFFid\n1\n", "utf16le").subarray(0, -1) })
      assert.match((yield* refusal("customers")).detail, /begins as UTF-16LE and has bytes that are not/)
    })
  )
})

describe("a read is of one state of the files", () => {
  it.scoped("a missing file and a folder are failures that name the place", () =>
    Effect.gen(function* () {
      const { refusal, source, path, folder } = yield* connect({}, { customers: "people/list.csv" })
      unlinkSync(path("customers"))
      for (const error of [yield* refusal("customers"), yield* Effect.flip(source.identify)]) {
        assert.deepStrictEqual([error.reason, error.detail], ["Invalid", `no such file; looked at ${folder}/people/list.csv`])
      }
      mkdirSync(path("customers"))
      assert.match((yield* refusal("customers")).detail, /^it is a folder; looked at/)
    })
  )

  it.scoped("a file that changes while it is read counts for nothing and is tried again", () =>
    Effect.gen(function* () {
      const { records, path, write, stream } = yield* connect()
      const rewritten = Stream.runForEach(stream("customers"), () => Effect.sync(() => write("customers", readFileSync(path("customers")))))
      const error = yield* Effect.flip(rewritten)
      assert.deepStrictEqual([error.reason, error.detail], ["Unavailable", "customers.csv changed while it was read"])
      assert.strictEqual((yield* records("customers")).length, 2)
    })
  )

  it.scoped("memberships count only with the customers and groups that were told before them", () =>
    Effect.gen(function* () {
      const { refusal, records, write } = yield* connect()
      yield* records("customers")
      yield* records("groups")
      write("groups", `${String(contents.groups)}11,Initech,\n`)
      write("memberships", "customer,group\n1,10\n2,11\n")
      assert.strictEqual((yield* refusal("memberships")).detail, "groups.csv changed while it was read")
      yield* records("groups")
      assert.strictEqual((yield* records("memberships")).length, 2)
    })
  )
})

describe("the account", () => {
  it.scoped("is the files' names, wherever the project stands", () =>
    Effect.gen(function* () {
      const here = yield* connect({}, { customers: "in/people.csv" })
      const there = yield* connect({}, { customers: "in/people.csv" })
      const other = yield* connect()
      const accounts = yield* Effect.forEach([here, there, other], ({ source }) => Effect.map(source.identify, ({ account }) => account))
      assert.deepStrictEqual(accounts, ["files in/people.csv, groups.csv, memberships.csv", accounts[0], "files customers.csv, groups.csv, memberships.csv"])
    })
  )
})
