/** Text as a terminal shows it: how wide it is, where to cut it, and nothing in it that could command the terminal. */

let segmenter: Intl.Segmenter | undefined

/** What a reader takes for one character each. Most names are told apart without it. */
const segments = (text: string): Intl.Segments => (segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" })).segment(text)

// Latin, Greek, Cyrillic and Armenian letters: one character, one column. Most names are of these, and told apart fast.
const PLAIN = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u058f]*$/

/**
 * Control characters, marks that turn the direction of text around, invisible ones that hide or forge, lone surrogates and tag characters.
 * The joiners U+200C and U+200D stay: Persian, Hindi and many emoji are written with them.
 */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\p{Cs}]|[\u{e0000}-\u{e007f}]/gu

/** Stands for what was cut off. */
export const ELLIPSIS = "…"

/** Widest name that a sentence shows, in columns. */
export const NAME = 80

const shown = (character: string): string => {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return "\u2421"
  return `\\u{${code.toString(16)}}`
}

/** The same text with every character that would command the terminal, or hide, shown as a sign: ESC as `␛`, U+202E as `\u{202e}`. */
export const safe = (text: string): string => (PLAIN.test(text) ? text : text.replace(UNSAFE, shown))

/** As `safe`, and cut to at most `max` columns; what was cut ends in `…`. */
export const visible = (text: string, max: number = NAME): string => {
  // A letter can carry any number of combining marks, so characters are bounded as well as columns.
  const bound = max * 12
  return cut(safe(text.length > bound ? text.slice(0, bound) + ELLIPSIS : text), max)
}

/** Blocks of the East Asian Width property W and F (Unicode, EastAsianWidth.txt), coarsely. */
const WIDE: ReadonlyArray<readonly [number, number]> = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd]
]

const ZERO = /^(?:\p{Mn}|\p{Me}|\u200c|\u200d)/u
const EMOJI = /^\p{Emoji_Presentation}|\ufe0f/u

const graphemeWidth = (grapheme: string): number => {
  if (ZERO.test(grapheme)) return 0
  const code = grapheme.codePointAt(0) ?? 0
  if (code < 0x1100 && grapheme.length === 1) return 1
  return EMOJI.test(grapheme) || WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1
}

/** Columns that a text takes; text that is not `safe` has no width to speak of. */
export const width = (text: string): number => {
  if (PLAIN.test(text)) return text.length
  let sum = 0
  for (const { segment } of segments(text)) sum += graphemeWidth(segment)
  return sum
}

/** The beginning of a text, at most `max` columns with the `…` that ends it. Never cuts through a character. */
export const cut = (text: string, max: number): string => {
  if (PLAIN.test(text)) return text.length <= max ? text : text.slice(0, Math.max(0, max - 1)) + ELLIPSIS
  let sum = 0
  let end = 0
  for (const { segment, index } of segments(text)) {
    sum += graphemeWidth(segment)
    if (sum > max) return text.slice(0, end) + ELLIPSIS
    if (sum <= max - 1) end = index + segment.length
  }
  return text
}

/** Filled with spaces up to `columns`; a wider text stays as it is. */
export const pad = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - width(text)))

/** As `pad`, with the spaces in front. */
export const padStart = (text: string, columns: number): string => " ".repeat(Math.max(0, columns - width(text))) + text

export type Tone = "plain" | "good" | "bad" | "warn" | "quiet" | "strong"

const CODES: Readonly<Record<Tone, string>> = { plain: "0", good: "32", bad: "31", warn: "33", quiet: "2", strong: "1" }

/** The text in a colour, if the view has colours. To be applied last: widths are counted without it. */
export const paint = (view: { readonly color: boolean }, tone: Tone, text: string): string =>
  view.color && tone !== "plain" && text !== "" ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text
