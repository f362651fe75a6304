/** Rows of the sandbox in Zendesk's wire format (public recordings, read 2026-11). */
import * as DateTime from "effect/DateTime"
import type { Desk, DeskMembership, DeskOrganization, DeskUser } from "./SandboxDesk.ts"

const created_at = "2024-01-02T03:04:05Z"
const stamps = { created_at, updated_at: created_at }
const changed = (seconds: number) => ({ created_at, updated_at: DateTime.formatIso(DateTime.unsafeMake(seconds * 1000)).replace(".000", "") })
const url = (kind: string, id: number) => `https://sandbox.zendesk.com/api/v2/${kind}/${id}.json`

/** `tagsShown` false: the feature is switched off and the key is missing. A deleted user is `active: false` and has lost the address. */
export const user = (desk: Desk, row: DeskUser, tagsShown: boolean) => ({
  id: row.id,
  url: url("users", row.id),
  name: row.name,
  email: row.email,
  ...changed(desk.changes.users.at(row.id)),
  time_zone: "Prague",
  iana_time_zone: "Europe/Prague",
  phone: null,
  shared_phone_number: null,
  photo: null,
  locale_id: 1,
  locale: "en-US",
  organization_id: desk.defaultOrganization(row.id),
  role: row.role,
  verified: true,
  external_id: row.externalId,
  ...(tagsShown ? { tags: row.tags } : {}),
  alias: null,
  active: desk.users.get(row.id) !== undefined,
  shared: false,
  shared_agent: false,
  last_login_at: null,
  two_factor_auth_enabled: null,
  signature: null,
  details: null,
  notes: null,
  role_type: row.roleType,
  custom_role_id: null,
  moderator: false,
  ticket_restriction: "requested",
  only_private_comments: false,
  restricted_agent: true,
  suspended: row.suspended,
  default_group_id: null,
  report_csv: false,
  user_fields: {}
})

export const organization = (desk: Desk, row: DeskOrganization, tagsShown: boolean) => ({
  id: row.id,
  url: url("organizations", row.id),
  name: row.name,
  external_id: row.externalId,
  ...changed(desk.changes.organizations.at(row.id)),
  domain_names: [],
  details: null,
  notes: null,
  group_id: null,
  shared_tickets: false,
  shared_comments: false,
  ...(tagsShown ? { tags: row.tags } : {}),
  organization_fields: row.fields
})

/** `default` is null, not false, where another membership is the user's default. */
export const membership = (desk: Desk, row: DeskMembership) => ({
  id: row.id,
  url: url("organization_memberships", row.id),
  user_id: row.user,
  organization_id: row.organization,
  default: desk.defaultOrganization(row.user) === row.organization ? true : null,
  organization_name: desk.organizations.get(row.organization)?.name,
  view_tickets: false,
  ...stamps
})

/** Every address and handle that the user has, the primary address first. */
export const identities = (row: DeskUser) => {
  const emails = [
    ...(row.email === null ? [] : [{ value: row.email, verified: true, primary: true }]),
    ...(row.others ?? []).map((other) => Object.assign({ primary: false }, other))
  ]
  const all = [...emails.map((one) => Object.assign({ type: "email" }, one)), { type: "phone_number", value: "+420601000000", verified: true, primary: false }]
  return all.map((one, index) => Object.assign({ id: row.id * 100 + index, url: url("identities", row.id * 100 + index), user_id: row.id, ...stamps }, one))
}
