/** The YAML text as a tree of plain values that know their place. */
import * as Either from "effect/Either"
import { type Alias, type Document, type Node as YamlNode, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Scalar } from "yaml"
import type { Place } from "./Config.ts"
import type { Report } from "./ConfigInvalid.ts"
import * as Variables from "./Variables.ts"

export interface Node {
  /** Where the value begins. */
  readonly place: Place
  /** Where its key begins; for the item of a list, where the item begins. */
  readonly key: Place
  /** Text, number, boolean, null, list or record; variables filled in. */
  readonly value: unknown
  /** The text as written, if something was filled in. Then `value` is in no message. */
  readonly written: string | null
  /** What it holds could not be told, and that is reported: what it leads to need not be. */
  readonly broken: boolean
  /** By key, or by index from "0". */
  readonly children: ReadonlyMap<string, Node>
}

const START: Place = { line: 1, column: 1 }

/** The child's value if it is text. */
export const text = (node: Node | undefined, key: string): string | undefined => {
  const child = node?.children.get(key)
  return typeof child?.value === "string" && !child.broken ? child.value : undefined
}

/** Words for the errors that people make; the others keep the parser's, without the piece of the file that it quotes. */
const words: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "this key stands here twice",
  TAB_AS_INDENT: "a tab indents this line; use spaces",
  MULTIPLE_DOCS: "a second document (---) begins here; only one is allowed"
}

/** What breaks most often. */
const quotes = (source: string, line: number): string =>
  /[{[].*\$\{/.test(source.split("\n")[line - 1] ?? "") ? "; inside { } and [ ] a ${NAME} needs quotes" : ""

interface Reading {
  readonly document: Document.Parsed
  readonly lines: LineCounter
  readonly fill: Variables.Variables["fill"]
  readonly report: Report
  /** What each alias stands for, found once. */
  readonly targets: Map<YamlNode, YamlNode | undefined>
  /** How many more nodes aliases may stand for: a few lines of aliases to aliases can stand for millions. */
  left: number
}

/** Far more than any config repeats. */
const mostRepeated = 100_000

const placeOf = (reading: Reading, node: YamlNode | null | undefined): Place | undefined => {
  if (node?.range === undefined || node.range === null) return undefined
  const { line, col } = reading.lines.linePos(node.range[0])
  return { line, column: col }
}

const scalar = (reading: Reading, value: unknown, place: Place, key: Place): Node => {
  const leaf = { place, key, value, written: null, broken: false, children: new Map() }
  if (typeof value !== "string" || !Variables.refers(value)) return leaf
  const filled = reading.fill(value)
  if (Either.isRight(filled)) return { ...leaf, value: filled.right, written: value }
  for (const message of filled.left) reading.report(place, message)
  return { ...leaf, written: value, broken: true }
}

const targetOf = (reading: Reading, alias: Alias): YamlNode | undefined => {
  if (!reading.targets.has(alias)) reading.targets.set(alias, alias.resolve(reading.document))
  return reading.targets.get(alias)
}

/** `<<` without quotes, as in YAML 1.1. */
const isMerge = ({ type, value }: Scalar): boolean => value === "<<" && type === "PLAIN"

/** What `<<` brings in: a record, or a list of them of which the first has the last word. */
const merged = (reading: Reading, node: YamlNode | null | undefined, key: Place, above: Above): ReadonlyMap<string, Node> => {
  const target = isAlias(node) ? targetOf(reading, node) : node
  const items = isSeq<YamlNode>(target) ? target.items : [node]
  const found = new Map<string, Node>()
  for (const item of items) {
    const brought = convert(reading, item, placeOf(reading, item) ?? key, above)
    if (brought.broken) continue
    if (typeof brought.value !== "object" || brought.value === null || Array.isArray(brought.value)) {
      reading.report(brought.place, "<< takes keys with values, or a list of such, in from an anchor: << : *name")
    }
    for (const [name, child] of brought.children) if (!found.has(name)) found.set(name, child)
  }
  return found
}

/** The nodes that hold this one, so that an alias inside its own anchor ends; and whether an alias is among what led here. */
interface Above {
  readonly nodes: ReadonlyArray<YamlNode>
  readonly repeated: boolean
}

const convert = (reading: Reading, node: YamlNode | null | undefined, key: Place, above: Above): Node => {
  const place = placeOf(reading, node) ?? key
  const empty: Node = {
    place,
    key,
    value: null,
    written: null,
    broken: false,
    children: new Map()
  }
  if (isAlias(node)) {
    const target = targetOf(reading, node)
    if (target === undefined || above.nodes.includes(target)) {
      reading.report(place, `*${node.source} stands for nothing that is complete here`)
      return { ...empty, broken: true }
    }
    return { ...convert(reading, target, key, { ...above, repeated: true }), place }
  }
  if (above.repeated) {
    reading.left -= 1
    if (reading.left === 0) reading.report(place, `the aliases of this file stand for more than ${mostRepeated} values; write out what is meant`)
    if (reading.left <= 0) return { ...empty, broken: true }
  }
  const within: Above = { ...above, nodes: node == null ? above.nodes : [...above.nodes, node] }
  if (isScalar(node)) return scalar(reading, node.value, place, key)
  const children = new Map<string, Node>()
  if (isSeq<YamlNode>(node)) {
    node.items.forEach((item, index) => children.set(String(index), convert(reading, item, placeOf(reading, item) ?? place, within)))
    return { ...empty, value: [...children.values()].map((child) => child.value), children }
  }
  if (!isMap<YamlNode, YamlNode>(node)) return empty
  const merges: Array<ReadonlyMap<string, Node>> = []
  for (const pair of node.items) {
    const keyPlace = placeOf(reading, pair.key) ?? place
    if (!isScalar(pair.key)) reading.report(keyPlace, "a key is text")
    else if (isMerge(pair.key)) merges.push(merged(reading, pair.value, keyPlace, within))
    else if (!children.has(String(pair.key.value))) {
      children.set(String(pair.key.value), convert(reading, pair.value, keyPlace, within))
    }
  }
  // The record's own keys have the last word, wherever << stands.
  for (const brought of merges) for (const [name, child] of brought) if (!children.has(name)) children.set(name, child)
  return {
    ...empty,
    value: Object.fromEntries([...children].map(([name, child]) => [name, child.value])),
    children
  }
}

/**
 * Reads the text; what is wrong with it goes to `report`. Of a key that stands twice the first counts.
 * Null where the text is no YAML: then nothing is known of the rest.
 */
export const parse = (source: string, fill: Variables.Variables["fill"], report: Report): Node | null => {
  const lines = new LineCounter()
  const document = parseDocument(source, {
    lineCounter: lines,
    prettyErrors: false
  })
  for (const error of [...document.errors, ...document.warnings]) {
    const { line, col } = lines.linePos(error.pos[0])
    report({ line, column: col }, words[error.code] ?? `broken YAML: ${error.message.replace(/:? *".*"/s, "")}${quotes(source, line)}`)
  }
  if (document.errors.some((error) => error.code !== "DUPLICATE_KEY")) return null
  const root = convert({ document, lines, fill, report, targets: new Map(), left: mostRepeated }, document.contents, START, { nodes: [], repeated: false })
  return { ...root, key: START }
}

/** The record without keys that begin with `x-`, which are the writer's own: a place for anchors. */
export const withoutExtensions = (root: Node): Node => {
  const children = new Map([...root.children].filter(([name]) => !name.startsWith("x-")))
  if (children.size === root.children.size || Array.isArray(root.value)) return root
  return { ...root, children, value: Object.fromEntries([...children].map(([name, child]) => [name, child.value])) }
}
