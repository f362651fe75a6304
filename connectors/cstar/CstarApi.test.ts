/** The shapes that cStar's pages show, read as they stand there. */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import * as VendorWords from "../../src/http/VendorWords.ts"
import * as CstarApi from "./CstarApi.ts"
import { connector } from "./CstarConnector.ts"
import * as CstarErrors from "./CstarErrors.ts"
import * as CstarKey from "./CstarKey.ts"

const group = (fields: object) => CstarApi.toGroup(Schema.decodeUnknownSync(CstarApi.Group)({ id: "9b2f", name: "VIP", ...fields }))
const listed = (body: unknown) => Schema.decodeUnknownSync(CstarApi.list(CstarApi.CustomerRow))(body)
const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ id: `cus_${n}` }))

describe("cStar's groups", () => {
  it("keep what an answer does not show apart from what is empty", () => {
    const patched = group({ object: "customer_group" })
    assert.deepStrictEqual(
      [patched.slug, patched.description, patched.externalId, patched.count, patched.createdAt, patched.mark, patched.marksShown],
      [undefined, undefined, undefined, undefined, undefined, undefined, false]
    )
    const shown = group({
      slug: "vip",
      description: null,
      externalId: null,
      customFields: {},
      customerCount: 0,
      createdAt: "2026-01-15T10:30:00Z"
    })
    assert.deepStrictEqual(
      [shown.slug, shown.description, shown.externalId, shown.count, shown.createdAt, shown.mark, shown.marksShown],
      ["vip", "", undefined, 0, Date.parse("2026-01-15T10:30:00Z"), undefined, true]
    )
  })

  it("carry our mark as one line of text, and are nobody's where it can't be read", () => {
    const mark = { state: "7f3a", sync: "customers", key: 'into:At "risk" 🚩' }
    assert.deepStrictEqual(group({ customFields: { tier: 1, groupbridge: CstarApi.markText(mark) } }).mark, mark)
    for (const groupbridge of ["", "{}", "{", 7, null, { state: "7f3a" }]) {
      const read = group({ customFields: { groupbridge } })
      assert.deepStrictEqual([read.mark, read.marksShown], [undefined, true])
    }
    const writer = { run: 7, machine: "3f", at: 1_767_225_600_000 }
    assert.deepStrictEqual(group({ customFields: { groupbridge: CstarApi.markText({ ...mark, writer }) } }).mark, { ...mark, writer })
    for (const unreadable of [7, null, {}, { ...writer, run: -1 }, { ...writer, run: "7" }])
      assert.deepStrictEqual(group({ customFields: { groupbridge: JSON.stringify({ ...mark, writer: unreadable }) } }).mark, mark)
    assert.isFalse(group({ customFields: [{ key: "groupbridge" }] }).marksShown)
    assert.isTrue(group({ customFields: [] }).marksShown)
  })

  it("take no time of day that does not say where", () => {
    const joined = (joinedGroupAt: string) => CstarApi.toMember({ id: "cus_1", name: null, externalId: null, external_id: null, joinedGroupAt }).joinedAt
    assert.strictEqual(joined("2026-01-15T10:30:00.250Z"), Date.parse("2026-01-15T10:30:00.250Z"))
    assert.strictEqual(joined("2026-01-15T10:30:00+01:00"), Date.parse("2026-01-15T09:30:00Z"))
    assert.isNull(joined("2026-01-15T10:30:00"))
    assert.isNull(joined("yesterdayZ"))
  })
})

describe("cStar's lists", () => {
  const beside = (pagination: unknown, count = 2) => listed({ data: rows(count), pagination })
  const inside = (pagination: unknown, count = 2) =>
    listed({
      success: true,
      data: rows(count),
      meta: { requestId: "r", timestamp: "t", pagination }
    })

  it("end where either envelope says so", () => {
    assert.isFalse(CstarApi.isLast(beside({ total: 5, page: 1, pageSize: 2, hasMore: true }), 1))
    assert.isTrue(CstarApi.isLast(beside({ total: 5, page: 3, pageSize: 2, hasMore: false }, 1), 3))
    assert.isFalse(CstarApi.isLast(inside({ page: 1, pageSize: 2, total: 5, totalPages: 3 }), 1))
    assert.isTrue(CstarApi.isLast(inside({ page: 3, pageSize: 2, total: 5, totalPages: 3 }, 1), 3))
    assert.isTrue(CstarApi.isLast(inside({ page: 1, pageSize: 100, total: 0, totalPages: 0 }, 0), 1))
    assert.strictEqual(CstarApi.total(inside({ total: 5 })), 5)
    assert.strictEqual(CstarApi.total(beside({ total: 6 })), 6)
    assert.isNull(CstarApi.total(listed({ data: [] })))
  })

  it("end by the page size of the answer, never by ours", () => {
    assert.isFalse(CstarApi.isLast(beside({ pageSize: 25 }, 25), 1))
    assert.isTrue(CstarApi.isLast(beside({ pageSize: 25 }, 24), 1))
    assert.isFalse(CstarApi.isLast(listed({ data: rows(25) }), 1))
    assert.isTrue(CstarApi.isLast(listed({ success: true, data: [], meta: null }), 4))
  })
})

