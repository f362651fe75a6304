/** cStar's endpoints for team members, as documented, and for invitations, as `behave` says (vendor docs, read 2026-11). */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SandboxResponse } from "../../src/sandbox/Sandbox.ts"
import * as SandboxAnswers from "./SandboxAnswers.ts"
import type * as SandboxStaff from "./SandboxStaff.ts"

const Role = Schema.Literal("owner", "admin", "manager", "librarian", "agent", "spectator")
const RoleBody = Schema.Struct({ role: Schema.String })
const InviteBody = Schema.Struct({ email: Schema.String, role: Schema.optional(Schema.String) })

const isRole = Schema.is(Role)

/** An answer that carries one thing, in the envelope that members come in. */
const wrapped = (call: SandboxAnswers.Call, status: number, data: unknown): SandboxResponse =>
  SandboxAnswers.json(status, { success: true, data, meta: { requestId: "req_sandbox", timestamp: SandboxAnswers.iso(call.now) } })

const noMethod = ({ refuse }: SandboxAnswers.Call) => refuse(405, "invalid_request_error", "method_not_allowed", "Method not allowed.")

/** The owner can be neither changed nor made, whatever the role of the caller. */
const notTheOwner = ({ refuse }: SandboxAnswers.Call) => refuse(403, "authorization_error", "insufficient_permissions", "The team owner cannot be changed.")

const noRole = ({ refuse }: SandboxAnswers.Call) => refuse(422, "invalid_request_error", "parameter_invalid", "Role is not valid.", "role")

const shownMember = (member: SandboxStaff.StaffMember) => ({
  id: member.id,
  userId: member.id.replace("mem_", "user_"),
  name: member.name,
  email: member.email,
  avatarUrl: null,
  role: member.role,
  roleDisplayName: member.role.replace(/^./, (first) => first.toUpperCase()),
  permissions: [],
  level: 1,
  xp: 0,
  joinedAt: SandboxAnswers.iso(member.joinedAt)
})

export const members = (call: SandboxAnswers.Call): SandboxResponse => {
  if (call.request.method !== "GET") return noMethod(call)
  const role = call.request.query.get("role")
  const all = call.staff.members().filter((member) => role === null || member.role === role)
  return SandboxAnswers.page(call, { usualSize: 20, envelope: "meta" }, all, shownMember)
}

export const member = (call: SandboxAnswers.Call, id: string): SandboxResponse => {
  const { refuse, request, staff } = call
  const found = staff.member(id)
  if (found === undefined) return refuse(404, "not_found_error", "resource_missing", "Team member not found.", "memberId")
  if (request.method === "GET") return wrapped(call, 200, shownMember(found))
  if (request.method === "DELETE") {
    if (found.role === "owner") return notTheOwner(call)
    staff.remove(id)
    return wrapped(call, 200, { deleted: true, id })
  }
  if (request.method !== "PATCH") return noMethod(call)
  const body = Option.getOrUndefined(SandboxAnswers.bodyOf(call, RoleBody))
  if (body === undefined) return SandboxAnswers.unreadable(call)
  if (!isRole(body.role)) return noRole(call)
  if (found.role === "owner" || body.role === "owner") return notTheOwner(call)
  const changed = { ...found, role: body.role }
  staff.put(changed)
  return wrapped(call, 200, shownMember(changed))
}

const shownInvite = ({ createdAt, email, id, role, status }: SandboxStaff.Invite) => ({ id, email, role, status, createdAt: SandboxAnswers.iso(createdAt) })

export const invites = (call: SandboxAnswers.Call): SandboxResponse => {
  const { behaviour, refuse, request } = call
  if (behaviour.invites === "refused") return refuse(403, "authorization_error", "insufficient_permissions", "This key may not manage invitations.")
  if (request.method === "POST") return invite(call)
  if (request.method !== "GET") return noMethod(call)
  const rows = call.staff.invites().filter(({ status }) => behaviour.settledInvites === "listed" || status === "pending")
  if (behaviour.invites === "bare") return SandboxAnswers.json(200, rows.map(shownInvite))
  if (behaviour.invites === "unpaged") return wrapped(call, 200, rows.map(shownInvite))
  return SandboxAnswers.page(call, { usualSize: 20, envelope: behaviour.invites }, rows, shownInvite)
}

/** Nothing keeps anybody from a second mail: an address may be invited twice, and a member too. */
const invite = (call: SandboxAnswers.Call): SandboxResponse => {
  const body = Option.getOrUndefined(SandboxAnswers.bodyOf(call, InviteBody))
  if (body === undefined) return SandboxAnswers.unreadable(call)
  if (!body.email.includes("@")) return call.refuse(422, "invalid_request_error", "parameter_invalid", "Email is not valid.", "email")
  const role = body.role ?? "agent"
  if (!isRole(role)) return noRole(call)
  if (role === "owner") return notTheOwner(call)
  return wrapped(call, 201, shownInvite(call.staff.invite(body.email, role, call.now)))
}
