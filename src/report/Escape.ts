/** Turns names, which may hold anything, into text that each format takes as nothing but text. */
import * as Terminal from "./Terminal.ts"

// In JSON these may stand as they are; escaped they say the same and can't command the terminal that shows the document.
const ACTIVE = /[\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/gu

/** One line of JSON; exactly the value given, in ASCII wherever a character could act. */
export const json = (value: unknown): string =>
  JSON.stringify(value).replace(ACTIVE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`)

/** What a spreadsheet takes for the beginning of a formula, in both widths (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u

// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * One field of a CSV line (RFC 4180), complete at any length. A leading apostrophe guards what a spreadsheet would calculate. Control characters, for which
 * the RFC has no place, and marks that turn the direction of text around are shown as signs; tab and line ends stay, quoted.
 */
export const csv = (value: string | number | null): string => {
  if (value === null) return ""
  if (typeof value === "number") return String(value)
  const text = value.replace(CONTROL, Terminal.safe)
  const guarded = FORMULA.test(text) ? `'${text}` : text
  return /[",\t\r\n]|^\s|\s$/u.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

/** A line of CSV with its line end. */
export const csvLine = (fields: ReadonlyArray<string | number | null>): string => `${fields.map(csv).join(",")}\r\n`

/** Text inside an element or a quoted attribute of HTML. */
export const html = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;")

const entities = (text: string, what: RegExp): string => text.replace(what, (character) => `&#${character.codePointAt(0) ?? 0};`)

/** First alternative: what GitHub and GitLab turn into mentions and references after rendering, where an entity is no help. */
const MARKUP = /((?<!\w)@(?=\w)|#(?=\d))|[\\`*[\]<|~&$]|!(?=\[)|(?<!\w)_|_(?!\w)|:(?=\/\/)|(?<=www)\.|^[-+=>#]|^ +|(?<=^\d+)[.)]/giu

/** A sentence in Markdown that holds no markup, link, mention or HTML. A zero-width space keeps `@name` and `#1` from reaching anybody. */
export const markdown = (text: string): string =>
  text.replace(MARKUP, (match: string, mention: string | undefined) => (mention === undefined ? entities(match, /./gu) : `${match}&#8203;`))

const SIMPLE = /^[\p{L}\p{N}][\p{L}\p{N} .:@+_,()/-]*$/u

/** A name in Markdown, set as code so that it reaches nobody as a mention; fit for table cells. */
export const markdownName = (text: string): string =>
  SIMPLE.test(text) && !text.endsWith(" ") ? `\`${text}\`` : `<code>${entities(text, /[^\p{L}\p{N}\p{M} …-]/gu)}</code>`
