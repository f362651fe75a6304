/** Reads a manifest: what is wrong with it is reported at its line, also what its Schema cannot see. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { AnyConnector } from "../contract/Connector.ts"
import type { Report } from "../config/ConfigInvalid.ts"
import { decode } from "../config/Decode.ts"
import * as Document from "../config/Document.ts"
import { hint } from "../model/Nearest.ts"
import { partText } from "../read/SnapshotStore.ts"
import * as DescribedConnector from "./DescribedConnector.ts"
import * as DescribedSource from "./DescribedSource.ts"
import { type List, Manifest } from "./Manifest.ts"

/** What of a list cannot be true together. */
const contradictions = ({ customer, group, memberships = [], paging, stable, whole }: List): ReadonlyArray<readonly [key: string, message: string]> => {
  const numbered = paging !== undefined && ("page" in paging || "offset" in paging)
  const stray = memberships.filter((one) => customer === undefined && one.customer === undefined)
  return [
    ...(whole === "cursorEnds" && (numbered || paging === undefined)
      ? [["whole", "cursorEnds needs paging by cursor, next or link; here an emptyPage, totalMatches, countEndpoint or none"] as const]
      : []),
    ...(whole === "emptyPage" && !numbered ? [["whole", "emptyPage needs paging by page or offset"] as const] : []),
    ...(stable === "immutableKey" && numbered
      ? [["stable", "numbered pages and offsets pass over a row when one before it goes: write no, and an absence is looked for twice"] as const]
      : []),
    ...(customer === undefined && group === undefined && memberships.length === 0
      ? [["rows", "each row is nothing: add customer, group or memberships"] as const]
      : []),
    ...(customer !== undefined && group !== undefined
      ? [["group", "a row is a customer or a group, not both; memberships tell who is in which"] as const]
      : []),
    ...(stray.length > 0 ? [["memberships", 'rows that are no customers need "customer": where the customer\'s id stands'] as const] : []),
    ...memberships.flatMap((one) =>
      one.each === undefined && one.group === undefined
        ? [["memberships", '"group" is missing: where the group\'s id stands, or "each" with its list'] as const]
        : []
    )
  ]
}

/** What of a list that is asked for each row of another one cannot be. */
const perProblems = (
  { customer, group, memberships, only, path, per }: List,
  lists: Manifest["lists"]
): ReadonlyArray<readonly [key: string, message: string]> => {
  const parent = per === undefined ? undefined : lists[per]
  if (per === undefined) return /\{\//.test(path) ? [["path", 'a pointer in braces needs "per": the list of the rows that it is found in'] as const] : []
  if (parent === undefined) return [["per", `there is no list ${JSON.stringify(per)}${hint(per, Object.keys(lists))}`]]
  const pointers = [...JSON.stringify({ customer, group, memberships }).matchAll(/"(\/[^"]*)"|\{(\/[^}"]*)\}/g)].map(([, one, other]) => one ?? other ?? "")
  const each = memberships?.some((one) => one.each !== undefined) === true
  const stray = [...Object.keys(only ?? {}), ...pointers].find((pointer) => !/^\/(row|per)(\/|$)/.test(pointer))
  return [
    ...(parent.per === undefined ? [] : [["per", `${per} is itself asked for each row of another list; one deep is as far as it goes`] as const]),
    ...(stray === undefined || each
      ? []
      : [["per", `${stray} begins with neither /row (the rows of this list) nor /per (the row that it is asked for)`] as const])
  ]
}

const check = (manifest: Manifest, root: Document.Node, report: Report): void => {
  const lists = root.children.get("lists")
  const parts = new Map<string, string>()
  for (const [name, list] of Object.entries(manifest.lists)) {
    const node = lists?.children.get(name)
    for (const [key, message] of [...contradictions(list), ...perProblems(list, manifest.lists)])
      report(node?.children.get(key)?.place ?? node?.key ?? root.place, message)
    for (const part of DescribedSource.partsOf(manifest, list).map(partText)) {
      const other = parts.get(part)
      if (other !== undefined) report(node?.key ?? root.place, `${other} tells ${part} already; one list must be the whole truth`)
      parts.set(part, name)
    }
  }
  if (lists !== undefined && !parts.has(partText("customers"))) report(lists.key, 'no list tells customers: give one "customer"')
  const names = Object.keys(manifest.options ?? {})
  for (const [node, more] of [
    [root.children.get("auth"), []],
    [root.children.get("baseUrl"), []],
    [root.children.get("lookup"), ["id"]]
  ] as const) {
    if (node !== undefined) unknownOptions(node, [...names, ...more], report)
  }
}

const unknownOptions = (node: Document.Node, allowed: ReadonlyArray<string>, report: Report): void => {
  const text = typeof node.value === "string" ? node.value : ""
  for (const name of text.startsWith("/") && !text.includes("{") ? [] : [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name)) {
    if (!allowed.includes(name)) report(node.place, `there is no option ${JSON.stringify(name)}${hint(name, allowed)}`)
  }
  for (const child of node.children.values()) unknownOptions(child, allowed, report)
}

/** The connector that the text describes; null after at least one report. `file` is how the config names it. */
export const read = (text: string, file: string, report: Report): AnyConnector | null => {
  let isRight = true
  const noting: Report = (place, message) => {
    isRight = false
    report(place, message)
  }
  const root = Document.parse(text, Either.right, noting)
  if (root === null) return null
  const node = Document.withoutExtensions(root)
  const manifest = Option.getOrNull(decode(Manifest, node, noting))
  if (manifest === null) return null
  check(manifest, node, noting)
  return isRight ? DescribedConnector.make(manifest, file) : null
}
