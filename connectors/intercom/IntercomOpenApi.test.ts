/** The sandbox against Intercom's own OpenAPI document 2.14, which lies beside the project and not in it; without it these tests are skipped. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parse } from "yaml"
import * as IntercomApi from "./IntercomApi.ts"
import * as OpenApiDocument from "./OpenApiDocument.ts"
import * as Sandbox from "./sandbox.ts"
import { baseUrl, numbers } from "./TestConnection.ts"

const file = fileURLToPath(new URL("../../../shared/specs/intercom-2.14.yaml", import.meta.url))
const isThere = existsSync(file)
if (!isThere) process.stdout.write(`the sandbox of intercom is not compared with Intercom's OpenAPI document: ${file} is not there\n`)
const text = isThere ? readFileSync(file, "utf8") : "{}"
const document = OpenApiDocument.make(parse(text))

/** A contact with eleven tags and sixty companies, one without anything, a lead, staff. */
const filled = () => {
  const sandbox = Sandbox.make()
  const companies = numbers(160).map((id) => ({ id: `c${id}`, name: `Company ${id}`, tags: ["vip"], fields: { contract: "active" } }))
  sandbox.source.load({
    customers: [
      { id: "1", email: "a@x.example", name: "A", externalId: "70", tags: numbers(11).map((id) => `tag_${id}`), segments: ["Active"] },
      { id: "2", email: null, name: "B" },
      { id: "3", email: "s@x.example", name: "S", staff: true }
    ],
    organizations: companies,
    memberships: companies.map(({ id }) => ({ customer: "1", organization: id }))
  })
  sandbox.addLead({ id: "4", name: "L" })
  return sandbox
}

interface Question {
  readonly method: string
  /** As the document names it. */
  readonly template: string
  readonly path: string
  readonly status: number
  readonly body?: unknown
  /** The connector, where it reads the answer. */
  readonly reads?: (value: unknown) => Either.Either<unknown, { readonly message: string }>
}

const inSegment = { field: "segment_id", operator: "=", value: "6762f2000000000000000001" }
const questions: ReadonlyArray<Question> = [
  { method: "GET", template: "/me", path: "/me", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Me) },
  { method: "GET", template: "/admins", path: "/admins", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Admins) },
  { method: "GET", template: "/admins/{admin_id}", path: "/admins/814860", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Admin) },
  { method: "GET", template: "/admins/{admin_id}", path: "/admins/1", status: 404 },
  { method: "GET", template: "/tags", path: "/tags", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Tags) },
  { method: "GET", template: "/segments", path: "/segments", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Segments) },
  { method: "GET", template: "/contacts", path: "/contacts?per_page=2", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Contacts) },
  { method: "GET", template: "/contacts", path: "/contacts?per_page=150", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Contacts) },
  { method: "GET", template: "/contacts", path: "/contacts?per_page=151", status: 400 },
  { method: "GET", template: "/contacts/{contact_id}", path: "/contacts/1", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Contact) },
  { method: "GET", template: "/contacts/{contact_id}", path: "/contacts/9", status: 404 },
  { method: "GET", template: "/contacts/{contact_id}/tags", path: "/contacts/1/tags", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Tags) },
  { method: "GET", template: "/contacts/{contact_id}/tags", path: "/contacts/9/tags", status: 404 },
  {
    method: "GET",
    template: "/contacts/{contact_id}/companies",
    path: "/contacts/1/companies",
    status: 200,
    reads: Schema.decodeUnknownEither(IntercomApi.ContactCompanies)
  },
  {
    method: "POST",
    template: "/contacts/search",
    path: "/contacts/search",
    status: 200,
    body: { query: inSegment, pagination: { per_page: 150 } },
    reads: Schema.decodeUnknownEither(IntercomApi.Contacts)
  },
  {
    method: "POST",
    template: "/contacts/search",
    path: "/contacts/search",
    status: 200,
    body: {
      query: { field: "updated_at", operator: ">", value: 1_700_000_000 },
      pagination: { per_page: 150 },
      sort: { field: "updated_at", order: "ascending" }
    },
    reads: Schema.decodeUnknownEither(IntercomApi.Contacts)
  },
  { method: "POST", template: "/contacts/search", path: "/contacts/search", status: 400, body: {} },
  {
    method: "POST",
    template: "/contacts/search",
    path: "/contacts/search",
    status: 400,
    body: { query: { field: "updated_at", operator: ">=", value: 1_700_000_000 } }
  },
  { method: "GET", template: "/companies", path: "/companies?per_page=200", status: 200 },
  { method: "GET", template: "/companies", path: "/companies?per_page=1", status: 200 },
  { method: "GET", template: "/companies/{company_id}", path: "/companies/c1", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Company) },
  { method: "GET", template: "/companies/{company_id}", path: "/companies/c999", status: 404 },
  { method: "GET", template: "/companies/scroll", path: "/companies/scroll", status: 200, reads: Schema.decodeUnknownEither(IntercomApi.Scroll) },
  { method: "GET", template: "/companies/scroll", path: "/companies/scroll", status: 400 }
]

