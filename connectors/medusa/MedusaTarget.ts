/** Medusa's customer groups as a target: lists by offset, members added or removed in packs, never both in one call. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import type { Pack, Receipt, RowReceipt, Target, TargetDeclaration } from "../../src/contract/Target.ts"
import type { QueryParams, VendorClient } from "../../src/http/VendorClient.ts"
import * as OffsetPages from "../kit/OffsetPages.ts"
import * as MedusaApi from "./MedusaApi.ts"

/** One unknown customer refuses the whole call, and ids stand in the query of the look that goes with it, which has room for about 16 kB. */
const pack = 200

export const declaration: TargetDeclaration = {
  groupWord: "customer group",
  testable: true,
  groups: {
    list: true,
    create: "explicit",
    update: true,
    delete: true,
    mark: true,
    customFields: true,
    externalId: "shown",
    nameLength: null,
    longNames: "refused",
    slugs: null,
    pageSize: MedusaApi.pageSize,
    count: false
  },
  assignments: {
    listedBy: "group",
    looks: { add: 2, remove: 0 },
    joinedAt: false,
    pageSize: MedusaApi.pageSize,
    add: { by: "group", pack },
    remove: { by: "group", pack }
  },
  customers: { list: true, pageSize: MedusaApi.pageSize, search: true, byId: true, externalId: false, namedBy: "id" }
}

export interface Access {
  readonly connection: string
  readonly client: VendorClient
  readonly identity: Identity
  /** Whether customers without an account are seen, too. */
  readonly guests: boolean
}

const groupsPath = "/admin/customer-groups"
const customersPath = "/admin/customers"
const groupCall = (id: string) => ({ path: `${groupsPath}/${encodeURIComponent(id)}`, template: `${groupsPath}/{id}` })
const membersCall = (id: string) => ({ path: `${groupCall(id).path}/customers`, template: `${groupsPath}/{id}/customers` })

const isNotFound = ({ reason }: ConnectorError): boolean => reason === "NotFound"
const orNone = <A>(call: Effect.Effect<Option.Option<A>, ConnectorError>): Effect.Effect<Option.Option<A>, ConnectorError> =>
  Effect.catchIf(call, isNotFound, () => Effect.succeed(Option.none<A>()))

/** Guests are other records than those with an account, whatever the address: where they are not seen they are in no list. */
const seen = ({ guests }: Access): QueryParams => (guests ? {} : { has_account: "true" })

const noGroup = ({ connection }: Access, call: string) =>
  new ConnectorError({ connection, call, reason: "NotFound", detail: "there is no such customer group", effect: "none" })

const plainGroup = ({ client }: Access, id: string) =>
  orNone(
    Effect.map(client.read({ ...groupCall(id), params: { fields: MedusaApi.groupFields }, schema: MedusaApi.OneGroup }), ({ body }) =>
      Option.some(body.customer_group)
    )
  )

/** A group with its size, all of its members counted: one that holds members put there by hand is not to be deleted. */
const group = (access: Access, id: string) =>
  Effect.flatMap(
    plainGroup(access, id),
    Option.match({
      onNone: () => Effect.succeedNone,
      onSome: (found) =>
        Effect.map(
          access.client.read({ path: customersPath, params: { groups: id, limit: 1, fields: "id" }, schema: MedusaApi.CustomerIds }),
          ({ body: { count } }) => Option.some(MedusaApi.toGroup(found, count))
        )
    })
  )

const people = (access: Access, params: QueryParams) =>
  OffsetPages.stream((offset) =>
    Effect.map(
      access.client.read({
        path: customersPath,
        params: { ...params, ...seen(access), fields: MedusaApi.customerFields, order: "id", limit: MedusaApi.pageSize, offset },
        schema: MedusaApi.Customers
      }),
      ({ body }) => ({ items: body.customers, total: body.count })
    )
  )

const customers = (access: Access, params: QueryParams) =>
  Stream.map(people(access, params), (page) => ({ ...page, items: page.items.map(MedusaApi.toCustomer) }))

/** A deleted group still lists its members, and one that never was lists none: the group is proved to be there first. */
const members = (access: Access, id: string): ReturnType<Target["members"]> =>
  Stream.unwrap(
    Effect.map(
      plainGroup(access, id),
      Option.match({
        onNone: () => Stream.fail(noGroup(access, `GET ${groupCall(id).template}`)),
        onSome: () => Stream.map(people(access, { groups: id }), (page) => ({ ...page, items: page.items.map(MedusaApi.toMember) }))
      })
    )
  )

const fold = (address: string): string => address.trim().toLowerCase()

/** Addresses are kept as typed, and `email` asks for one spelling: the search finds all, and more besides. */
const byAddress = (access: Access, address: string) =>
  Effect.gen(function* () {
    const sought = fold(address)
    if (sought === "") return []
    const pages = Array.from(yield* Stream.runCollect(customers(access, { q: sought })))
    if (pages.at(-1)?.end !== true) {
      const detail = "the search stopped before its end, so no customer can be said to be missing"
      return yield* new ConnectorError({ connection: access.connection, call: `GET ${customersPath}`, reason: "Malformed", detail, effect: "none" })
    }
    return pages.flatMap(({ items }) => items).filter(({ email }) => fold(email ?? "") === sought)
  })

const oneGroup = (given: Pack): Effect.Effect<Extract<Pack, { by: "group" }>> =>
  given.by === "group" && given.customers.length <= pack
    ? Effect.succeed(given)
    : Effect.dieMessage(`Medusa takes customers of one group, here at most ${pack} a call`)

