/** A shop's SQLite database in a folder of its own. */
import Sqlite from "better-sqlite3"
import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { AnySandbox, SourceEdits, SourceWorld } from "../../src/sandbox/Sandbox.ts"
import { pageSize } from "./SqlRows.ts"

export interface SqlSandbox extends AnySandbox {
  readonly source: SourceEdits
  /** Runs statements on the database, as its administrator would. */
  readonly run: (statements: string) => void
}

/** As a shop may have it: readable by all three databases. */
export const tables = `
CREATE TABLE people (id VARCHAR(40) PRIMARY KEY, email VARCHAR(200), name VARCHAR(200), external_id VARCHAR(200), is_staff INTEGER NOT NULL, is_suspended INTEGER NOT NULL);
CREATE TABLE companies (id VARCHAR(40) PRIMARY KEY, name VARCHAR(200) NOT NULL, external_id VARCHAR(200));
CREATE TABLE employments (person VARCHAR(40) NOT NULL, company VARCHAR(40) NOT NULL, PRIMARY KEY (person, company));
CREATE TABLE tags (person VARCHAR(40) NOT NULL, tag VARCHAR(200) NOT NULL, PRIMARY KEY (person, tag));`

export const queries = {
  customers: "SELECT id, email, name, external_id, CASE is_staff WHEN 1 THEN 'staff' ELSE 'customer' END AS role, is_suspended AS suspended FROM people",
  groups: "SELECT id, name, 'organization' AS kind, external_id FROM companies UNION ALL SELECT DISTINCT CONCAT('tag ', tag), tag, 'tag', NULL FROM tags",
  memberships: "SELECT person AS customer_id, company AS group_id FROM employments UNION ALL SELECT person, CONCAT('tag ', tag) FROM tags"
}

const folders = new Set<string>()
process.once("exit", () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

const noOrganizationTags = (): never => {
  throw new Error("companies carry no tags in the database")
}

export const make = (): SqlSandbox => {
  let opened: { readonly db: Sqlite.Database; readonly file: string } | null = null

  /** Made when first asked for: a sandbox that is only looked at leaves nothing behind. */
  const place = () => {
    if (opened !== null) return opened
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "groupbridge-sql-")))
    folders.add(folder)
    const file = join(folder, "shop.db")
    const db = new Sqlite(file)
    db.pragma("journal_mode = WAL")
    db.exec(tables)
    opened = { db, file }
    return opened
  }
  const change = (text: string, ...values: ReadonlyArray<string | number | null>) =>
    place()
      .db.prepare(text)
      .run(...values)
  const known = (text: string, ...values: ReadonlyArray<string | number | null>) => {
    if (change(text, ...values).changes === 0) throw new Error(`the database holds no ${values.at(-1)}`)
  }
  const tag = (person: string, tag: string) => change("INSERT OR IGNORE INTO tags VALUES (?, ?)", person, tag)

  const load = ({ customers, memberships, organizations }: SourceWorld) => {
    for (const { email, externalId, id, name, staff, suspended, tags = [] } of customers) {
      change("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?, ?, ?)", id, email, name, externalId ?? null, Number(staff ?? false), Number(suspended ?? false))
      for (const one of tags) tag(id, one)
    }
    for (const { externalId, id, name } of organizations) change("INSERT OR REPLACE INTO companies VALUES (?, ?, ?)", id, name, externalId ?? null)
    for (const { customer, organization } of memberships) change("INSERT OR IGNORE INTO employments VALUES (?, ?)", customer, organization)
  }

  return {
    options: () => ({
      url: `sqlite:${place().file}`,
      ...queries,
      // SQLite learnt CONCAT late (3.44).
      groups: queries.groups.replace("CONCAT('tag ', tag)", "'tag ' || tag"),
      memberships: queries.memberships.replace("CONCAT('tag ', tag)", "'tag ' || tag")
    }),
    secrets: [],
    pageSize,
    run: (statements) => void place().db.exec(statements),
    source: {
      load: (world) => place().db.transaction(() => load(world))(),
      join: (customer, organization) => change("INSERT OR IGNORE INTO employments VALUES (?, ?)", customer, organization),
      leave: (customer, organization) => known("DELETE FROM employments WHERE person = ? AND company = ?", customer, organization),
      tag,
      untag: (customer, tag) => known("DELETE FROM tags WHERE person = ? AND tag = ?", customer, tag),
      tagOrganization: noOrganizationTags,
      untagOrganization: noOrganizationTags,
      renameOrganization: (id, name) => known("UPDATE companies SET name = ? WHERE id = ?", name, id),
      deleteCustomer: (id) => {
        for (const table of ["employments", "tags"]) change(`DELETE FROM ${table} WHERE person = ?`, id)
        known("DELETE FROM people WHERE id = ?", id)
      },
      deleteOrganization: (id) => {
        change("DELETE FROM employments WHERE company = ?", id)
        known("DELETE FROM companies WHERE id = ?", id)
      },
      changeEmail: (id, email) => known("UPDATE people SET email = ? WHERE id = ?", email, id),
      suspend: (id, suspended) => known("UPDATE people SET is_suspended = ? WHERE id = ?", Number(suspended), id),
      makeStaff: (id) => known("UPDATE people SET is_staff = 1 WHERE id = ?", id)
    }
  }
}
