/** Segments, and who falls into each: one search a segment, as no list tells it. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { SourcePage, SourceRecord, SourceStream, StreamDeclaration } from "../../src/contract/Source.ts"
import type { Access } from "./IntercomContacts.ts"
import * as IntercomApi from "./IntercomApi.ts"
import * as IntercomPaging from "./IntercomPaging.ts"
import * as IntercomRecords from "./IntercomRecords.ts"

export const declaration = {
  name: "segments",
  parts: [
    { groups: "segment", carrier: "customer" },
    { memberships: "segment", carrier: "customer" }
  ],
  end: "pages.next is null or absent in the search for the last segment",
  canLoseRows: false,
  pageSize: IntercomPaging.pageSize
} as const satisfies StreamDeclaration

const [, memberships] = declaration.parts

/** `end` stands on the last page alone; `last`: the list goes on nowhere after this one. */
const end = (last: boolean): SourcePage["end"] => (last ? { reached: true, count: null } : null)

const query = (segment: string, { leads }: IntercomRecords.Policy): unknown => {
  const inSegment = { field: "segment_id", operator: "=", value: segment }
  return leads === "include" ? inSegment : { operator: "AND", value: [inSegment, { field: "role", operator: "=", value: "user" }] }
}

/** A refusal of this one search: what is known of the segment stays as it is. */
const refused = ({ reason, code, detail }: ConnectorError, { name }: IntercomApi.Segment, last: boolean): SourcePage | null =>
  code !== null && (reason === "Invalid" || reason === "NotFound")
    ? {
        records: [],
        rows: 0,
        cursor: null,
        end: end(last),
        unknown: IntercomPaging.unknown([memberships], `the search for segment "${name}" was refused: ${detail}`)
      }
    : null

/** Customers in one segment. */
const members = ({ client, connection, policy }: Access, segment: IntercomApi.Segment, last: boolean): Stream.Stream<SourcePage, ConnectorError> => {
  const path = "/contacts/search"
  const group = IntercomRecords.segmentKey(segment.id)
  const found = IntercomPaging.pages(connection, `POST ${path}`, (place) => {
    const body = { query: query(segment.id, policy), pagination: { per_page: IntercomPaging.pageSize, ...place } }
    return Effect.map(client.read({ path, body, schema: IntercomApi.Contacts }), (answer) => answer.body)
  })
  return Stream.mapAccum(found, undefined as IntercomPaging.Progress | undefined, (before, { body, next }) => {
    const progress = IntercomPaging.advance(before, body.data.length, body)
    const isIn = body.data.filter((contact) => !IntercomRecords.isLeftOut(contact, policy))
    const page: SourcePage = {
      records: isIn.map(({ id }): SourceRecord => ({ _tag: "Membership", group, customer: id })),
      rows: body.data.length,
      cursor: next === null ? null : `${segment.id} ${JSON.stringify(next)}`,
      end: end(last && next === null),
      unknown: next === null ? IntercomPaging.unknown([memberships], IntercomPaging.shortage(progress, `contacts in segment "${segment.name}"`)) : []
    }
    return [progress, page]
  }).pipe(
    Stream.catchAll((error) => {
      const page = refused(error, segment, last)
      return page === null ? Stream.fail(error) : Stream.make(page)
    })
  )
}

export const stream = (access: Access): SourceStream => ({
  declaration,
  pages: Stream.unwrap(
    Effect.gen(function* () {
      const { client, connection } = access
      const listed = yield* Stream.runCollect(
        IntercomPaging.pages(connection, "GET /segments", (params) =>
          Effect.map(client.read({ path: "/segments", params, schema: IntercomApi.Segments }), ({ body }) => body)
        )
      )
      const segments = [...listed].flatMap(({ body }) => body.segments)
      const first: SourcePage = {
        records: segments.map(IntercomRecords.segment),
        rows: segments.length,
        cursor: null,
        end: end(segments.length === 0),
        unknown: []
      }
      const searches = segments.map((segment, index) => members(access, segment, index === segments.length - 1))
      return Stream.concat(Stream.make(first), Stream.flatten(Stream.fromIterable(searches)))
    })
  )
})
