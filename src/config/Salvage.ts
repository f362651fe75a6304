/** What still decodes of a part of the config file that is not right, for commands that look at the state or pause a sync. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { Node } from "./Document.ts"

/** Without the key that a path begins with, or without one item of its list: a rule loses nothing but goes as a whole. Null: the path names neither. */
const without = (node: Node, path: ReadonlyArray<PropertyKey>): Node | null => {
  const [key, item] = path.map(String)
  const child = key === undefined ? undefined : node.children.get(key)
  if (key === undefined || child === undefined) return null
  const children = new Map(node.children)
  const shorter = item !== undefined && Array.isArray(child.value) && child.children.has(item) ? withoutItem(child, item) : null
  if (shorter === null) children.delete(key)
  else children.set(key, shorter)
  return { ...node, children, value: Object.fromEntries([...children].map(([name, { value }]) => [name, value])) }
}

const withoutItem = (list: Node, item: string): Node => {
  const children = new Map([...list.children].filter(([name]) => name !== item))
  return { ...list, children, value: [...children.values()].map(({ value }) => value) }
}

export interface Salvaged<A> {
  readonly value: A
  /** What is left of the node; items of its lists keep the keys that they had. */
  readonly node: Node
}

/** Leaves out, one by one, the keys and the items of lists that do not decode. None where a key is missing that has no default. Reports nothing. */
export const salvage = <A, I>(schema: Schema.Schema<A, I>, node: Node): Option.Option<Salvaged<A>> => {
  const decoded = Schema.decodeUnknownEither(schema, { onExcessProperty: "error" })(node.value)
  if (Either.isRight(decoded)) return Option.some({ value: decoded.right, node })
  const [first] = ParseResult.ArrayFormatter.formatErrorSync(decoded.left)
  if (first === undefined) return Option.none()
  const [key, index] = first.path
  // The schema counts the items that are left; the node names them as they stood.
  const items = [...(node.children.get(String(key))?.children.keys() ?? [])]
  const rest = without(node, typeof index === "number" ? [String(key), items[index] ?? ""] : first.path.slice(0, 1))
  return rest === null ? Option.none() : salvage(schema, rest)
}