/** Who of these is in the group right now. */
const among = ({ client }: Access, id: string, those: ReadonlyArray<string>) =>
  Effect.map(
    client.read({ path: customersPath, params: { groups: id, "id[]": those, fields: "id", limit: pack }, schema: MedusaApi.CustomerIds }),
    ({ body }) => new Set(body.customers.map((customer) => customer.id))
  )

/** One direction a call: both are carried out side by side, and one is done where the other is refused. What is unknown refuses all, which the engine halves. */
const change = (access: Access, id: string, direction: "add" | "remove", ids: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const call = { ...membersCall(id), body: { [direction]: ids }, schema: MedusaApi.Changed }
    const ifThere = (error: ConnectorError) =>
      Effect.flatMap(plainGroup(access, id), (found) =>
        Option.isNone(found) ? Effect.fail(noGroup(access, `POST ${call.template}`)) : Effect.fail(error.with({ reason: "Invalid" }))
      )
    const answer = yield* Effect.catchIf(access.client.write("POST", call), isNotFound, ifThere)
    if (answer.body.customer_group?.id === id) return answer.serverTime
    if (Option.isNone(yield* plainGroup(access, id))) return yield* noGroup(access, `POST ${call.template}`)
    const detail = "the answer does not show the group, which is there"
    return yield* new ConnectorError({ connection: access.connection, call: `POST ${call.template}`, reason: "Malformed", detail, effect: "unknown" })
  })

/** No answer says who was in before, and a deleted customer is taken without a word: so who is in is seen before and after. */
const add = (access: Access, given: Pack): Effect.Effect<Receipt, ConnectorError> =>
  Effect.gen(function* () {
    const { customers: ids, group: id } = yield* oneGroup(given)
    const before = yield* among(access, id, ids)
    const serverTime = yield* change(access, id, "add", ids)
    // A look that fails leaves the call as one whose answer is lost.
    const after = yield* Effect.mapError(among(access, id, ids), (error) => error.with({ effect: "unknown" }))
    const of = (one: string): RowReceipt => (!after.has(one) ? "dropped" : before.has(one) ? "so" : "changed")
    return { changed: "named", rows: new Map(ids.map((one) => [one, of(one)])), count: null, serverTime }
  })

const remove = (access: Access, given: Pack): Effect.Effect<Receipt, ConnectorError> =>
  Effect.gen(function* () {
    const { customers: ids, group: id } = yield* oneGroup(given)
    return { changed: "done", count: null, serverTime: yield* change(access, id, "remove", ids) }
  })

const update = ({ client }: Access, id: string, body: Readonly<Record<string, unknown>>, repeatable: boolean) =>
  Effect.asVoid(client.write("POST", { ...groupCall(id), body, schema: MedusaApi.OneGroup, repeatable }))

export const make = (access: Access): Target => ({
  identify: Effect.as(access.client.read({ path: groupsPath, params: { limit: 1, fields: MedusaApi.groupFields }, schema: MedusaApi.Groups }), access.identity),
  groups: OffsetPages.stream((offset) =>
    Effect.map(
      access.client.read({
        path: groupsPath,
        params: { fields: MedusaApi.groupFields, order: "id", limit: MedusaApi.pageSize, offset },
        schema: MedusaApi.Groups
      }),
      ({ body }) => ({ items: body.customer_groups.map((one) => MedusaApi.toGroup(one)), total: body.count })
    )
  ),
  group: (id) => group(access, id),
  createGroup: ({ customFields, externalId, name }, mark) => {
    const metadata = {
      ...MedusaApi.metadataOf({ customFields }),
      ...(externalId === undefined ? {} : { [MedusaApi.externalIdKey]: externalId }),
      [MedusaApi.markKey]: MedusaApi.markText(mark)
    }
    return Effect.map(access.client.write("POST", { path: groupsPath, body: { name, metadata }, schema: MedusaApi.OneGroup }), ({ body }) =>
      MedusaApi.toGroup(body.customer_group, 0)
    )
  },
  updateGroup: (id, { customFields, name }) =>
    update(
      access,
      id,
      { ...(name === undefined ? {} : { name }), ...(customFields === undefined ? {} : { metadata: MedusaApi.metadataOf({ customFields }) }) },
      true
    ),
  remark: (id) =>
    Effect.map(
      plainGroup(access, id),
      Option.map((found) => ({
        group: MedusaApi.toGroup(found),
        write: (mark) => update(access, id, { metadata: { [MedusaApi.markKey]: MedusaApi.markText(mark) } }, false)
      }))
    ),
  deleteGroup: (id) => Effect.asVoid(access.client.write("DELETE", { ...groupCall(id), schema: MedusaApi.Deleted, repeatable: true })),
  members: (id) => members(access, id),
  groupsOf: () => Effect.dieMessage("Medusa's memberships are listed by group"),
  add: (given) => add(access, given),
  remove: (given) => remove(access, given),
  customers: customers(access, {}),
  customer: (id) =>
    orNone(
      Effect.map(
        access.client.read({
          path: `${customersPath}/${encodeURIComponent(id)}`,
          template: `${customersPath}/{id}`,
          params: { fields: MedusaApi.customerFields },
          schema: MedusaApi.OneCustomer
        }),
        ({ body }) => Option.some(MedusaApi.toCustomer(body.customer))
      )
    ),
  customersByAddress: (address) => byAddress(access, address)
})
