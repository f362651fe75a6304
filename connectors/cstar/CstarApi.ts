/**
 * What cStar's customer groups and customers look like on the wire.
 *
 * The documented samples leave out fields that the tables promise, and pages of different ages disagree on envelopes and errors
 * (vendor docs, read 2026-11). So nothing but ids and names is required, and an absent field means "not shown", never "empty".
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Member } from "../../src/contract/Target.ts"
import * as Wire from "../../src/http/Wire.ts"
import type { TargetCustomer } from "../../src/model/Customer.ts"
import type { GroupMark, TargetGroup } from "../../src/model/Group.ts"

const text = Schema.optional(Schema.NullOr(Schema.String))

/** A customer group. `customFields` is free-form, and null differs from absent in a description: both are judged where they are used. */
export const Group = Schema.Struct({
  id: Schema.NonEmptyString,
  name: Schema.String,
  slug: Wire.text,
  description: Schema.optional(Schema.Unknown),
  externalId: text,
  customFields: Schema.optional(Schema.Unknown),
  customerCount: Wire.number,
  createdAt: Wire.text
})
export type Group = typeof Group.Type

/** The importer keeps the Zendesk user's id as `external_id`; no sample of a customer shows one (vendor docs, read 2026-11). */
export const CustomerRow = Schema.Struct({ id: Schema.NonEmptyString, name: Wire.text, email: text, externalId: Wire.key, external_id: Wire.key })

export const MemberRow = Schema.Struct({ ...CustomerRow.fields, joinedGroupAt: Wire.text })

const Pagination = Schema.Struct({
  total: Schema.optional(Schema.NullOr(Schema.Number)),
  page: Schema.optional(Schema.NullOr(Schema.Number)),
  pageSize: Schema.optional(Schema.NullOr(Schema.Number)),
  hasMore: Schema.optional(Schema.NullOr(Schema.Boolean)),
  totalPages: Schema.optional(Schema.NullOr(Schema.Number))
})

/** A list in either envelope: `pagination` beside `data`, or inside `meta`. */
export const list = <A, I>(row: Schema.Schema<A, I>) =>
  Schema.Struct({
    data: Schema.Array(row),
    pagination: Schema.optional(Schema.NullOr(Pagination)),
    meta: Schema.optional(Schema.NullOr(Schema.Struct({ pagination: Schema.optional(Schema.NullOr(Pagination)) })))
  })

export interface List<A> {
  readonly data: ReadonlyArray<A>
  readonly pagination?: typeof Pagination.Type | null | undefined
  readonly meta?: { readonly pagination?: typeof Pagination.Type | null | undefined } | null | undefined
}

const paginationOf = (list: List<unknown>): typeof Pagination.Type => list.pagination ?? list.meta?.pagination ?? {}

/** The vendor's count of all rows; null where the answer shows none. */
export const total = (list: List<unknown>): number | null => paginationOf(list).total ?? null

/** The page that the answer says it is; null where it does not say. */
export const pageNumber = (list: List<unknown>): number | null => paginationOf(list).page ?? null

/** Whether the answer says anything of there being pages. */
export const showsPages = (list: List<unknown>): boolean => {
  const { hasMore, pageSize, totalPages } = paginationOf(list)
  return [hasMore, pageSize, totalPages].some((reported) => reported !== undefined && reported !== null)
}

/**
 * Whether the answer to a request for `page` is the last one: `hasMore`, else `totalPages`, else fewer rows than the page size.
 * The page size is the one the answer tells, because a larger one than allowed may be cut without a word; if it tells none, only an
 * empty page is the end.
 */
export const isLast = (list: List<unknown>, page: number): boolean => {
  const { hasMore, pageSize, totalPages } = paginationOf(list)
  if (typeof hasMore === "boolean") return !hasMore
  if (typeof totalPages === "number") return page >= totalPages
  return typeof pageSize === "number" ? list.data.length < pageSize : list.data.length === 0
}

/**
 * What adding answers; an empty answer is as good as one that shows nothing. `total` is left out: it may count the request's ids or the
 * group's members (vendor docs, read 2026-11).
 */
