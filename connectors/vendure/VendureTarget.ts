/** Vendure's customer groups as a target: lists by offset, members added and removed in packs, one call after the other. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ConnectorError, type Reason } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import type { Pack, Receipt, RowReceipt, Target, TargetDeclaration } from "../../src/contract/Target.ts"
import type { CallOptions, VendorClient } from "../../src/http/VendorClient.ts"
import type { GroupMark } from "../../src/model/Group.ts"
import * as OffsetPages from "../kit/OffsetPages.ts"
import * as VendureApi from "./VendureApi.ts"

const pack = 100

export const declaration: TargetDeclaration = {
  groupWord: "customer group",
  testable: true,
  groups: {
    list: true,
    create: "explicit",
    update: true,
    delete: true,
    // Where the shop has a custom field for it (`markField`); elsewhere no answer shows one.
    mark: true,
    externalId: "none",
    nameLength: null,
    longNames: "refused",
    slugs: null,
    pageSize: VendureApi.pageSize,
    count: true
  },
  assignments: {
    listedBy: "group",
    oneAtATime: true,
    looks: { add: 1, remove: 1 },
    joinedAt: false,
    pageSize: VendureApi.pageSize,
    add: { by: "group", pack },
    remove: { by: "group", pack }
  },
  customers: { list: true, pageSize: VendureApi.pageSize, search: true, byId: true, externalId: false, namedBy: "id" }
}

export interface Access {
  readonly connection: string
  readonly client: VendorClient
  readonly identity: Identity
  /** Of the Admin API below the base URL. */
  readonly path: string
  /** The custom field of a group that holds our mark; null where the shop has none. */
  readonly markField: string | null
}

type Variables = Readonly<Record<string, unknown>>

