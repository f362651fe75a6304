/** Customers of a target that a map file names. */
import type { TargetDeclaration } from "../../src/contract/Target.ts"
import * as Address from "../../src/model/Address.ts"
import type { Statements } from "../database/Statements.ts"

/**
 * The customer that a map file names by id, or by address where only one has it. Null: the target was asked, or can be, and has shown no such one.
 * Where it cannot be asked the id is believed: a run notes it, a look (undefined) has no number for it.
 */
export const named = (
  sql: Statements,
  { kept, to }: { readonly to: number; readonly kept: number | null },
  { byId = false, namedBy, search }: TargetDeclaration["customers"],
  target: string,
  name: string | null
): number | null | undefined => {
  const known = (key: string) => sql.get("SELECT id, email, gone_at FROM target_customer WHERE connection = ? AND key = ?", to, key)
  const address = Address.normalise(target)
  const keys = [Address.exact(target), address]
    .flatMap((key) => (key === null ? [] : [known(key)]))
    .filter((row) => row?.["email"] === null || Address.isSame(String(row?.["email"]), target))
  const found = [...keys, known(target)].find((row) => row !== undefined && row["gone_at"] === null)
  if (found !== undefined) return Number(found["id"])
  if (address !== null && namedBy === "id" && search) {
    const [one, other] = sql.all("SELECT id, email FROM target_customer WHERE connection = ? AND address = ? AND gone_at IS NULL LIMIT 2", to, address)
    return one !== undefined && other === undefined && Address.isSame(String(one["email"]), target) ? Number(one["id"]) : null
  }
  if (byId) return null
  if (kept === null) return undefined
  sql.run("INSERT OR IGNORE INTO target_customer (connection, key, name, seen_at) VALUES (?, ?, ?, ?)", to, target, name, kept)
  const made = known(target)
  return made?.["gone_at"] === null ? Number(made["id"]) : null
}