export const Added = Schema.UndefinedOr(
  Schema.Struct({
    added: Schema.optional(Schema.NullOr(Schema.Number)),
    skipped: Schema.optional(Schema.NullOr(Schema.Number))
  })
)

export const Removed = Schema.UndefinedOr(Schema.Struct({ removed: Schema.optional(Schema.NullOr(Schema.Boolean)) }))

/** `deleted: false` would be no success, and is not read as one; an answer without it says nothing. */
export const Deleted = Schema.UndefinedOr(Schema.Struct({ deleted: Schema.optional(Schema.Literal(true)) }))

/** Shows only part of the group. */
export const Updated = Schema.UndefinedOr(Schema.Struct({ id: text }))

const ErrorBody = Schema.Struct({
  error: Schema.Union(Schema.String, Schema.Struct({ type: text, code: text, message: text, param: text, field: text })),
  code: text,
  message: text
})
const decodeErrorBody = Schema.decodeUnknownOption(Schema.parseJson(ErrorBody))

export interface VendorError {
  readonly type: string | null
  readonly code: string | null
  readonly message: string | null
  /** The field of the request that the error is about. */
  readonly param: string | null
}

/** Reads an error body in any of its documented shapes, `error` an object or plain text; `None` for anything that is not cStar's. */
export const errorOf = (body: string): Option.Option<VendorError> =>
  Option.map(decodeErrorBody(body), ({ code, error, message }) => {
    const reported: Partial<Exclude<typeof error, string>> = typeof error === "string" ? { message: error } : error
    return {
      type: reported.type ?? null,
      code: reported.code ?? code ?? null,
      message: reported.message ?? message ?? null,
      param: reported.param ?? reported.field ?? null
    }
  })

/** The key in `customFields` under which our mark stands. */
export const markField = "groupbridge"

const Maker = Schema.Struct({ state: Schema.String, sync: Schema.String, key: Schema.String })
const Writer = Schema.Struct({ run: Schema.NonNegativeInt, machine: Schema.String, at: Schema.Number })
const Mark = Schema.Struct({ ...Maker.fields, writer: Schema.optionalWith(Writer, { exact: true }) })
// A writer that cannot be read takes nothing from what the mark says of the group.
const decodeMark = Schema.decodeUnknownOption(Schema.parseJson(Schema.Union(Mark, Maker)))

/** The mark as one line of text, so that custom fields that hold only text can carry it. */
export const markText: (mark: GroupMark) => string = Schema.encodeSync(Schema.parseJson(Mark))

/**
 * The custom fields that the answer shows; `undefined` where it shows none or none that can be read. Null and an empty array are shown
 * and empty.
 */
export const customFields = (group: Pick<Group, "customFields">): Readonly<Record<string, unknown>> | undefined => {
  const fields = group.customFields
  if (fields === null || (Array.isArray(fields) && fields.length === 0)) return {}
  return typeof fields === "object" && !Array.isArray(fields) ? { ...fields } : undefined
}

// Without an offset the text would be read in this machine's time zone, and evidence that rests on times would be wrong.
const instant = (text: string | null | undefined): number | undefined => {
  if (typeof text !== "string" || !/(?:z|[+-]\d\d:?\d\d)$/i.test(text)) return undefined
  const millis = Date.parse(text)
  return Number.isNaN(millis) ? undefined : millis
}

export const toGroup = (group: Group): TargetGroup => {
  const fields = customFields(group)
  return {
    id: group.id,
    name: group.name,
    slug: group.slug ?? undefined,
    description: group.description === null ? "" : typeof group.description === "string" ? group.description : undefined,
    externalId: group.externalId ?? undefined,
    mark: Option.getOrUndefined(decodeMark(fields?.[markField])),
    marksShown: fields !== undefined,
    count: group.customerCount ?? undefined,
    createdAt: instant(group.createdAt)
  }
}

export const toCustomer = (row: typeof CustomerRow.Type): TargetCustomer => ({
  id: row.id,
  email: row.email ?? null,
  externalId: row.externalId || row.external_id || null,
  name: row.name ?? null
})

export const toMember = (row: typeof MemberRow.Type): Member => ({
  customer: toCustomer(row),
  joinedAt: instant(row.joinedGroupAt) ?? null
})
