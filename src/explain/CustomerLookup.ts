/** Whom somebody means by what they typed or pasted: an e-mail address, an id, `connection/id`, or the address of a helpdesk's page. */
import * as Effect from "effect/Effect"
import type { StateError } from "../contract/StateError.ts"
import * as Address from "../model/Address.ts"
import { ExplanationStore, type Hit } from "./ExplanationStore.ts"

interface Try {
  readonly address: string | null
  readonly ids: ReadonlyArray<string>
  readonly connections: ReadonlyArray<string>
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The parts of a page's address that could be an id, the last first, then its last run of digits. Some helpdesks put the path behind a `#`. */
const idsOf = (url: URL): ReadonlyArray<string> => {
  const path = `${url.pathname}/${url.hash.replace(/^#/, "").split("?")[0] ?? ""}`
  const segments = path.split("/").map(decoded)
  const digits = path.match(/\d+/g)?.at(-1)
  return [...segments.filter((segment) => /\d/.test(segment)).reverse(), ...(digits === undefined ? [] : [digits])]
}

/** What to look for, in order: the first that is known is meant. */
const tries = (text: string, connections: ReadonlyArray<string>): ReadonlyArray<Try> => {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return idsOf(new URL(text)).map((id) => ({ address: null, ids: [id], connections }))
  const named = connections.flatMap((name) =>
    ["/", ":", " "].some((sign) => text.startsWith(name + sign)) ? [{ address: null, ids: [text.slice(name.length + 1).trim()], connections: [name] }] : []
  )
  return [...named, { address: Address.normalise(text), ids: [text], connections }]
}

const share = (a: Hit, b: Hit): boolean =>
  a.targets.some(({ connection, number }) => b.targets.some((other) => other.connection === connection && other.number === number))

/** Records that are linked to each other, as one person each. */
const components = (hits: ReadonlyArray<Hit>): ReadonlyArray<ReadonlyArray<Hit>> => {
  const found: Array<Array<Hit>> = []
  for (const hit of hits) {
    const [first, ...others] = found.filter((group) => group.some((other) => share(hit, other)))
    for (const group of others) found.splice(found.indexOf(group), 1)
    if (first === undefined) found.push([hit])
    else first.push(...others.flat(), hit)
  }
  return found
}

/** Records of one address at several connections are one person, unless two of one connection answer to it. */
const agree = (hits: ReadonlyArray<Hit>): boolean => {
  const targets = new Set(hits.flatMap((hit) => hit.targets.map(({ connection, number }) => `${connection} ${number}`)))
  const places = new Set(hits.flatMap((hit) => hit.targets.map(({ connection }) => connection)))
  const sources = hits.filter((hit) => hit.side === "source").map((hit) => hit.connection)
  return targets.size === places.size && new Set(sources).size === sources.length
}

/** The persons that the text may mean; a record that is gone counts only where its connection has no live one. None: nobody is known by it. */
export const persons = (asked: string, connections: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<ReadonlyArray<Hit>>, StateError, ExplanationStore> =>
  Effect.gen(function* () {
    const store = yield* ExplanationStore
    const text = asked.trim()
    for (const { address, ids, connections: among } of tries(text, connections)) {
      const all = yield* store.find({ address, ids }, among)
      const hits = all.filter((hit) => !hit.gone || !all.some((other) => !other.gone && other.connection === hit.connection))
      if (hits.length === 0) continue
      return address !== null && agree(hits) ? [hits] : components(hits)
    }
    return []
  })
