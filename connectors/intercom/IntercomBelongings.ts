/** What contacts belong to: tags and companies, from their rows where those show all, and asked for where they are cut. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Part, SourcePage } from "../../src/contract/Source.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as IntercomApi from "./IntercomApi.ts"
import * as IntercomPaging from "./IntercomPaging.ts"

export const tagMemberships: Part = { memberships: "tag", carrier: "customer" }
export const companyMemberships: Part = { memberships: "organization", carrier: "customer" }

export interface Belongings {
  /** By name. */
  readonly tags: ReadonlyArray<string>
  /** By id. */
  readonly companies: ReadonlyArray<string>
  /** What may be missing. */
  readonly unknown: SourcePage["unknown"]
}

interface Access {
  readonly client: VendorClient
  readonly connection: string
}

/** Where a nested list does not say whether it is cut, ten entries are what it holds at most. */
const longest = 10

/** The ids of a nested list; null where the row does not show all of them. */
const whole = (list: IntercomApi.Contact["tags"]): ReadonlyArray<string> | null => {
  const data = list?.data ?? null
  if (list === null || data === null) return null
  const isCut = (list.has_more ?? data.length >= longest) || (list.total_count ?? 0) > data.length
  return isCut ? null : data.map(({ id }) => id)
}

/** Tags that the row shows, by name; null where it is cut or has a tag that was made since the names were read. */
const shownTags = (contact: IntercomApi.Contact, names: ReadonlyMap<string, string>): ReadonlyArray<string> | null => {
  const found = whole(contact.tags)?.map((id) => names.get(id))
  return found?.every((name) => name !== undefined) === true ? found : null
}

const pathOf = (contact: IntercomApi.Contact, what: string) => ({
  path: `/contacts/${encodeURIComponent(contact.id)}/${what}`,
  template: `/contacts/{id}/${what}`
})

/** This list is not paged, as far as is known: where the row counts more, this contact is in doubt. Recorded counts stay too high for months (read 2026-11). */
const askTags = ({ client }: Access, contact: IntercomApi.Contact): Effect.Effect<Pick<Belongings, "tags" | "unknown">, ConnectorError> =>
  Effect.map(client.read({ ...pathOf(contact, "tags"), schema: IntercomApi.Tags }), ({ body }) => {
    const total = contact.tags?.total_count ?? 0
    return {
      tags: body.data.map(({ name }) => name),
      unknown: IntercomPaging.unknownOf(contact.id, tagMemberships, IntercomPaging.shortage({ rows: body.data.length, total }, `tags of contact ${contact.id}`))
    }
  })

/** Stops where a page shows nothing new, so that links in a circle end; the count then speaks. */
const askCompanies = ({ client, connection }: Access, contact: IntercomApi.Contact): Effect.Effect<Pick<Belongings, "companies" | "unknown">, ConnectorError> =>
  Effect.gen(function* () {
    const { path, template } = pathOf(contact, "companies")
    const ids = new Set<string>()
    let total: number | null = null
    const pages = IntercomPaging.pages(connection, `GET ${template}`, (params) =>
      Effect.map(client.read({ path, template, params, schema: IntercomApi.ContactCompanies }), ({ body }) => body)
    )
    yield* Stream.runForEachWhile(pages, ({ body }) =>
      Effect.sync(() => {
        const before = ids.size
        for (const { id } of body.data ?? body.companies ?? []) ids.add(id)
        total = body.total_count
        return ids.size > before
      })
    )
    const short = IntercomPaging.shortage({ rows: ids.size, total }, `companies of contact ${contact.id}`)
    return { companies: [...ids], unknown: IntercomPaging.unknownOf(contact.id, companyMemberships, short) }
  })

/** Who vanished between two calls is gone: null. */
const ask = (access: Access, contact: IntercomApi.Contact, names: ReadonlyMap<string, string>): Effect.Effect<Belongings | null, ConnectorError> =>
  Effect.gen(function* () {
    const [shown, ids] = [shownTags(contact, names), whole(contact.companies)]
    const { tags, unknown } = shown === null ? yield* askTags(access, contact) : { tags: shown, unknown: [] }
    const companies = ids === null ? yield* askCompanies(access, contact) : { companies: ids, unknown: [] }
    return { tags, companies: companies.companies, unknown: [...unknown, ...companies.unknown] }
  }).pipe(Effect.catchIf(IntercomPaging.isGone, () => Effect.succeed(null)))

/** Calls for cut rows that are under way at once. */
const concurrency = 4

/** By the contact's id. `names`: of all tags, by id. */
export const of = (
  access: Access,
  contacts: ReadonlyArray<IntercomApi.Contact>,
  names: ReadonlyMap<string, string>
): Effect.Effect<ReadonlyMap<string, Belongings | null>, ConnectorError> =>
  Effect.gen(function* () {
    const found = new Map<string, Belongings | null>()
    const cut: Array<IntercomApi.Contact> = []
    for (const contact of contacts) {
      const [tags, companies] = [shownTags(contact, names), whole(contact.companies)]
      if (tags === null || companies === null) cut.push(contact)
      else found.set(contact.id, { tags, companies, unknown: [] })
    }
    const asked = yield* Effect.forEach(cut, (contact) => ask(access, contact, names), { concurrency })
    for (const [index, contact] of cut.entries()) found.set(contact.id, asked[index] ?? null)
    return found
  })
