/** Hides secrets by value, in every spelling in which a log, a URL or a document may carry them. */
import type { Redactor } from "../contract/Redactor.ts"

const shortest = 4
const hidden = "[hidden]"
/** Minted secrets of one holder that stay hidden. */
const mintedKept = 16

export const make = (): Redactor => {
  const forms = new Set<string>()
  const minted = new Map<string, ReadonlyArray<ReadonlyArray<string>>>()
  return {
    hide: (secret) => formsOf(secret).forEach((form) => forms.add(form)),
    hideMinted: (holder, secret) => minted.set(holder, [...(minted.get(holder) ?? []), formsOf(secret)].slice(-mintedKept)),
    redact: (text) => cover(text, spans(text, minted.size === 0 ? forms : [...forms, ...[...minted.values()].flat(2)]))
  }
}

const formsOf = (secret: string): ReadonlyArray<string> =>
  secret.length < shortest ? [] : [...new Set(spellings(secret))].filter((form) => form.length >= shortest)

type Span = readonly [start: number, end: number]

/** Where hidden values stand, those that overlap as one: else the tail of a value that begins inside another would stay. */
const spans = (text: string, forms: Iterable<string>): ReadonlyArray<Span> => {
  const found: Array<Span> = []
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) found.push([at, at + form.length])
  }
  found.sort((left, right) => left[0] - right[0])
  const merged: Array<Span> = []
  for (const span of found) {
    const last = merged.at(-1)
    if (last !== undefined && span[0] < last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], span[1])]
    else merged.push(span)
  }
  return merged
}

const cover = (text: string, covered: ReadonlyArray<Span>): string => {
  if (covered.length === 0) return text
  let out = ""
  let from = 0
  for (const [start, end] of covered) {
    out += text.slice(from, start) + hidden
    from = end
  }
  return out + text.slice(from)
}

const spellings = (secret: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(secret)
  // A lone surrogate cannot be percent-encoded; bytes read back hold none.
  const wellFormed = bytes.toString()
  const form = new URLSearchParams({ "": wellFormed }).toString().slice(1)
  const percent = [encodeURIComponent(wellFormed), encodeURI(wellFormed), form]
  return [
    secret,
    ...percent,
    ...percent.map((encoded) => encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    ...jsonStrings(secret),
    ...base64(bytes)
  ]
}

/** Encoders differ in whether they escape slashes and what is not ASCII. */
const jsonStrings = (secret: string): ReadonlyArray<string> => {
  const json = JSON.stringify(secret).slice(1, -1)
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  const units = /[\u007f-\uffff]/g
  const spelled = [json, json.replace(units, escaped)]
  return spelled.flatMap((form) => [form, form.replaceAll("/", "\\/")])
}

/** Below this length a piece of base64 may be an innocent word. */
const shortestPiece = 8

/** The value alone, and what of it is unchanged whatever stands before and after it (`user:value`): three alignments. */
const base64 = (bytes: Buffer): ReadonlyArray<string> => {
  const alone = bytes.toString("base64")
  const inside = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64url")
    const end = Math.floor(((before + bytes.length) * 8) / 6)
    return encoded.slice(Math.ceil((before * 8) / 6), end)
  })
  const pieces = inside.filter((piece) => piece.length >= shortestPiece)
  return [alone, bytes.toString("base64url"), ...pieces, ...pieces.map((piece) => piece.replaceAll("-", "+").replaceAll("_", "/"))]
}
