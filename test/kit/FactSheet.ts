/**
 * Answers as a vendor's pages show them, held against the Schemas of its connector and against its sandbox. The fact sheets that they are
 * taken from lie beside the project and not in it.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as VendorWords from "../../src/http/VendorWords.ts"
import type { SandboxApp } from "../../src/sandbox/Sandbox.ts"

export interface Call {
  readonly method?: string
  readonly path: string
  readonly body?: unknown
  /** 200 if left out. */
  readonly status?: number
  /** Instead of the usual ones. */
  readonly headers?: Readonly<Record<string, string>>
  /** Where in the answer the example stands: `["users", 0]`. */
  readonly at?: ReadonlyArray<string | number>
}

export interface Fact {
  /** Words of the sheet as it has them, or their beginning. */
  readonly says: string
  /** Null stands for a value of any type, `{}` for an object with any fields, `[]` for a list of anything. */
  readonly example: unknown
  /** The connector's own decoding of it. */
  readonly reads: (example: unknown) => Either.Either<unknown, unknown>
  /** What to ask the sandbox for; null where it can never answer so, with the reason. */
  readonly shown: Call | { readonly never: string }
  /** Fields of one that the other may lack, each with the reason. */
  readonly but?: ReadonlyArray<readonly [place: RegExp, because: string]>
}

type Decode = (status: number, headers: Readonly<Record<string, string>>, body: string) => Partial<VendorWords.Refusal> | undefined

/** The reading of a refusal that must understand these words; `decode` is the connector's own, where it has one. */
export const refused =
  (status: number, words: string, decode: Decode = () => undefined): Fact["reads"] =>
  (example) => {
    const body = JSON.stringify(example)
    const { detail } = { ...VendorWords.read(status, body, example), ...decode(status, {}, body) }
    return detail.includes(words) ? Either.right(detail) : Either.left(`it is understood as "${detail}"`)
  }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value)
const typeOf = (value: unknown): string => (Array.isArray(value) ? "array" : typeof value)

/** Where two values are of other types or have other fields, each with its place. Lists are compared by their first rows. */
export const differences = (example: unknown, value: unknown, place = ""): ReadonlyArray<string> => {
  if (example === null || value === null) return []
  if (typeOf(example) !== typeOf(value)) return [`${place} is of type ${typeOf(value)} and not ${typeOf(example)}`]
  if (Array.isArray(example) && Array.isArray(value)) {
    return example.length === 0 || value.length === 0 ? [] : differences(example[0], value[0], `${place}[]`)
  }
  if (!isRecord(example) || !isRecord(value) || Object.keys(example).length === 0) return []
  const names = [...new Set([...Object.keys(example), ...Object.keys(value)])]
  return names.flatMap((name) => {
    if (!(name in value)) return [`${place}.${name} is missing`]
    return name in example ? differences(example[name], value[name], `${place}.${name}`) : [`${place}.${name} is not in the example`]
  })
}

const ask = (app: SandboxApp, usual: Readonly<Record<string, string>>, { body, headers = usual, method = "GET", path }: Call) => {
  const url = new URL(path, "https://vendor.test")
  const request = { method, path: url.pathname, query: url.searchParams, headers, body: body === undefined ? "" : JSON.stringify(body) }
  return Effect.map(app(request), (answer) => ({ status: answer.status, json: JSON.parse(answer.body === "" ? "null" : answer.body) as unknown }))
}

const inside = (value: unknown, at: ReadonlyArray<string | number>): unknown =>
  at.reduce<unknown>((inner, key) => (Array.isArray(inner) ? inner[Number(key)] : isRecord(inner) ? inner[key] : undefined), value)

const problemsOf = (app: SandboxApp, headers: Readonly<Record<string, string>>, { but = [], example, reads, says, shown }: Fact) =>
  Effect.gen(function* () {
    const decoded = reads(example)
    const unread = Either.isLeft(decoded) ? [`the connector cannot read it: ${String(decoded.left)}`] : []
    if ("never" in shown) return unread.map((problem) => `${says}: ${problem}`)
    const { json, status } = yield* ask(app, headers, shown)
    const value = inside(json, shown.at ?? [])
    const reported =
      value === undefined ? ["the sandbox shows no such thing"] : differences(example, value).filter((one) => !but.some(([place]) => place.test(one)))
    const other = status === (shown.status ?? 200) ? [] : [`the sandbox answers with status ${status}: ${JSON.stringify(json)}`]
    return [...unread, ...other, ...reported].map((problem) => `${says}: ${problem}`)
  })

/** Examples that the connector cannot read or the sandbox shows otherwise. `headers` are those of a call that is let in. */
export const problems = (facts: ReadonlyArray<Fact>, app: SandboxApp, headers: Readonly<Record<string, string>>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(
    Effect.forEach(facts, (fact) => problemsOf(app, headers, fact)),
    (all) => all.flat()
  )

/** The text of a sheet; null, and a line on standard output that says so, where the folder is not there. */
export const text = (name: string): string | null => {
  const file = fileURLToPath(new URL(`../../../shared/api-facts/${name}.md`, import.meta.url))
  if (existsSync(file)) return readFileSync(file, "utf8")
  process.stdout.write(`whether the facts of ${name} are all of its sheet is not looked at: ${file} is not there\n`)
  return null
}

/** Code of a sheet that shows an object: in fences, or between backticks with a brace and a field. */
const shapes = (sheet: string): ReadonlyArray<string> => {
  const fences = [...sheet.matchAll(/```\w*\n(.*?)```/gs)]
  const spans = [...sheet.replaceAll(/```\w*\n.*?```/gs, "").matchAll(/`([^`]*)`/g)]
  return [...fences, ...spans].flatMap(([, code = ""]) => (/^[\w ]*[.:]?\s*\[?\{.*\}\]?$/s.test(code.trim()) ? [code.trim()] : []))
}

/** Shapes of a sheet that are neither among the facts nor, with a reason, among those unused; and words of either that stand nowhere in it. */
export const uncovered = (
  sheet: string,
  facts: ReadonlyArray<Fact>,
  unused: ReadonlyArray<readonly [says: string, because: string]>
): ReadonlyArray<string> => {
  const known = [...facts.map(({ says }) => says), ...unused.map(([says]) => says)]
  return [
    ...shapes(sheet)
      .filter((shape) => !known.some((words) => shape.startsWith(words)))
      .map((shape) => `not looked at: ${shape}`),
    ...known.filter((words) => !sheet.includes(words)).map((words) => `not in the sheet: ${words}`)
  ]
}
