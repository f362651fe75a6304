/** cStar's customer groups as a target: lists by page number, additions in packs of 100, removals one by one. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Pack, Receipt, Target, TargetDeclaration } from "../../src/contract/Target.ts"
import type { GroupMark } from "../../src/model/Group.ts"
import * as CstarAccess from "./CstarAccess.ts"
import * as CstarApi from "./CstarApi.ts"
import * as CstarCustomers from "./CstarCustomers.ts"
import * as CstarPages from "./CstarPages.ts"

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
    externalId: "accepted",
    nameLength: null,
    longNames: "refused",
    slugs: null,
    pageSize: CstarPages.size,
    count: true
  },
  assignments: {
    listedBy: "group",
    joinedAt: true,
    pageSize: CstarPages.size,
    add: { by: "group", pack: 100 },
    remove: { by: "group", pack: 1 }
  },
  customers: { list: true, pageSize: CstarPages.size, search: true, byId: true, externalId: true, namedBy: "id" }
}

const groupsPath = "/customer-groups"
const groupCall = (id: string) => ({
  path: `${groupsPath}/${encodeURIComponent(id)}`,
  template: `${groupsPath}/{id}`
})
const membersCall = (id: string) => ({
  path: `${groupCall(id).path}/members`,
  template: `${groupsPath}/{id}/members`
})

const group = (access: CstarAccess.Access, id: string): Effect.Effect<Option.Option<CstarApi.Group>, ConnectorError> =>
  access.client.read({ ...groupCall(id), schema: CstarApi.Group }).pipe(
    Effect.map((answer) => Option.some(answer.body)),
    Effect.catchIf(CstarAccess.isNotFound, () => Effect.succeedNone)
  )

/** A 200 that shows nothing may come from something on the way that never passed the call on. */
const unchanged = (access: CstarAccess.Access, method: "PATCH" | "DELETE", id: string) =>
  Effect.fail(
    CstarAccess.refusal(access, `${method} ${groupCall(id).template}`, "Malformed", "the answer says nothing, and looking at the group shows no change").with({
      effect: "unknown"
    })
  )

export const make = (access: CstarAccess.Access): Target => ({
  identify: CstarAccess.identify(access, groupsPath, CstarApi.Group),
  groups: CstarPages.stream(access.client, { path: groupsPath }, CstarApi.Group, CstarApi.toGroup),
  group: (id) => Effect.map(group(access, id), Option.map(CstarApi.toGroup)),
  createGroup: (draft, mark, idempotencyKey) => {
    const customFields = { ...draft.customFields, [CstarApi.markField]: CstarApi.markText(mark) }
    const call = { path: groupsPath, body: { ...draft, customFields }, schema: CstarApi.Group, idempotencyKey }
    return Effect.map(CstarAccess.write(access, "POST", call), (answer) => CstarApi.toGroup(answer.body))
  },
  updateGroup: Effect.fn("cstar.updateGroup")(function* (id, { customFields, ...values }) {
    const body = customFields === undefined ? values : { ...values, customFields: yield* mergedFields(access, id, customFields) }
    const answer = yield* CstarAccess.write(access, "PATCH", { ...groupCall(id), body, schema: CstarApi.Updated, repeatable: true })
    if (answer.body?.id === id) return
    const name = Option.map(yield* group(access, id), (found) => found.name)
    if (values.name !== undefined && Option.isSome(name) && name.value !== values.name) return yield* unchanged(access, "PATCH", id)
  }),
  remark: (id) =>
    Effect.map(
      group(access, id),
      Option.map((found) => ({ group: CstarApi.toGroup(found), write: (mark) => remark(access, found, mark) }))
    ),
  deleteGroup: (id) =>
    CstarAccess.write(access, "DELETE", { ...groupCall(id), schema: CstarApi.Deleted, repeatable: true }).pipe(
      Effect.map(({ body }) => body?.deleted === true),
      Effect.catchIf(CstarAccess.isNotFound, () => Effect.succeed(true)),
      Effect.flatMap((reported) =>
        reported ? Effect.void : Effect.flatMap(group(access, id), (found) => (Option.isNone(found) ? Effect.void : unchanged(access, "DELETE", id)))
      )
    ),
  groupsOf: () => Effect.dieMessage("cStar's memberships are listed by group"),
  members: (id) => CstarPages.stream(access.client, membersCall(id), CstarApi.MemberRow, CstarApi.toMember),
  add: (pack, key) => add(access, pack, key),
  remove: (pack) => remove(access, pack),
  customers: CstarCustomers.list(access),
  customer: (id) => CstarCustomers.byId(access, id),
  customersByAddress: (address) => CstarCustomers.byAddress(access, address)
})

