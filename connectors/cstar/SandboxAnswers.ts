/** What the cStar sandbox's answers look like, and what the vendor's pages leave open about them. */
import * as DateTime from "effect/DateTime"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SandboxRequest, SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import type * as SandboxStaff from "./SandboxStaff.ts"
import type * as SandboxTeam from "./SandboxTeam.ts"

/** What the vendor's pages leave open or tell in two ways. */
export interface Behaviour {
  /** Rows of a list of groups show `customFields`; the documented sample does not. */
  showsCustomFields: boolean
  /** Groups show their `externalId`; no documented sample does. */
  showsExternalId: boolean
  /** Where a list keeps its pagination. */
  groupEnvelope: "pagination" | "meta"
  customerEnvelope: "pagination" | "meta"
  /** Larger pages than this are cut without a word. */
  pageCap: number
  errors: "object" | "string"
  /** Answers tell of the allowance, and a 429 when to come back. */
  limitHeaders: boolean
  /** An unknown id among `customerIds` fails the whole call (404, or 422), or counts as skipped. */
  unknownIds: "refuse" | "refuse-422" | "skip"
  /** What removing somebody who is not a member answers. */
  nonMembers: 404 | 200
  /** A second group of a name is made with another slug, refused with 409, or made with the same slug. */
  collisions: "suffix" | "conflict" | "duplicate"
  /** What PATCH does to `customFields` that it is not given. */
  patchedFields: "replace" | "merge"
  /** What the list of invitations is in: either envelope, one without pages, or a bare array; or it is refused, as is inviting. */
  invites: "pagination" | "meta" | "unpaged" | "bare" | "refused"
  /** A POST is done once under its idempotency key; whether that is so of groups and invitations is not documented. */
  keepsKeys: boolean
  /** Members of groups and their counts are shown as they were so many milliseconds ago. Nothing is documented. */
  lag: number
  /** Which invitations are listed, and whether rows tell what became of them. */
  settledInvites: "listed" | "left out"
}

export const usual: Behaviour = {
  showsCustomFields: true,
  showsExternalId: false,
  groupEnvelope: "pagination",
  customerEnvelope: "meta",
  pageCap: 100,
  errors: "object",
  limitHeaders: true,
  unknownIds: "refuse",
  nonMembers: 404,
  collisions: "suffix",
  patchedFields: "replace",
  invites: "unpaged",
  keepsKeys: true,
  lag: 0,
  settledInvites: "listed"
}

export type Refuse = (status: number, type: string, code: string, message: string, param?: string) => SandboxResponse

export const iso = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))

export const json = (status: number, body: unknown): SandboxResponse => ({
  status,
  headers: {},
  body: JSON.stringify(body)
})

/** An error answer, in the shape of the reference or as the plain text of older pages. */
export const refusal =
  (behaviour: Behaviour, now: number): Refuse =>
  (status, type, code, message, param) => {
    const doc_url = `https://www.cstar.help/docs/errors#${code}`
    const detail = {
      type,
      code,
      message,
      ...(param === undefined ? {} : { param }),
      doc_url,
      request_id: "req_sandbox"
    }
    const error = behaviour.errors === "string" ? message : detail
    return json(status, { success: false, error, meta: { timestamp: iso(now) } })
  }

export interface Call {
  readonly team: SandboxTeam.Team
  readonly staff: SandboxStaff.Staff
  readonly behaviour: Behaviour
  readonly request: SandboxRequest
  readonly now: number
  readonly refuse: Refuse
}

export interface Listing {
  readonly usualSize: number
  readonly envelope: "pagination" | "meta"
}

export const page = <A>(call: Call, { envelope, usualSize }: Listing, all: ReadonlyArray<A>, show: (row: A) => unknown): SandboxResponse => {
  const number = (name: string, otherwise: number): number => Math.max(1, Math.floor(Number(call.request.query.get(name) ?? otherwise)) || otherwise)
  const page = number("page", 1)
  const pageSize = Math.min(number("pageSize", usualSize), call.behaviour.pageCap)
  const data = all.slice((page - 1) * pageSize, page * pageSize).map((row) => show(row))
  const reported = { total: all.length, page, pageSize }
  if (envelope === "pagination") return json(200, { data, pagination: { ...reported, hasMore: page * pageSize < all.length } })
  const pagination = { ...reported, totalPages: Math.ceil(all.length / pageSize) }
  return json(200, {
    success: true,
    data,
    meta: { requestId: "req_sandbox", timestamp: iso(call.now), pagination }
  })
}

export const bodyOf = <A, I>(call: Call, schema: Schema.Schema<A, I>): Option.Option<A> =>
  Schema.decodeUnknownOption(Schema.parseJson(schema))(call.request.body)

export const unreadable = (call: Call) => call.refuse(400, "invalid_request_error", "parameter_invalid", "The request body could not be read.")
