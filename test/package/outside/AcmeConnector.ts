/** A connector outside the project: Acme, a made-up vendor whose contacts carry tags. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import {
  type ConnectionContext,
  type Connector,
  type ConnectorError,
  type GroupKey,
  LiveVendorClient,
  type Source,
  type SourceDeclaration,
  type SourceRecord
} from "groupbridge/contract"

const Options = Schema.Struct({
  baseUrl: Schema.NonEmptyString.annotations({ description: "Your Acme's address." }),
  token: Schema.Redacted(Schema.NonEmptyString).annotations({ description: "A token from Settings > API." })
})
type Options = typeof Options.Type

const Contact = Schema.Struct({
  id: Schema.String,
  email: Schema.NullOr(Schema.String),
  name: Schema.Unknown,
  staff: Schema.Boolean,
  tags: Schema.Array(Schema.String)
})
const Contacts = Schema.Struct({ contacts: Schema.Array(Contact), next: Schema.NullOr(Schema.NonEmptyString) })
const Me = Schema.Struct({ account: Schema.NonEmptyString })

const pageSize = 50

export const declaration: SourceDeclaration = {
  streams: [
    {
      name: "contacts",
      parts: ["customers", { groups: "tag", carrier: "customer" }, { memberships: "tag", carrier: "customer" }],
      end: "next is null",
      canLoseRows: false,
      pageSize
    }
  ],
  customerWord: "contact",
  deletionsSeen: false,
  suspensionsSeen: false,
  lookup: false
}

const records = ({ email, id, name, staff, tags }: typeof Contact.Type): ReadonlyArray<SourceRecord> => {
  const text = typeof name === "string" ? name : null
  const customer = {
    id,
    email,
    externalId: null,
    name: text,
    role: staff ? "staff" : "customer",
    suspended: false,
    verified: true,
    excluded: null,
    fields: {}
  } as const
  const keys = (staff ? [] : tags).map((tag): GroupKey => ({ kind: "tag", carrier: "customer", id: tag }))
  return [
    { _tag: "Customer", customer },
    ...keys.map((key): SourceRecord => ({ _tag: "Group", group: { ...key, name: key.id, externalId: null, fields: {} } })),
    ...keys.map((group): SourceRecord => ({ _tag: "Membership", group, customer: id }))
  ]
}

const make = ({ baseUrl, token }: Options, context: ConnectionContext): Effect.Effect<Source, ConnectorError> =>
  Effect.gen(function* () {
    context.redactor.hide(Redacted.value(token))
    const client = yield* LiveVendorClient.make(context, { baseUrl, headers: { authorization: Redacted.make(`Bearer ${Redacted.value(token)}`) } })
    const page = (after: string | null) =>
      Effect.map(
        client.read({ path: "/contacts", params: { limit: pageSize, ...(after === null ? {} : { after }) }, schema: Contacts }),
        ({ body: { contacts, next } }) =>
          [
            {
              records: contacts.flatMap(records),
              rows: contacts.length,
              cursor: next,
              end: next === null ? { reached: true, count: null } : null,
              unknown: []
            },
            next === null ? Option.none<string | null>() : Option.some<string | null>(next)
          ] as const
      )
    return {
      identify: Effect.map(client.read({ path: "/me", schema: Me }), ({ body: { account } }) => ({
        account: `acme ${account}`,
        label: account,
        actor: null,
        role: null,
        missing: [],
        allowance: null
      })),
      streams: declaration.streams.map((stream) => ({
        declaration: stream,
        pages: Stream.paginateEffect<string | null, _Page, ConnectorError, never>(null, page)
      })),
      customer: () => Effect.dieMessage("the declaration says that none can be looked up")
    }
  })

type _Page = Stream.Stream.Success<Source["streams"][number]["pages"]>

export const connector: Connector<Options, typeof Options.Encoded> = {
  name: "acme",
  title: "Acme",
  options: Options,
  limits: [],
  source: { declaration, make }
}
