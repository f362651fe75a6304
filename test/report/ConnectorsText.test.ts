import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { AnyConnector } from "../../src/contract/Connector.ts"
import * as ConnectorsText from "../../src/report/ConnectorsText.ts"
import * as S from "./Samples.ts"

const never = Effect.dieMessage("not to be connected")

const desk: AnyConnector = {
  name: "desk",
  title: "Desk | Co",
  options: Schema.Struct({
    host: Schema.NonEmptyString.annotations({ description: "Where the desk is." }),
    token: Schema.optional(Schema.Redacted(Schema.String).annotations({ description: "A token." })),
    suspended: Schema.optionalWith(Schema.Literal("include", "exclude").annotations({ description: "Whether suspended users count." }), {
      default: () => "include" as const
    })
  }).pipe(Schema.filter(() => true)),
  limits: [
    { calls: 700, perMillis: 60_000, endpoint: null },
    { calls: 10, perMillis: 90_000, endpoint: "GET /export" }
  ],
  source: {
    declaration: {
      streams: [
        {
          name: "users",
          parts: ["customers", { memberships: "tag", carrier: "customer" }],
          end: "has_more is false",
          canLoseRows: false,
          pageSize: 100,
          changes: { end: "done is true", deletions: true, pageSize: 1000, lag: 60_000 }
        },
        {
          name: "companies",
          parts: [
            { groups: "organization", carrier: "customer" },
            { inclusions: "tag", carrier: "organization" }
          ],
          end: "next is null",
          canLoseRows: true,
          pageSize: 1000
        }
      ],
      customerWord: "user",
      deletionsSeen: true,
      lookup: true,
      agents: { roles: ["agent", "lead"], end: "next is empty", canLoseRows: true, pageSize: 50 }
    },
    make: () => never
  }
}

const shop: AnyConnector = {
  name: "shop",
  title: "Shop",
  options: Schema.Union(
    Schema.Struct({ key: Schema.String, shop: Schema.String.annotations({ description: "Its name." }) }),
    Schema.Struct({ token: Schema.String, shop: Schema.String })
  ),
  limits: [],
  target: {
    declaration: {
      groupWord: "label",
      testable: true,
      groups: {
        list: true,
        create: "on-first-use",
        update: false,
        delete: false,
        mark: false,
        externalId: "none",
        nameLength: 50,
        longNames: "refused",
        slugs: null,
        pageSize: 100,
        count: false
      },
      assignments: { listedBy: "none", joinedAt: false, pageSize: 1, add: { by: "customer", pack: 20 }, remove: "none" },
      customers: { list: false, pageSize: 1, search: true, externalId: true, namedBy: "email" }
    },
    make: () => never
  },
  team: { declaration: { roles: ["guest", "chief", "founder"], owner: "founder", admin: "chief", pageSize: 10 }, make: () => never }
}

describe("ConnectorsText", () => {
  it("tells what each connector can do, from its declaration alone", () => {
    const lines = ConnectorsText.matrix([desk, shop], { ...S.view, width: 200 }).split("\n")
    assert.match(
      lines[1] ?? "",
      /^Desk \| Co +tags, organizations, tags of organizations +users +companies +yes +yes +yes +700\/min, 10\/90 s on GET \/export$/u
    )
    assert.match(
      lines[4] ?? "",
      /^Shop +label +by use +no +no +no +no +20 a call, by customer +no \(a task for a person\) +searched, named by email +yes +none documented$/u
    )
  })

  it("goes on below where the terminal is narrow, and says how to see more of one", () => {
    const text = ConnectorsText.matrix([desk, shop], { ...S.view, width: 80 })
    assert.deepStrictEqual(
      text.split("\n").filter((line) => line.length > 80),
      [],
      text
    )
    assert.match(text, /groupbridge connectors NAME\n$/u)
  })

  it("tells of one that calls nobody neither calls nor limits", () => {
    const files = { ...desk, local: true, limits: [] } as const
    assert.match(ConnectorsText.matrix([files], { ...S.view, width: 200 }).split("\n")[1] ?? "", /yes +yes +no calls$/)
    assert.notInclude(ConnectorsText.one(files, S.view), "a call")
    const { agents: _, ...without } = desk.source?.declaration ?? assert.fail()
    const bare = { ...desk, source: { declaration: without, make: () => never } }
    assert.match(ConnectorsText.matrix([bare], { ...S.view, width: 200 }).split("\n")[1] ?? "", /yes +yes +no +700/)
    assert.notInclude(ConnectorsText.one(bare, S.view), "staff")
  })

  it("is a Markdown table whose rows have the header's cells and a link to the connector's page", () => {
    const rows = ConnectorsText.markdown([desk, shop])
      .split("\n")
      .filter((line) => line !== "")
    assert.deepStrictEqual(
      rows.map((line) => line.split("|").length),
      [10, 10, 10, 14, 14, 14]
    )
    assert.include(rows[2] ?? "", "| [Desk &#124; Co](../connectors/desk/README.md) |")
  })

  it("shows one connector with streams, limits and options", () => {
    const text = ConnectorsText.one(desk, S.view).replace(/\s+/gu, " ")
    for (const fact of [
      "companies: 1,000 a call, ends: next is null; paging can lose rows",
      "staff: ends: next is empty; paging can lose rows, so an absence counts only when seen twice; roles: agent, lead",
      "what changed in users: 1,000 a call, ends: done is true; deletions are told",
      "host (needed): Where the desk is.",
      "token: A token.",
      "suspended: Whether suspended users count."
    ]) {
      assert.include(text, fact)
    }
    const alternatives = ConnectorsText.one(shop, S.view).replace(/\s+/gu, " ")
    for (const fact of [
      "names up to 50 characters",
      "guest, chief, founder; the founder is never touched, and one chief always stays",
      "key: ",
      "token: ",
      "shop (needed): Its name."
    ])
      assert.include(alternatives, fact.trimEnd())
    assert.notInclude(alternatives, "key (needed)")
  })
})
