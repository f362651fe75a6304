/** Companies with their tags: a scroll over all, and a look-up of those that it leaves out though somebody is in them. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { SourceRecord, SourceStream, StreamDeclaration } from "../../src/contract/Source.ts"
import * as Unreported from "../../src/contract/Unreported.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as IntercomApi from "./IntercomApi.ts"
import * as IntercomPaging from "./IntercomPaging.ts"
import * as IntercomRecords from "./IntercomRecords.ts"
import * as IntercomScroll from "./IntercomScroll.ts"

export const declaration = {
  name: "companies",
  parts: [
    { groups: "organization", carrier: "customer" },
    { groups: "tag", carrier: "organization" },
    { inclusions: "tag", carrier: "organization" }
  ],
  end: "the scroll answers with empty data",
  canLoseRows: false,
  pageSize: 100
} as const satisfies StreamDeclaration

/** More companies than this that the scroll lacks mean that it lacks them for good. */
const lookupLimit = 200

const lookUp = (client: VendorClient, id: string, seen: Set<string>): Effect.Effect<ReadonlyArray<SourceRecord>, ConnectorError> =>
  client.read({ path: `/companies/${encodeURIComponent(id)}`, template: "/companies/{id}", schema: IntercomApi.Company }).pipe(
    Effect.map(({ body }) => IntercomRecords.company(body, seen)),
    Effect.catchIf(IntercomPaging.isGone, () =>
      Effect.succeed<ReadonlyArray<SourceRecord>>([{ _tag: "Gone", record: "group", key: IntercomRecords.companyKey(id), cause: "deleted" }])
    )
  )

/**
 * `named`: companies that contacts are in. Intercom lists only companies with a user, so that one with leads alone, and one made while
 * we read, is asked for by its id. `scroll` must not repeat calls by itself.
 */
export const stream = (
  access: { readonly client: VendorClient; readonly scroll: VendorClient; readonly connection: string },
  named: ReadonlySet<string>
): SourceStream => ({
  declaration,
  pages: Stream.suspend(() => {
    const seen = new Set<string>()
    const missing = new Set(named)
    return Stream.mapEffect(IntercomScroll.companies(access.scroll, access.connection), (rows) =>
      Effect.gen(function* () {
        for (const { id } of rows) missing.delete(id)
        const isEnd = rows.length === 0
        const asked = isEnd ? yield* Effect.forEach([...missing].slice(0, lookupLimit), (id) => lookUp(access.client, id, seen)) : []
        return {
          records: [...rows.flatMap((row) => IntercomRecords.company(row, seen)), ...asked.flat()],
          rows: rows.length,
          // The scroll's parameter may be the same on every page.
          cursor: null,
          end: isEnd ? { reached: true, count: null } : null,
          unknown: [
            ...Unreported.byRows({
              rows,
              isReported: ({ tags }) => tags !== null,
              id: ({ id }) => id,
              parts: declaration.parts.slice(1),
              reason: "Intercom did not show the tags of companies",
              one: (id) => `Intercom did not show the tags of company ${id}, and those of others`
            }),
            // Where contacts were read by what changed, nothing else would name these companies.
            ...IntercomPaging.unknown(
              declaration.parts,
              isEnd && missing.size > lookupLimit ? `the scroll left out ${missing.size} companies that contacts are in, too many to look them up` : null
            )
          ]
        }
      })
    )
  })
})