/** What a call is named by in errors: the field of the API that it asks for. */
const field = (query: string): string => /\{(\w+)/.exec(query)?.[1] ?? "?"

const options = <A, I>({ path }: Access, query: string, variables: Variables, schema: Schema.Schema<A, I>): CallOptions<A, I> => ({
  path,
  template: `${path}#${field(query)}`,
  body: { query, variables },
  schema
})

const read = <A, I>(access: Access, query: string, variables: Variables, schema: Schema.Schema<A, I>) =>
  Effect.map(access.client.read(options(access, query, variables, schema)), ({ body }) => body)

const write = <A, I>(access: Access, query: string, variables: Variables, schema: Schema.Schema<A, I>, repeatable = false) =>
  access.client.write("POST", { ...options(access, query, variables, schema), repeatable })

const failed = ({ connection, path }: Access, query: string, reason: Reason, detail: string) =>
  new ConnectorError({ connection, call: `POST ${path}#${field(query)}`, reason, detail, effect: "none" })

const isNotFound = ({ reason }: ConnectorError): boolean => reason === "NotFound"

const noGroup = (access: Access, query: string, id: string) => failed(access, query, "NotFound", `there is no customer group ${id}`)

const group = (access: Access, id: string) =>
  Effect.map(read(access, VendureApi.group(access.markField), { id }, VendureApi.OneGroup), ({ data }) =>
    Option.map(Option.fromNullable(data.customerGroup), VendureApi.toGroup(access.markField))
  )

const people = (access: Access, query: string, variables: Variables) =>
  OffsetPages.stream((skip) =>
    Effect.map(read(access, query, { ...variables, take: VendureApi.pageSize, skip }, VendureApi.Customers), ({ data: { customers } }) => ({
      items: customers.items.map(VendureApi.toCustomer),
      total: customers.totalItems
    }))
  )

const members = (access: Access, id: string) =>
  OffsetPages.stream((skip) =>
    Effect.flatMap(read(access, VendureApi.members, { id, take: VendureApi.pageSize, skip }, VendureApi.Members), ({ data: { customerGroup: found } }) =>
      found === null
        ? Effect.fail(noGroup(access, VendureApi.members, id))
        : Effect.succeed({ items: found.customers.items.map(VendureApi.toMember), total: found.customers.totalItems })
    )
  )

const fold = (address: string): string => address.trim().toLowerCase()

/** Every address that contains this one, without regard to case: `eq` would miss what an import wrote in capitals. */
const byAddress = (access: Access, address: string) =>
  Effect.gen(function* () {
    const sought = fold(address)
    if (sought === "") return []
    const pages = Array.from(yield* Stream.runCollect(people(access, VendureApi.customersLike, { address: sought })))
    if (pages.at(-1)?.end !== true)
      return yield* failed(access, VendureApi.customersLike, "Malformed", "the search stopped before its end, so no customer can be said to be missing")
    return pages.flatMap(({ items }) => items).filter(({ email }) => fold(email ?? "") === sought)
  })

const changed = (access: Access, id: string, values: Variables, repeatable: boolean) =>
  Effect.map(write(access, VendureApi.update(access.markField), { input: { id, ...values } }, VendureApi.Updated, repeatable), ({ body }) => body)

/** The mark as a group of this shop can carry it: nothing where there is no field, for Vendure drops unknown ones without a word. */
const marked = ({ markField }: Access, mark: GroupMark) => (markField === null ? {} : { customFields: { [markField]: VendureApi.markText(mark) } })

const remark = (access: Access, id: string, mark: GroupMark) =>
  access.markField === null
    ? Effect.fail(failed(access, VendureApi.update(null), "Invalid", "this connection has no `markField`, so a group can carry no mark"))
    : Effect.asVoid(changed(access, id, marked(access, mark), false))

const oneGroup = (given: Pack): Effect.Effect<Extract<Pack, { by: "group" }>> =>
  given.by === "group" && given.customers.length <= pack
    ? Effect.succeed(given)
    : Effect.dieMessage(`Vendure takes customers of one group, here at most ${pack} a call`)

/** Who of these is in the group right now. */
const among = (access: Access, id: string, customers: ReadonlyArray<string>) =>
  Effect.flatMap(
    read(access, VendureApi.membersAmong, { id, take: pack, those: customers }, VendureApi.MembersAmong),
    ({ data: { customerGroup: found } }): Effect.Effect<ReadonlySet<string>, ConnectorError> =>
      found === null ? Effect.fail(noGroup(access, VendureApi.membersAmong, id)) : Effect.succeed(new Set(found.customers.items.map((one) => one.id)))
  )

const rows = (customers: ReadonlyArray<string>, of: (id: string) => RowReceipt): Pick<Receipt, "changed" | "rows"> => ({
  changed: "named",
  rows: new Map(customers.map((id) => [id, of(id)]))
})

/** An unknown customer is skipped in silence, and no answer says who was in before: so who is in is seen before and after, after in the same call. */
const add = (access: Access, given: Pack): Effect.Effect<Receipt, ConnectorError> =>
  Effect.gen(function* () {
    const { customers, group: id } = yield* oneGroup(given)
    const before = yield* among(access, id, customers)
    const { body, serverTime } = yield* write(access, VendureApi.addMembers, { id, customers, take: pack, those: customers }, VendureApi.Added)
    const after = new Set(body.data.addCustomersToGroup.customers.items.map((one) => one.id))
    return { ...rows(customers, (one) => (!after.has(one) ? "dropped" : before.has(one) ? "so" : "changed")), count: null, serverTime }
  })

/** One customer who is not in refuses the whole pack: only those who are in are named. If one leaves in between it is a refusal, and the pack is split. */
const remove = (access: Access, given: Pack): Effect.Effect<Receipt, ConnectorError> =>
  Effect.gen(function* () {
    const { customers, group: id } = yield* oneGroup(given)
    const before = yield* among(access, id, customers)
    const leaving = customers.filter((one) => before.has(one))
    if (leaving.length === 0) return { ...rows(customers, () => "so"), count: null, serverTime: null }
    const variables = { id, customers: leaving, take: pack, those: leaving }
    const { body, serverTime } = yield* write(access, VendureApi.removeMembers, variables, VendureApi.Removed)
    const after = new Set(body.data.removeCustomersFromGroup.customers.items.map((one) => one.id))
    return { ...rows(customers, (one) => (after.has(one) ? "dropped" : before.has(one) ? "changed" : "so")), count: null, serverTime }
  })

const deleteGroup = (access: Access, id: string) =>
  write(access, VendureApi.remove, { id }, VendureApi.Deleted, true).pipe(
    Effect.flatMap(({ body: { data } }) =>
      data.deleteCustomerGroup.result === "DELETED"
        ? Effect.void
        : Effect.fail(failed(access, VendureApi.remove, "Invalid", data.deleteCustomerGroup.message ?? "the group was not deleted"))
    ),
    Effect.catchIf(isNotFound, () => Effect.void)
  )

export const make = (access: Access): Target => {
  const { markField } = access
  const groups: Target["groups"] = OffsetPages.stream((skip) =>
    Effect.map(read(access, VendureApi.groups(markField), { take: VendureApi.pageSize, skip }, VendureApi.Groups), ({ data: { customerGroups } }) => ({
      items: customerGroups.items.map(VendureApi.toGroup(markField)),
      total: customerGroups.totalItems
    }))
  )
  return {
    identify: Effect.as(read(access, VendureApi.anyGroup, {}, VendureApi.AnyGroup), access.identity),
    groups,
    group: (id) => group(access, id),
    createGroup: ({ name }, mark) =>
      Effect.map(write(access, VendureApi.create(markField), { input: { name, ...marked(access, mark) } }, VendureApi.Created), ({ body }) =>
        VendureApi.toGroup(markField)(body.data.createCustomerGroup)
      ),
    updateGroup: (id, { name }) => (name === undefined ? Effect.void : Effect.asVoid(changed(access, id, { name }, true))),
    remark: (id) =>
      Effect.map(
        group(access, id),
        Option.map((found) => ({ group: found, write: (mark) => remark(access, id, mark) }))
      ),
    deleteGroup: (id) => deleteGroup(access, id),
    members: (id) => members(access, id),
    groupsOf: () => Effect.dieMessage("Vendure's memberships are listed by group"),
    add: (given) => add(access, given),
    remove: (given) => remove(access, given),
    customers: people(access, VendureApi.customers, {}),
    customer: (id) =>
      Effect.map(read(access, VendureApi.customer, { id }, VendureApi.OneCustomer), ({ data }) =>
        Option.map(Option.fromNullable(data.customer), VendureApi.toCustomer)
      ),
    customersByAddress: (address) => byAddress(access, address)
  }
}