describe("cStar's errors", () => {
  const read = (status: number, body: string) => ({
    ...VendorWords.read(status, body, undefined),
    ...CstarErrors.decode(status, {}, body)
  })
  const decode = (status: number, body: unknown) => read(status, JSON.stringify(body))
  const error = (fields: object) => ({
    success: false,
    error: { doc_url: "https://x", request_id: "req_1", ...fields },
    meta: { timestamp: "t" }
  })

  it("mean what their code says, and keep the vendor's words and the field", () => {
    const cases: ReadonlyArray<readonly [number, string, string, string]> = [
      [401, "authentication_error", "authentication_required", "Unauthorized"],
      [401, "authentication_error", "invalid_api_key", "Unauthorized"],
      [403, "authorization_error", "insufficient_permissions", "NotAllowed"],
      [403, "authorization_error", "publishable_key_write", "NotAllowed"],
      [429, "rate_limit_error", "rate_limit_exceeded", "RateLimited"],
      [404, "not_found_error", "resource_missing", "NotFound"],
      [400, "invalid_request_error", "resource_missing", "NotFound"],
      [400, "invalid_request_error", "parameter_missing", "Invalid"],
      [409, "invalid_request_error", "conflict", "Invalid"],
      [500, "api_error", "internal", "Unavailable"]
    ]
    for (const [status, type, code, reason] of cases) {
      const read = decode(status, error({ type, code, message: "Words." }))
      assert.deepStrictEqual([read.reason, read.detail, read.code], [reason, "Words.", code])
    }
    assert.strictEqual(decode(400, error({ code: "x", message: "Bad.", param: "slug" })).detail, "Bad. (slug)")
    assert.strictEqual(decode(400, error({ code: "x", message: "Bad.", field: "slug" })).detail, "Bad. (slug)")
  })

  it("may be plain text, empty or a page", () => {
    assert.deepStrictEqual(decode(401, { error: "Invalid API key" }), {
      reason: "Unauthorized",
      detail: "Invalid API key",
      code: null
    })
    assert.strictEqual(read(404, "").reason, "NotFound")
    assert.strictEqual(read(502, "<html>Bad gateway</html>").reason, "Unavailable")
    assert.strictEqual(read(404, "<!DOCTYPE html><p>Not here").reason, "Malformed")
  })
})

describe("cStar's options", () => {
  const decode = Schema.decodeUnknownEither(connector.options)

  it("take one key, and have a schema for editors", () => {
    assert.isTrue(Either.isRight(decode({ teamId: "team_1", apiKey: "sk_live_1" })))
    assert.isTrue(Either.isRight(decode({ teamId: "team_1", readKey: "pk_live_1" })))
    assert.isTrue(Either.isLeft(decode({ teamId: "team_1" })))
    assert.isTrue(Either.isLeft(decode({ teamId: "team_1", apiKey: "sk_live_1", readKey: "pk_live_1" })))
    assert.isTrue(Either.isLeft(decode({ teamId: "team_1", apiKey: "" })))
    assert.isTrue(Either.isLeft(decode({ teamId: "team_1", apiKey: "sk_live_1", baseUrl: "www.cstar.help" })))
    assert.include(JSON.stringify(JSONSchema.make(connector.options)), '"teamId"')
  })

  it("know a key by its beginning", () => {
    assert.deepStrictEqual(CstarKey.read("sk_test_0123456789abcdef", false), {
      mode: "test",
      role: "secret key (test)",
      actor: "key ...cdef",
      readOnly: null
    })
    assert.match(CstarKey.read("pk_live_0123456789abcdef", false).readOnly ?? "", /publishable/)
    assert.match(CstarKey.read("sk_live_0123456789abcdef", true).readOnly ?? "", /readKey/)
    assert.deepStrictEqual(CstarKey.read("something", false), {
      mode: null,
      role: null,
      actor: null,
      readOnly: null
    })
  })
})
