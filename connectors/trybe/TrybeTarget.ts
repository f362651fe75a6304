/** Trybe's customer labels as a target: labels are listed and made, and attached and detached customer by customer. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ConnectorError, type Reason } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import type { ListPage, Pack, Receipt, Target, TargetDeclaration } from "../../src/contract/Target.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import type { TargetGroup } from "../../src/model/Group.ts"
import * as NumberedPages from "../kit/NumberedPages.ts"
import * as TrybeApi from "./TrybeApi.ts"

/** Rows asked for per page; more may be cut without a word, so an answer's own figures decide what is the end. */
const pageSize = 100

export const declaration: TargetDeclaration = {
  groupWord: "label",
  testable: true,
  groups: {
    list: true,
    create: "explicit",
    // Calls that change or delete a label are not documented (vendor docs, read 2026-11).
    update: false,
    delete: false,
    mark: false,
    externalId: "none",
    nameLength: TrybeApi.longest,
    longNames: "cut",
    slugs: null,
    pageSize,
    count: false
  },
  assignments: {
    listedBy: "customer",
    joinedAt: false,
    pageSize,
    // The largest number of labels a call takes is not documented; a pack that is refused is halved.
    add: { by: "customer", pack: 100 },
    remove: { by: "customer", pack: 100 }
  },
  // The search of customers has no documented path, so customers are named by ids that the config knows.
  customers: { list: false, pageSize: 1, search: false, externalId: false, namedBy: "id" }
}

export interface Access {
  readonly connection: string
  readonly client: VendorClient
  readonly identity: Identity
}

const labelsPath = "/customers/labels"
const template = "/customers/customers/{id}/labels"
const customerPath = (id: string) => `/customers/customers/${encodeURIComponent(id)}/labels`

const isNotFound = (error: ConnectorError): boolean => error.reason === "NotFound"

const failed = ({ connection }: Access, call: string, reason: Reason, detail: string) =>
  new ConnectorError({ connection, call, reason, detail, effect: "none" })

const labels = ({ client }: Access): Stream.Stream<ListPage<TargetGroup>, ConnectorError> =>
  NumberedPages.stream(
    (page) =>
      Effect.map(client.read({ path: labelsPath, params: { page, per_page: pageSize }, schema: TrybeApi.Labels }), ({ body }) => ({
        rows: body.data,
        number: TrybeApi.pageNumber(body),
        total: TrybeApi.total(body),
        last: TrybeApi.isLast(body, page)
      })),
    TrybeApi.toGroup
  )

/**
 * Whether the token is good: `/token-info` says so, and where it answers anything but a refused credential the labels themselves. A token that may not see
 * that page may still do every call on labels (vendor docs, read 2026-11).
 */
const asked = ({ client }: Access) =>
  Effect.catchIf(
    Effect.asVoid(client.read({ path: "/token-info", schema: TrybeApi.TokenInfo })),
    ({ reason }) => reason === "NotAllowed" || reason === "NotFound",
    () => Effect.asVoid(client.read({ path: labelsPath, params: { page: 1, per_page: 1 }, schema: TrybeApi.Labels }))
  )

/** No call shows one label, so the list is walked; it is surely gone only where the list came to its end. */
const label = (access: Access, id: string): Effect.Effect<Option.Option<TargetGroup>, ConnectorError> =>
  Effect.gen(function* () {
    const pages = Array.from(yield* Stream.runCollect(labels(access)))
    const found = pages.flatMap((page) => page.items).find((group) => group.id === id)
    if (found !== undefined) return Option.some(found)
    if (pages.at(-1)?.end === true) return Option.none()
    return yield* failed(access, `GET ${labelsPath}`, "Malformed", "the list of labels stopped before its end, so none can be said to be missing")
  })

/** The ids of all labels of a customer, over as many pages as the answer announces. */
const labelsOf = (access: Access, customer: string): Effect.Effect<ReadonlyArray<string>, ConnectorError> =>
  Effect.gen(function* () {
    const found = new Set<string>()
    for (let page = 1; ; page++) {
      const params = page === 1 ? {} : { page }
      const { body } = yield* access.client.read({ path: customerPath(customer), template, params, schema: TrybeApi.CustomerLabels })
      const before = found.size
      for (const id of TrybeApi.labelIds(body)) found.add(id)
      if (TrybeApi.isLastOf(body, page)) return [...found]
      if (found.size === before) return yield* failed(access, `GET ${template}`, "Malformed", "the list of a customer's labels does not come to its end")
    }
  })

const oneCustomer = (pack: Pack): Effect.Effect<Extract<Pack, { by: "customer" }>> =>
  pack.by === "customer" && pack.groups.length <= declaration.assignments.add.pack
    ? Effect.succeed(pack)
    : Effect.dieMessage("Trybe takes the labels of one customer, at most 100 a call")

/** A 404 over the customer stays one; if the customer is there, it is over a label, and the pack can be split. */
const aboutLabels = (access: Access, customer: string, error: ConnectorError): Effect.Effect<never, ConnectorError> =>
  Effect.matchEffect(labelsOf(access, customer), {
    onFailure: () => Effect.fail(error),
    onSuccess: () => Effect.fail(error.with({ reason: "Invalid" }))
  })

const write = (access: Access, method: "POST" | "DELETE", pack: Pack) =>
  Effect.gen(function* () {
    const { customer, groups } = yield* oneCustomer(pack)
    const call = { path: customerPath(customer), template, body: { labels: groups }, schema: Schema.Unknown }
    const answer = yield* Effect.catchIf(access.client.write(method, call), isNotFound, (error) => aboutLabels(access, customer, error))
    return { groups, ...answer }
  })

/** Attaching what is attached is fine, so an answer proves that all are; one that shows labels without these proves nothing. */
const add = (access: Access, pack: Pack): Effect.Effect<Receipt, ConnectorError> =>
  Effect.map(write(access, "POST", pack), ({ body, groups, serverTime }) => {
    const shown = Option.getOrNull(TrybeApi.shown(body))
    const proved = body === undefined || (shown !== null && groups.every((id) => shown.includes(id)))
    return { changed: proved ? "done" : "unnamed", count: null, serverTime }
  })

/** Much between here and Trybe may drop the body of a DELETE, and then nothing is detached while 200 comes back: only reading back tells. */
const remove = (access: Access, pack: Pack): Effect.Effect<Receipt, ConnectorError> =>
  Effect.map(write(access, "DELETE", pack), ({ serverTime }) => ({ changed: "unnamed", count: null, serverTime }))

const excluded = (what: string) => Effect.dieMessage(`Trybe has no documented call ${what}`)

export const make = (access: Access): Target => ({
  identify: Effect.as(asked(access), access.identity),
  groups: labels(access),
  group: (id) => label(access, id),
  createGroup: (draft) =>
    Effect.map(access.client.write("POST", { path: labelsPath, body: { value: draft.name }, schema: TrybeApi.Made }), ({ body }) =>
      TrybeApi.toGroup(TrybeApi.made(body))
    ),
  updateGroup: () => excluded("to change a label"),
  deleteGroup: () => excluded("to delete a label"),
  groupsOf: (customer) => labelsOf(access, customer),
  members: () => Stream.dieMessage("Trybe's labels are listed by customer"),
  add: (pack) => add(access, pack),
  remove: (pack) => remove(access, pack),
  customers: Stream.dieMessage("Trybe has no documented call to list customers"),
  customersByAddress: () => excluded("to find a customer")
})
