/** What a role permits, by the names of its permissions or by their ids. */
import type * as ZammadApi from "./ZammadApi.ts"

/** `permissions` null: the answer does not tell all of them. */
export interface Role {
  readonly id: string
  readonly name: string
  readonly permissions: ReadonlyArray<string> | null
}

/** Names by id, as far as roles that show both prove them: a permission's name stands in every role that has its id. */
const names = (rows: ReadonlyArray<ZammadApi.Role>): ReadonlyMap<string, string> => {
  const possible = new Map<string, ReadonlySet<string>>()
  for (const { permission_ids: ids, permissions } of rows) {
    // Lists of different lengths are not of the same permissions.
    if (ids === null || permissions === null || ids.length !== permissions.length) continue
    for (const id of ids) possible.set(id, new Set(permissions.filter((name) => possible.get(id)?.has(name) ?? true)))
  }
  const proved = new Map<string, string>()
  for (let before = -1; before < proved.size;) {
    before = proved.size
    const taken = new Set(proved.values())
    for (const [id, among] of possible) {
      const left = [...among].filter((name) => !taken.has(name))
      if (!proved.has(id) && left.length === 1 && left[0] !== undefined) proved.set(id, left[0])
    }
  }
  return proved
}

export const roles = (rows: ReadonlyArray<ZammadApi.Role>): ReadonlyMap<string, Role> => {
  const named = names(rows)
  const permissionsOf = ({ permission_ids: ids, permissions }: ZammadApi.Role): ReadonlyArray<string> | null => {
    if (permissions !== null) return permissions
    const found = ids?.flatMap((id) => named.get(id) ?? [])
    return found !== undefined && found.length === ids?.length ? found : null
  }
  return new Map(rows.map((row) => [row.id, { id: row.id, name: row.name, permissions: permissionsOf(row) }]))
}
