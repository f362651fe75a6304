/** What a file that describes a connector may say. Nothing in it is code: pointers, templates, equality. */
import * as Schema from "effect/Schema"

const maybe = <A, I>(schema: Schema.Schema<A, I>, description: string) => Schema.optionalWith(schema.annotations({ description }), { exact: true })

const written = Schema.String.pipe(Schema.minLength(1, { message: () => "is empty" }))
const matching = (pattern: RegExp, message: string) => Schema.String.pipe(Schema.pattern(pattern, { message: () => message }))

const Pointer = matching(/^(\/.*)?$/s, 'is no JSON Pointer: write "/data/id", or "" for the whole')
/** Also a text with pointers in braces. */
const Text = Schema.String
const Path = matching(/^\/[^?#]*$/, "is no path: it begins with / and has no ? or #; what follows ? goes into params")
const Scalar = Schema.Union(Schema.String, Schema.Number, Schema.Boolean, Schema.Null)
/** All of the pointers hold one of their values. */
const Equal = Schema.Record({ key: Pointer, value: Schema.Union(Scalar, Schema.Array(Scalar)) })

const Kind = Schema.Literal("organization", "tag", "label", "segment")

const Option = Schema.Struct({
  description: written.annotations({ description: "What it is, and where to find its value." }),
  secret: maybe(Schema.Boolean, "Never shown. Default: false."),
  default: maybe(Schema.String, "The value where a connection gives none.")
})

const Auth = Schema.Struct({
  bearer: maybe(written, "Sent as Authorization: Bearer."),
  basic: maybe(Schema.Struct({ user: Schema.String, password: Schema.String }), "Sent as Authorization: Basic."),
  headers: maybe(Schema.Record({ key: Schema.String, value: written }), "Headers by name."),
  query: maybe(Schema.Record({ key: Schema.String, value: written }), "Parameters of every call by name."),
  clientCredentials: maybe(
    Schema.Struct({ path: Path, clientId: written, clientSecret: written, scope: Schema.String }),
    "OAuth 2.0 client credentials: path of the token endpoint, clientId, clientSecret, scope."
  )
})

const Reason = Schema.Literal("Unauthorized", "NotAllowed", "NotFound", "Invalid", "RateLimited", "Unavailable", "Malformed")

const Errors = Schema.Struct({
  words: maybe(Pointer, "Where a refusal says why."),
  code: maybe(Pointer, "Where a refusal says its code."),
  in200: maybe(Pointer, "What an accepted answer holds only if it is a refusal, as GraphQL's /errors."),
  means: maybe(
    Schema.Array(Schema.Struct({ status: maybe(Schema.Int, "Of this status."), code: maybe(Schema.String, "Of this code."), is: Reason })),
    "What refusals mean where it differs from the usual (401 Unauthorized, 403 NotAllowed, 404 NotFound, 429 RateLimited, 5xx Unavailable); the first that fits."
  )
})

const Params = Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Schema.Number, Schema.Boolean) })

const call = {
  path: Path.annotations({ description: "Below baseUrl, with options in braces." }),
  params: maybe(Params, "Parameters of the query."),
  body: maybe(Schema.Unknown, "Makes the call a POST with this body: a search, or a GraphQL query.")
}

const Identity = Schema.Struct({
  ...call,
  account: maybe(Text, "Names the account for good, whatever credential is used. Default: the host."),
  label: maybe(Text, "The account for people."),
  actor: maybe(Text, "Whom the credential belongs to."),
  role: maybe(Text, "What they may see; another role may see fewer rows.")
})

const Paging = Schema.Union(
  Schema.Struct({
    cursor: Pointer.annotations({ description: "Where an answer holds the cursor of the next page." }),
    into: written.annotations({ description: "The parameter, or the pointer into the body, that takes it." }),
    more: maybe(Pointer, "Where an answer says true or false: whether a page follows."),
    absentEnds: maybe(Schema.Boolean, "The vendor leaves the cursor out on the last page. Default: it is null or empty there."),
    limit: maybe(written, "The parameter that takes the rows of a page: a full page without a cursor is then asked for again in two parts.")
  }),
  Schema.Struct({ page: written.annotations({ description: "The parameter that takes the number of the page." }), first: maybe(Schema.Int, "Default: 1.") }),
  Schema.Struct({ offset: written.annotations({ description: "The parameter that takes the number of rows to pass over." }) }),
  Schema.Struct({
    next: Pointer.annotations({ description: "Where an answer holds the URL of the next page." }),
    take: maybe(written, "Of the URL this parameter alone is taken, where it leads to another host."),
    absentEnds: maybe(Schema.Boolean, "The vendor leaves it out on the last page.")
  }),
  Schema.Struct({ link: Schema.Literal("next").annotations({ description: "The Link header names the next page; the last page has none." }) })
)
export type Paging = typeof Paging.Type