const hidesFields = (access: CstarAccess.Access, call: string) =>
  Effect.fail(CstarAccess.refusal(access, call, "Invalid", "cStar does not show this group's custom fields, so writing some could delete the others"))

// Whether PATCH merges custom fields or replaces them is not documented, so all of them are written, our mark among them.
const mergedFields = (access: CstarAccess.Access, id: string, given: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const call = `PATCH ${groupCall(id).template}`
    if (access.readOnly !== null) return yield* CstarAccess.refusal(access, call, "NotAllowed", access.readOnly)
    const { body } = yield* access.client.read({ ...groupCall(id), schema: CstarApi.Group })
    const shown = CstarApi.customFields(body)
    if (shown === undefined) {
      return yield* hidesFields(access, call)
    }
    const mark = shown[CstarApi.markField]
    return { ...shown, ...given, ...(mark === undefined ? {} : { [CstarApi.markField]: mark }) }
  })

/** Which fields PATCH keeps is not documented, so all that were seen are written with the mark. */
const remark = Effect.fn("cstar.remark")(function* (access: CstarAccess.Access, seen: CstarApi.Group, mark: GroupMark) {
  const { id } = seen
  const fields = CstarApi.customFields(seen)
  if (fields === undefined) return yield* hidesFields(access, `PATCH ${groupCall(id).template}`)
  const text = CstarApi.markText(mark)
  const body = { customFields: { ...fields, [CstarApi.markField]: text } }
  const answer = yield* CstarAccess.write(access, "PATCH", { ...groupCall(id), body, schema: CstarApi.Updated })
  if (answer.body?.id === id) return
  const shown = Option.flatMapNullable(yield* group(access, id), CstarApi.customFields)
  if (Option.isSome(shown) && shown.value[CstarApi.markField] !== text) return yield* unchanged(access, "PATCH", id)
})

const oneGroup = (pack: Pack): Extract<Pack, { by: "group" }> => {
  if (pack.by !== "group") throw new Error("cStar's memberships are packed by group")
  return pack
}

/**
 * Turns the 404 of a call on a group's members into `missing` if the group is there, and leaves it a `NotFound` if the group is gone:
 * what the 404 of a missing customer looks like is not documented.
 */
const whereGroupExists =
  (access: CstarAccess.Access, id: string, missing: (error: ConnectorError) => Effect.Effect<Receipt, ConnectorError>) =>
  (call: Effect.Effect<Receipt, ConnectorError>): Effect.Effect<Receipt, ConnectorError> =>
    Effect.catchIf(call, CstarAccess.isNotFound, (error) =>
      Effect.flatMap(group(access, id), Option.match({ onNone: () => Effect.fail(error), onSome: () => missing(error) }))
    )

/**
 * Adds a pack. Not repeated after a lost answer: a second answer would count as skipped whom the first had added.
 * A 404 over an unknown customer is `Invalid`, so that the pack can be split; over the group it is `NotFound`.
 */
const add = (access: CstarAccess.Access, pack: Pack, idempotencyKey: string | undefined): Effect.Effect<Receipt, ConnectorError> =>
  Effect.suspend(() => {
    const { customers, group } = oneGroup(pack)
    return CstarAccess.write(access, "POST", {
      ...membersCall(group),
      body: { customerIds: customers },
      idempotencyKey,
      schema: CstarApi.Added
    }).pipe(
      Effect.map(({ body, serverTime }): Receipt => {
        const all = body?.added === customers.length && body.skipped === 0
        const none = body?.added === 0 && body.skipped === customers.length
        return { changed: all ? "all" : none ? "none" : "unnamed", count: null, serverTime }
      }),
      whereGroupExists(access, group, (error) => Effect.fail(error.with({ reason: "Invalid" })))
    )
  })

/**
 * Removes one customer. Not repeated after a lost answer: a 404 to the second could not be told from somebody who was not in.
 * The 404 over a customer who is not in the group is the wanted state.
 */
const remove = (access: CstarAccess.Access, pack: Pack): Effect.Effect<Receipt, ConnectorError> =>
  Effect.suspend(() => {
    const { customers, group } = oneGroup(pack)
    const [customerId] = customers
    if (customerId === undefined || customers.length > 1) throw new Error("cStar removes one customer a call")
    const none: Receipt = { changed: "none", count: null, serverTime: null }
    return CstarAccess.write(access, "DELETE", {
      ...membersCall(group),
      params: { customerId },
      schema: CstarApi.Removed
    }).pipe(
      Effect.map(({ body, serverTime }): Receipt => ({
        changed: body?.removed === undefined || body.removed === null ? "unnamed" : body.removed ? "all" : "none",
        count: null,
        serverTime
      })),
      whereGroupExists(access, group, () => Effect.succeed(none))
    )
  })
