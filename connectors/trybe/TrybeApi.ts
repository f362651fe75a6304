/**
 * What Trybe's labels look like on the wire. The answers of the three calls on a customer's labels are not documented (vendor docs, read
 * 2026-11), so every likely reading of them is taken, and none is trusted to tell more than it shows.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Wire from "../../src/http/Wire.ts"
import type { TargetGroup } from "../../src/model/Group.ts"

/** The longest `value` of a label, in characters. */
export const longest = 20

export const Label = Schema.Struct({
  id: Schema.NonEmptyString,
  value: Schema.String,
  created_at: Wire.text
})
export type Label = typeof Label.Type

const number = Schema.optional(Schema.NullOr(Schema.Number))

/** Unpaginated lists have neither. */
const paging = {
  links: Schema.optional(Schema.NullOr(Schema.Struct({ next: Schema.optional(Schema.NullOr(Schema.String)) }))),
  meta: Schema.optional(Schema.NullOr(Schema.Struct({ current_page: number, last_page: number, per_page: number, total: number })))
}

export const Labels = Schema.Struct({ data: Schema.Array(Label), ...paging })

interface Paged {
  readonly data: ReadonlyArray<unknown>
  readonly links?: { readonly next?: string | null | undefined } | null | undefined
  readonly meta?:
    | { readonly current_page?: number | null | undefined; readonly last_page?: number | null | undefined; readonly total?: number | null | undefined }
    | null
    | undefined
}

/**
 * Whether the answer to a request for `page` is the last one: by its link to the next, else by the number of the last. How many rows came
 * says nothing, because a larger page than allowed is cut without a word.
 */
export const isLast = ({ data, links, meta }: Paged, page: number): boolean => {
  if (links?.next !== undefined) return links.next === null
  if (typeof meta?.last_page === "number") return page >= meta.last_page
  return (links == null && meta == null) || data.length === 0
}

/** The page that the answer says it is; null where it does not say. */
export const pageNumber = ({ meta }: Paged): number | null => meta?.current_page ?? null

export const total = ({ meta }: Paged): number | null => meta?.total ?? null

/** One label of a customer: the label itself, or its id. */
const Attached = Schema.Union(Schema.NonEmptyString, Schema.Struct({ id: Schema.NonEmptyString }))
const idOf = (attached: typeof Attached.Type): string => (typeof attached === "string" ? attached : attached.id)

const Envelope = Schema.Struct({ data: Schema.Array(Attached), ...paging })

/** A customer's labels as a list, or as one in an envelope. */
export const CustomerLabels = Schema.Union(Schema.Array(Attached), Envelope)

const isEnvelope = (answer: typeof CustomerLabels.Type): answer is typeof Envelope.Type => "data" in answer

export const labelIds = (answer: typeof CustomerLabels.Type): ReadonlyArray<string> => (isEnvelope(answer) ? answer.data : answer).map(idOf)

export const isLastOf = (answer: typeof CustomerLabels.Type, page: number): boolean => !isEnvelope(answer) || isLast(answer, page)

const decodeLabels = Schema.decodeUnknownOption(CustomerLabels)

/** The labels that the answer to a write shows; `None` where it shows none, or something else. */
export const shown = (answer: unknown): Option.Option<ReadonlyArray<string>> => Option.map(decodeLabels(answer), labelIds)

/** A label alone or in an envelope. */
export const Made = Schema.Union(Label, Schema.Struct({ data: Label }))
export const made = (answer: typeof Made.Type): Label => ("data" in answer ? answer.data : answer)

/** Whose token it is, in whatever words: an object that tells something, and is no error. */
export const TokenInfo = Schema.Record({ key: Schema.String, value: Schema.Unknown }).pipe(
  Schema.filter((info) => (Object.keys(info).length > 0 && !("error" in info)) || "this tells nothing of the token")
)

const ErrorBody = Schema.Struct({
  message: Schema.optional(Schema.NullOr(Schema.String)),
  errors: Schema.optional(Schema.NullOr(Schema.Record({ key: Schema.String, value: Schema.Array(Schema.String) })))
})
const decodeError = Schema.decodeUnknownOption(Schema.parseJson(ErrorBody))

/** The words of an error, those about single fields behind them; null where it has none. */
export const errorWords = (body: string): string | null => {
  const { errors, message }: typeof ErrorBody.Type = Option.getOrElse(decodeError(body), () => ({}))
  const about = Object.entries(errors ?? {}).map(([field, texts]) => `${field}: ${texts.join(" ")}`)
  const words = [...(message == null || message === "" ? [] : [message]), ...about]
  return words.length === 0 ? null : words.join("; ")
}

const instant = (text: string | null | undefined): number | undefined => {
  // Without an offset the text would be read in this machine's time zone.
  if (typeof text !== "string" || !/(?:z|[+-]\d\d:?\d\d)$/i.test(text)) return undefined
  const millis = Date.parse(text)
  return Number.isNaN(millis) ? undefined : millis
}

export const toGroup = (label: Label): TargetGroup => ({
  id: label.id,
  name: label.value,
  slug: undefined,
  description: undefined,
  externalId: undefined,
  mark: undefined,
  marksShown: false,
  count: undefined,
  createdAt: instant(label.created_at)
})
