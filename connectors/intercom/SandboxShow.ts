/** Rows of the sandbox in Intercom's wire format 2.14 (its OpenAPI document and recordings, read 2026-11). */
import { type Admin, type Company, type Contact, type Named, stamp, type Workspace } from "./SandboxWorkspace.ts"

export const workspaceId = "sandbox_ws1"

/** Nested lists show no more. */
const nestedLength = 10

const nested = (contact: string, what: string, ids: ReadonlyArray<string>, type: string | null) => ({
  type: "list",
  data: type === null ? [] : ids.slice(0, nestedLength).map((id) => ({ id, type, url: `/${what}/${id}` })),
  url: `/contacts/${contact}/${what}`,
  total_count: ids.length,
  has_more: ids.length > nestedLength
})

const unset = (names: ReadonlyArray<string>) => Object.fromEntries(names.map((name) => [name, null]))

const unsetFields = (
  "phone avatar owner_id signed_up_at last_seen_at last_replied_at last_contacted_at last_email_opened_at last_email_clicked_at language_override " +
  "browser browser_version browser_language os " +
  "android_app_name android_app_version android_device android_os_version android_sdk_version android_last_seen_at " +
  "ios_app_name ios_app_version ios_device ios_os_version ios_sdk_version ios_last_seen_at " +
  "utm_campaign utm_content utm_medium utm_source utm_term referrer enabled_push_messaging"
).split(" ")

export const contact = (row: Contact) => ({
  type: "contact",
  id: row.id,
  workspace_id: workspaceId,
  external_id: row.externalId,
  role: row.role,
  email: row.email,
  name: row.name,
  ...unset(unsetFields),
  social_profiles: { type: "list", data: [] },
  has_hard_bounced: false,
  marked_email_as_spam: false,
  unsubscribed_from_emails: false,
  created_at: stamp,
  updated_at: row.updated,
  location: { type: "location", ...unset(["country", "region", "city", "country_code", "continent_code"]) },
  custom_attributes: {},
  tags: nested(row.id, "tags", row.tags, "tag"),
  notes: nested(row.id, "notes", [], null),
  companies: nested(row.id, "companies", row.companies, "company"),
  opted_out_subscription_types: nested(row.id, "subscriptions", [], null),
  opted_in_subscription_types: nested(row.id, "subscriptions", [], null)
})

export const tag = ({ id, name }: Named) => ({ type: "tag", id, name })
export const segment = ({ id, name }: Named) => ({ type: "segment", id, name, created_at: stamp, updated_at: stamp, person_type: "user" })

/** A company that is not set up further lacks `last_request_at`, `size`, `website` and `industry` altogether, as in a recorded row. */
export const company = (workspace: Workspace, row: Company) => {
  const ids = new Set(row.tags)
  return {
    type: "company",
    company_id: row.companyId,
    id: row.id,
    app_id: workspaceId,
    name: row.name,
    remote_created_at: stamp,
    created_at: stamp,
    updated_at: stamp,
    monthly_spend: 0,
    session_count: 0,
    user_count: workspace.people(row.id).filter(({ role }) => role === "user").length,
    tags: { type: "tag.list", tags: [...workspace.tags.values()].filter(({ id }) => ids.has(id)).map(tag) },
    segments: { type: "segment.list", segments: [] },
    plan: {},
    custom_attributes: row.attributes
  }
}

export const admin = ({ id, name, email }: Admin) => ({
  type: "admin",
  id,
  email,
  name,
  job_title: "Support",
  away_mode_enabled: false,
  away_mode_reassign: false,
  away_status_reason_id: null,
  has_inbox_seat: true,
  team_ids: []
})

export const me = (timezone: string) => ({
  type: "admin",
  id: "991267459",
  email: "petra@sandbox.example",
  name: "Petra",
  email_verified: true,
  app: {
    type: "app",
    id_code: workspaceId,
    name: "Sandbox",
    created_at: stamp,
    secure: false,
    identity_verification: false,
    timezone,
    region: "US"
  },
  avatar: { type: "avatar", image_url: null },
  has_inbox_seat: true
})