const Whole = Schema.Union(
  Schema.Literal("cursorEnds", "emptyPage", "none"),
  Schema.Struct({ totalMatches: Pointer, capped: maybe(Schema.Int, "A total that is this large may be larger.") }),
  Schema.Struct({ countEndpoint: Schema.Struct({ ...call, at: Pointer }) })
)

const fields = maybe(Schema.Union(Pointer, Schema.Record({ key: Schema.String, value: Pointer })), "Fields by name, or where all of them stand.")

/** The first item of a list in the row for which all of it holds. */
const First = Schema.Struct({ each: Pointer, where: Equal, take: Pointer })

const Customer = Schema.Struct({
  id: Pointer,
  email: maybe(Schema.Union(Text, First), "Their address: a text, or what stands at take in the first item of each for which where holds."),
  name: maybe(Text, "Their name."),
  externalId: maybe(Text, "Your own id of them."),
  staff: maybe(Equal, "Who works at the vendor's account, and never gets a group."),
  suspended: maybe(Equal, "Who is suspended."),
  fields
})
export type Customer = typeof Customer.Type

const Group = Schema.Struct({ kind: Kind, id: Pointer, name: Text, externalId: maybe(Text, "Your own id of it."), fields })
export type Group = typeof Group.Type

const Membership = Schema.Struct({
  kind: Kind,
  customer: maybe(Pointer, "The customer's id, where the row is none."),
  each: maybe(Pointer, "A list in the row, one membership each; group and name are then found in its items."),
  group: maybe(Pointer, "The group's id. Default: the item itself."),
  name: maybe(Text, "The group's name, where no list shows the group. Default: its id."),
  whole: maybe(Equal, "What a row holds whose list is not cut, as the sign that its connection has no further page; the memberships of any other are in doubt.")
})
export type Membership = typeof Membership.Type

const List = Schema.Struct({
  ...call,
  per: maybe(
    written,
    "The list for each of whose rows this one is asked, with {/id} in path, params and body; pointers then begin with /per, or with /row for its own rows."
  ),
  rows: Pointer.annotations({ description: "Where an answer holds its rows." }),
  pageSize: Schema.Int.pipe(Schema.positive()).annotations({ description: "Rows that a full page holds." }),
  paging: maybe(Paging, "How the next page is found: cursor, page, offset, next or link. Left out: one answer holds all."),
  whole: Whole.annotations({
    description: "What proves that the list was told to its end: cursorEnds, emptyPage, totalMatches, countEndpoint; none adds and never removes."
  }),
  stable: Schema.Literal("immutableKey", "no").annotations({
    description: "immutableKey: pages follow a key that never changes, so that none can lose rows. no: an absence counts only if a second read shows it too."
  }),
  noRows: maybe(Equal, "What an answer holds that has no rows, where the vendor then leaves the list out."),
  only: maybe(Equal, "Rows that count; all others are passed over."),
  customer: maybe(Customer, "Each row is a customer."),
  group: maybe(Group, "Each row is a group."),
  memberships: maybe(Schema.Array(Membership), "Memberships that a row tells.")
})
export type List = typeof List.Type

const Lookup = Schema.Struct({
  path: Path.annotations({ description: "Of one customer, with {id}." }),
  row: Pointer.annotations({ description: "Where the answer holds the customer, as the list of customers shows them." })
})

const Limit = Schema.Struct({ calls: Schema.Int.pipe(Schema.positive()), seconds: Schema.Number.pipe(Schema.positive()) })

/** A source. */
export const Manifest = Schema.Struct({
  connector: matching(/^[a-z][a-z0-9-]*$/, "is no name: small letters, digits and hyphens").annotations({
    description: "What connector: of a connection names."
  }),
  title: written.annotations({ description: "The name as people write it." }),
  baseUrl: written.annotations({ description: "Scheme and host of the API, with a path and options in braces; a connection's baseUrl replaces it." }),
  options: maybe(Schema.Record({ key: Schema.String, value: Option }), "What a connection gives."),
  auth: maybe(Auth, "How a call proves who we are."),
  limits: maybe(Schema.Array(Limit), "Documented calls in any stretch of seconds."),
  errors: maybe(Errors, "How refusals look."),
  identity: maybe(Identity, "The call that says who we are. Without one an empty list proves nothing."),
  lists: Schema.Record({ key: Schema.String, value: List }).annotations({ description: "The lists that are read, by the vendor's name for them." }),
  lookup: maybe(Lookup, "How one customer is asked for.")
})
export type Manifest = typeof Manifest.Type
