/**
 * What cStar's team members and invitations look like on the wire.
 *
 * Members are documented (vendor docs, read 2026-11); of invitations only their address is, so that an invitation needs no more than an
 * e-mail, in whatever list it comes.
 */
import * as Schema from "effect/Schema"
import type { TeamInvite, TeamMember } from "../../src/contract/Team.ts"
import * as Wire from "../../src/http/Wire.ts"
import * as CstarApi from "./CstarApi.ts"

const text = Schema.optional(Schema.NullOr(Schema.String))

export const MemberRow = Schema.Struct({ id: Schema.NonEmptyString, name: Wire.text, email: text, role: Schema.NonEmptyString })

export const InviteRow = Schema.Struct({
  id: text,
  email: Schema.NonEmptyString,
  role: text,
  status: Schema.optional(Schema.Unknown),
  state: Schema.optional(Schema.Unknown)
})
type InviteRow = typeof InviteRow.Type

/** Invitations in either envelope, or as a bare array. */
export const Invites = Schema.Union(Schema.Array(InviteRow), CstarApi.list(InviteRow))

/** What a write answers; an empty answer says nothing. `success: false` would be none, and is not read as one. */
export const Done = Schema.UndefinedOr(Schema.Struct({ success: Schema.optional(Schema.Literal(true)) }))

export const toMember = (row: typeof MemberRow.Type): TeamMember => ({ id: row.id, email: row.email ?? null, name: row.name ?? null, role: row.role })

export const toInvite = (row: InviteRow): TeamInvite => ({ email: row.email, role: row.role ?? null })

const settled = new Set(["accepted", "expired", "revoked", "declined", "cancelled", "canceled"])

/** Whether the invitation may still be accepted, as far as the row tells: without a word that it is settled it counts as pending. */
export const isPending = ({ state, status }: InviteRow): boolean =>
  ![state, status].some((word) => typeof word === "string" && settled.has(word.trim().toLowerCase()))
