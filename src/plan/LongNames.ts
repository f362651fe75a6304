/**
 * Keeps documents with a row for each membership from growing with the length of a group's name. Texts over `longest` characters (UTF-16 units) stand whole
 * in the first row of a document that is about the group, and in those that change the group itself; these say in `group.short` what key its other rows
 * carry, in which such texts are cut.
 */
import { createHash } from "node:crypto"
import type { Change } from "../model/Change.ts"

export const longest = 200

/** The beginning of a longer text, and what tells it from every other that begins so. */
const cut = (text: string): string => {
  if (text.length <= longest) return text
  const end = longest - 18
  const split = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) ? end - 1 : end
  return `${text.slice(0, split)}…-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`
}

/** Rewrites the rows of one document in their order. What it remembers grows with the number of groups with long names alone. */
export const shortener = (): ((change: Change) => Change) => {
  const named = new Set<string>()
  return (change) => {
    const { group, source } = change
    if (group.name.length <= longest && group.key.length <= longest && (source?.group.length ?? 0) <= longest) return change
    const short = cut(group.key)
    if (!named.has(short) || !change.op.startsWith("assignment.")) {
      named.add(short)
      return { ...change, group: { ...group, short } }
    }
    return {
      ...change,
      group: { ...group, name: cut(group.name), key: short },
      ...(source === undefined ? {} : { source: { ...source, group: cut(source.group) } })
    }
  }
}

const isCut = (key: string): boolean => /^.{181,182}…-[0-9a-f]{16}$/s.test(key)

/** Makes the keys of such a document whole again, row by row; null for a cut one that no row before has said in full. */
export const restorer = (): ((group: { readonly key: string; readonly short?: string | undefined }) => string | null) => {
  const whole = new Map<string, string>()
  return ({ key, short }) => {
    if (short !== undefined && short !== key) whole.set(short, key)
    return whole.get(key) ?? (isCut(key) ? null : key)
  }
}
