/** Zammad as a source: users with their organizations, and organizations, read in full. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Source, SourceDeclaration, SourcePage, SourceRecord, SourceStream, StreamDeclaration } from "../../src/contract/Source.ts"
import * as Unreported from "../../src/contract/Unreported.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as ZammadAgents from "./ZammadAgents.ts"
import * as ZammadApi from "./ZammadApi.ts"
import * as ZammadFailure from "./ZammadFailure.ts"
import { listed, type Page, pages } from "./ZammadPages.ts"
import * as ZammadRights from "./ZammadRights.ts"
import * as ZammadUsers from "./ZammadUsers.ts"

const users = {
  ...listed,
  name: "users",
  parts: ["customers", { memberships: "organization", carrier: "customer" }]
} as const satisfies StreamDeclaration

const organizations = { ...listed, name: "organizations", parts: [{ groups: "organization", carrier: "customer" }] } as const satisfies StreamDeclaration

export const declaration: SourceDeclaration = {
  streams: [users, organizations],
  customerWord: "user",
  deletionsSeen: false,
  lookup: true,
  agents: ZammadAgents.declaration
}

interface Reported {
  readonly records: ReadonlyArray<SourceRecord>
  readonly unknown: SourcePage["unknown"]
}

const reported = <Row>(name: string, { number, rows, end }: Page<Row>, { records, unknown }: Reported): SourcePage => ({
  records,
  rows: rows.length,
  cursor: end === null ? `${name}, page ${number + 1}` : null,
  end: end === null ? null : { reached: end.reached, count: null },
  unknown
})

/** What a page of users says. Who cannot be told from an agent is left out, and with it what their absence would prove. */
const usersReported = (rows: ReadonlyArray<ZammadApi.User>, roles: ZammadRights.Roles, policy: ZammadApi.Policy): Reported => {
  const people = rows.filter((user) => !ZammadApi.isSystem(user)).map((user) => ({ user, role: ZammadRights.roleOf(user, roles) }))
  const id = ({ user }: (typeof people)[number]) => user.id
  return {
    records: people.flatMap(({ role, user }) => (role === null ? [] : ZammadApi.userRecords(user, role, policy))),
    unknown: [
      ...Unreported.byRows({
        rows: people,
        isReported: ({ user }) => ZammadApi.showsOrganizations(user),
        id,
        parts: users.parts.slice(1),
        reason: "Zammad did not tell all organizations of users",
        one: (user) => `Zammad did not tell all organizations of user ${user}`
      }),
      ...Unreported.byRows({
        rows: people,
        isReported: ({ role }) => role !== null,
        id,
        parts: users.parts,
        reason: "Zammad did not tell what the roles of users permit",
        one: (user) => `Zammad did not tell what the roles of user ${user} permit`
      })
    ]
  }
}

const usersStream = (client: VendorClient, connection: string, policy: ZammadApi.Policy): SourceStream => ({
  declaration: users,
  pages: Stream.map(ZammadUsers.walk(client, connection), ({ alone, page, roles }) => {
    const all = usersReported(page.rows, roles, policy)
    const doubt = page.end !== null && alone ? Unreported.parts(users.parts, "Zammad shows the token nobody but its own user") : []
    return reported(users.name, page, { records: all.records, unknown: [...all.unknown, ...doubt] })
  })
})

const organizationsStream = (client: VendorClient, connection: string): SourceStream => ({
  declaration: organizations,
  pages: Stream.unwrap(
    Effect.as(
      ZammadRights.view(client, connection, "organizations"),
      Stream.map(pages(client, connection, { path: "/organizations", row: ZammadApi.Organization }), (page) =>
        reported(organizations.name, page, { records: page.rows.flatMap(ZammadApi.organizationRecords), unknown: [] })
      )
    )
  )
})

export const streams = (client: VendorClient, connection: string, policy: ZammadApi.Policy): Source["streams"] => [
  usersStream(client, connection, policy),
  organizationsStream(client, connection)
]

/** A user as of now, in two calls. "Not found" is also what another address may answer, so it counts only while Zammad itself answers. */
export const customer =
  (client: VendorClient, connection: string, policy: ZammadApi.Policy): Source["customer"] =>
  (id) =>
    client.read({ path: `/users/${encodeURIComponent(id)}`, template: "/users/{id}", schema: ZammadApi.User }).pipe(
      Effect.map(({ body }) => Option.liftPredicate(body, (user) => !ZammadApi.isSystem(user))),
      Effect.catchIf(
        ({ reason }) => reason === "NotFound",
        () => Effect.as(ZammadRights.answers(client), Option.none<ZammadApi.User>())
      ),
      Effect.flatMap(
        Option.match({
          onNone: () => Effect.succeedNone,
          onSome: (user) => Effect.map(known(client, connection, user), (role) => Option.some(ZammadApi.customer(user, role, policy)))
        })
      )
    )

const known = (client: VendorClient, connection: string, user: ZammadApi.User) =>
  Effect.flatMap(ZammadRights.readRoles(client, connection), (roles) => {
    const role = ZammadRights.roleOf(user, roles)
    const detail = "the user has a role that the list of roles does not show"
    return role === null ? ZammadFailure.make(connection, "/users/{id}", "Malformed", detail) : Effect.succeed(role)
  })
