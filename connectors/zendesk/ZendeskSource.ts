/** Zendesk as a source: three cursor-paged lists, and what changed in two of them. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Source, SourceDeclaration, SourcePage, SourceStream, StreamDeclaration } from "../../src/contract/Source.ts"
import * as Unreported from "../../src/contract/Unreported.ts"
import type { CallOptions, VendorClient } from "../../src/http/VendorClient.ts"
import * as ZendeskAgents from "./ZendeskAgents.ts"
import * as ZendeskApi from "./ZendeskApi.ts"
import * as ZendeskChanges from "./ZendeskChanges.ts"
import * as ZendeskPages from "./ZendeskPages.ts"

const { end, size: pageSize } = ZendeskPages

const users = {
  name: "users",
  parts: ["customers", { groups: "tag", carrier: "customer" }, { memberships: "tag", carrier: "customer" }],
  end,
  canLoseRows: false,
  pageSize,
  changes: ZendeskChanges.declaration
} as const satisfies StreamDeclaration

const organizations = {
  name: "organizations",
  parts: [
    { groups: "organization", carrier: "customer" },
    { groups: "tag", carrier: "organization" },
    { inclusions: "tag", carrier: "organization" }
  ],
  end,
  canLoseRows: false,
  pageSize,
  // A deleted organization's row has a key for it, but no recording of a value is known.
  changes: { ...ZendeskChanges.declaration, deletions: false }
} as const satisfies StreamDeclaration

const memberships = {
  name: "organization memberships",
  parts: [{ memberships: "organization", carrier: "customer" }],
  end,
  canLoseRows: false,
  pageSize
} as const satisfies StreamDeclaration

export const declaration: SourceDeclaration = {
  streams: [users, organizations, memberships],
  customerWord: "user",
  deletionsSeen: true,
  lookup: true,
  addresses: true,
  agents: ZendeskAgents.declaration
}

const tagsOff = "tags on users and organizations are switched off (Admin Center > People > End users)"
const pagedByOffset = "Zendesk answered with paging by offset, in which rows can be missed while data changes"

const noTags = (word: string) => (id: string) => `Zendesk did not tell the tags of ${word} ${id}, and those of others`

/** One of the three lists: where it is, how an answer splits into rows and what a row says. */
interface Listing<Body extends ZendeskApi.Paging, Encoded, Row> extends ZendeskChanges.Telling<Row> {
  readonly declaration: StreamDeclaration
  readonly path: string
  readonly schema: CallOptions<Body, Encoded>["schema"]
  readonly rows: (body: Body) => ReadonlyArray<Row>
  /** Where its changes go on after a list that was there at this time of the server, in Unix seconds. */
  readonly next?: (seconds: number) => string
}

const read = <Body extends ZendeskApi.Paging, Encoded, Row>(
  client: VendorClient,
  connection: string,
  { declaration, path, schema, rows, records, unknown, next: goesOn }: Listing<Body, Encoded, Row>
): SourceStream["pages"] =>
  Stream.map(ZendeskPages.pages(client, connection, { path, schema }), ({ begunAt, body, byOffset, cursor }): SourcePage => {
    const found = rows(body)
    const count = byOffset && typeof body.count === "number" ? { value: body.count, exact: false } : null
    const onward = byOffset || goesOn === undefined || begunAt === null ? {} : { next: goesOn(ZendeskChanges.afterList(begunAt)) }
    return {
      records: found.flatMap(records),
      rows: found.length,
      cursor,
      end: cursor === null ? { reached: true, count, ...onward } : null,
      unknown: [...(byOffset ? Unreported.parts(declaration.parts, pagedByOffset) : []), ...unknown(found)]
    }
  })

/** What a row of either reading says. A reading has a memory of its own. */
const userTelling = (policy: ZendeskApi.Policy): ZendeskChanges.Telling<ZendeskApi.User> => {
  const seen = new Set<string>()
  return {
    records: (user) => ZendeskApi.userRecords(user, policy, seen),
    unknown: (found) => {
      const isReported = ({ tags }: ZendeskApi.User) => tags !== undefined
      return Unreported.byRows({
        rows: found.filter(({ active }) => active),
        isReported,
        id: ({ id }) => id,
        parts: users.parts.slice(1),
        reason: tagsOff,
        one: noTags("user")
      })
    }
  }
}

const organizationTelling = (): ZendeskChanges.Telling<ZendeskApi.Organization> => {
  const seen = new Set<string>()
  return {
    records: (organization) => ZendeskApi.organizationRecords(organization, seen),
    unknown: (rows) => {
      const isReported = ({ tags }: ZendeskApi.Organization) => tags !== undefined
      return Unreported.byRows({ rows, isReported, id: ({ id }) => id, parts: organizations.parts.slice(1), reason: tagsOff, one: noTags("organization") })
    }
  }
}

const usersStream = (client: VendorClient, connection: string, policy: ZendeskApi.Policy): SourceStream => ({
  declaration: users,
  pages: Stream.suspend(() =>
    read(client, connection, {
      declaration: users,
      path: "/users",
      schema: ZendeskApi.Users,
      rows: ({ users }) => users,
      next: ZendeskChanges.usersFrom,
      ...userTelling(policy)
    })
  ),
  changes: (since) =>
    Stream.suspend(() =>
      ZendeskChanges.users(client, (detail) => ZendeskPages.unreadable(connection, "/incremental/users/cursor", detail), userTelling(policy), since)
    )
})

const organizationsStream = (client: VendorClient, connection: string): SourceStream => ({
  declaration: organizations,
  pages: Stream.suspend(() =>
    read(client, connection, {
      declaration: organizations,
      path: "/organizations",
      schema: ZendeskApi.Organizations,
      rows: ({ organizations }) => organizations,
      next: String,
      ...organizationTelling()
    })
  ),
  changes: (since) =>
    Stream.suspend(() =>
      ZendeskChanges.organizations(client, (detail) => ZendeskPages.unreadable(connection, "/incremental/organizations", detail), organizationTelling(), since)
    )
})

const membershipsStream = (client: VendorClient, connection: string): SourceStream => ({
  declaration: memberships,
  pages: read(client, connection, {
    declaration: memberships,
    path: "/organization_memberships",
    schema: ZendeskApi.Memberships,
    rows: ({ organization_memberships }) => organization_memberships,
    records: ZendeskApi.membershipRecords,
    unknown: () => []
  })
})

/** In the order in which they should be read. End users and staff come in one walk, so that nobody is missed who changes sides in the middle of it. */
export const streams = (client: VendorClient, connection: string, policy: ZendeskApi.Policy): Source["streams"] => [
  usersStream(client, connection, policy),
  organizationsStream(client, connection),
  membershipsStream(client, connection)
]

/** A user as of now. A deleted one is still answered, as `active: false`; only "RecordNotFound" tells that there never was one or that it is gone for good. */
export const customer =
  (client: VendorClient, policy: ZendeskApi.Policy): Source["customer"] =>
  (id) =>
    client.read({ path: `/users/${encodeURIComponent(id)}`, template: "/users/{id}", schema: ZendeskApi.OneUser }).pipe(
      Effect.map(({ body }) => (body.user.active ? Option.some(ZendeskApi.customer(body.user, policy)) : Option.none())),
      Effect.catchIf(ZendeskApi.isGone, () => Effect.succeed(Option.none()))
    )