/** Where the recordings and docs of the fact sheet say otherwise than the document, they count. */
const known: ReadonlyArray<readonly [problem: RegExp, because: string]> = [
  [/\.email is null$/, "contacts and bots without an address show null"],
  [/\.pages\.next is no object$/, "lists by page number carry a link"]
]

/** Custom attributes are named by people. */
const ownAttributes = new Set(["contract"])

/** Fields of examples that rows may lack. */
const optional: ReadonlyArray<readonly [place: RegExp, because: string]> = [
  [/\.applied_(at|by)$/, "a tag shows them after tagging alone, says the document itself"],
  [/\.last_request_at$/, "absent from a recorded row, and from the document's other examples"],
  [/\.pages\.next$/, "null or absent is the end"]
]

const without = (places: ReadonlyArray<string>, exceptions: ReadonlyArray<readonly [RegExp, string]>) =>
  places.filter((place) => !exceptions.some(([pattern]) => pattern.test(place)))

const ask = (sandbox: Sandbox.IntercomSandbox, { body, method, path }: Question) => {
  const url = new URL(`${baseUrl}${path}`)
  const headers = { authorization: `Bearer ${sandbox.options(baseUrl)["accessToken"]}`, accept: "application/json", host: url.host }
  const request = { method, path: url.pathname, query: url.searchParams, headers, body: body === undefined ? "" : JSON.stringify(body) }
  return Effect.map(sandbox.app(request), (answer) => ({ ...answer, json: JSON.parse(answer.body) as unknown }))
}

describe.skipIf(!isThere)("Intercom's OpenAPI document", () => {
  it.effect("describes what the sandbox answers: types, required fields, and no field that it does not know", () =>
    Effect.gen(function* () {
      const sandbox = filled()
      for (const question of questions) {
        const { method, path, status, template } = question
        const operation = document.operation(method, template)
        const answer = yield* ask(sandbox, question)
        assert.strictEqual(answer.status, status, `${method} ${path}: ${answer.body}`)
        assert.deepStrictEqual(without(document.problems(operation.schema(status), answer.json), known), [], `${method} ${path}`)
        for (const example of operation.examples(status)) {
          assert.deepStrictEqual(without(OpenApiDocument.lacking(example, answer.json), optional), [], `${method} ${path} lacks what the example shows`)
        }
        const invented = OpenApiDocument.names(answer.json).filter((name) => !ownAttributes.has(name) && !new RegExp(`\\b${name}:`).test(text))
        assert.deepStrictEqual(invented, [], `${method} ${path} shows fields that stand nowhere in the document`)
      }
    })
  )

  it("notices an answer that breaks it", () => {
    const { schema } = document.operation("GET", "/contacts")
    const row = { type: "contact", id: 1, tags: { data: [{ id: "1" }], has_more: "no" } }
    const problems = document.problems(schema(200), { type: "lists", data: [row], total_count: "1" })
    assert.deepStrictEqual(problems, [
      ".type is not one of list",
      ".data[0].id is no string",
      ".data[0].tags.has_more is no boolean",
      ".total_count is no integer"
    ])
    assert.deepStrictEqual(document.problems(schema(429), { type: "error.list", errors: [{}] }), [".errors[0].code is missing"])
  })

  it("shows examples that the connector reads", () => {
    let read = 0
    for (const { method, reads, status, template } of questions) {
      if (reads === undefined) continue
      for (const example of document.operation(method, template).examples(status)) {
        const decoded = reads(example)
        assert(decoded._tag === "Right", `${method} ${template}: ${decoded._tag === "Left" ? decoded.left.message : ""}`)
        read += 1
      }
    }
    assert.isAbove(read, 12)
  })
})
