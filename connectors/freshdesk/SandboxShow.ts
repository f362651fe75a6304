/** Rows of the sandbox in Freshdesk's wire format (vendor docs and public recordings, read 2026-11). */
import * as DateTime from "effect/DateTime"
import type { DeskAgent, DeskCompany, DeskContact } from "./SandboxDesk.ts"

const created_at = "2024-01-02T03:04:05Z"
const stamps = { created_at, updated_at: created_at }
const changed = (millis: number) => ({ created_at, updated_at: DateTime.formatIso(DateTime.unsafeMake(millis)).replace(/\.\d+Z$/, "Z") })

/** What an account shows of its contacts. */
export interface Shown {
  /** Lists carry tags, which no document promises. */
  readonly tagsInLists: boolean
  /** The feature of higher plans; without it the key is missing everywhere. */
  readonly severalCompanies: boolean
  /** False: the list of agents carries no roles, as in its documented example. */
  readonly rolesInLists?: boolean
}

const person = (row: DeskContact) => ({
  active: row.verified,
  address: null,
  company_id: row.companies[0] ?? null,
  description: null,
  email: row.email,
  id: row.id,
  job_title: null,
  language: "en",
  mobile: null,
  name: row.name,
  phone: null,
  time_zone: "Prague",
  twitter_id: null,
  custom_fields: {},
  contact_type: row.visitor ? "visitor" : "contact",
  unique_external_id: row.externalId,
  ...changed(row.changedAt),
  // Shown of the deleted alone.
  ...(row.state === "deleted" ? { deleted: true } : {})
})

/** In a list: other companies are numbers. */
export const listed = (row: DeskContact, shown: Shown) => ({
  ...person(row),
  ...(shown.severalCompanies ? { other_companies: row.companies.slice(1) } : {}),
  ...(shown.tagsInLists ? { tags: row.tags } : {})
})

/** The view of one: other companies are objects, and the tags are there. */
export const viewed = (row: DeskContact, shown: Shown) => ({
  ...person(row),
  ...(shown.severalCompanies ? { other_companies: row.companies.slice(1).map((company_id) => ({ company_id, view_all_tickets: true })) } : {}),
  tags: row.tags,
  other_emails: [],
  avatar: null,
  devices: null
})

/** Domains may be bare words, and times of companies carry offsets. */
export const company = (row: DeskCompany) => ({
  id: row.id,
  name: row.name,
  description: null,
  note: null,
  domains: ["globex"],
  health_score: null,
  account_tier: null,
  renewal_date: null,
  industry: null,
  custom_fields: row.fields,
  created_at: "2024-01-02T08:34:05+05:30",
  updated_at: "2024-01-02T08:34:05+05:30"
})

/** `withRoles` false: without `role_ids`, as in the documented list. */
export const agent = (row: DeskAgent, withRoles: boolean) => ({
  ...(withRoles ? { role_ids: row.roles } : {}),
  available: true,
  available_since: null,
  occasional: false,
  id: row.id,
  signature: null,
  ticket_scope: 1,
  type: "support_agent",
  group_ids: [],
  ...stamps,
  contact: {
    active: true,
    email: row.email,
    job_title: null,
    language: "en",
    last_login_at: null,
    mobile: null,
    name: row.name,
    phone: null,
    time_zone: "Prague",
    ...stamps
  }
})
