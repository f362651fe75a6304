/** Reads the text of a `.env` file. */

const assignment = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*/

const quotes = new Set(['"', "'", "`"])

/** A value in quotes may go over several lines; only in double ones `\n` is a line break. */
const quoted = (text: string, quote: string): { readonly value: string; readonly end: number } | null => {
  const end = text.indexOf(quote, 1)
  if (end < 0) return null
  const inside = text.slice(1, end)
  return { value: quote === '"' ? inside.replaceAll(String.raw`\n`, "\n") : inside, end: end + 1 }
}

/** A `#` begins a comment only at the beginning or after white space: tokens may have one inside. */
const plain = (line: string): string => line.replace(/(?:^|\s)#.*$/, "").trim()

const lineEnd = (text: string): number => {
  const end = text.search(/\r?\n|\r|$/)
  return end < 0 ? text.length : end
}

/** Names with their values, as text; of a name that stands twice the last counts. Lines that assign nothing are passed over. */
export const parse = (text: string): Readonly<Record<string, string>> => {
  const values = new Map<string, string>()
  for (let rest = text; rest !== "";) {
    const [matched = "", name] = assignment.exec(rest) ?? []
    if (name !== undefined) {
      rest = rest.slice(matched.length)
      const quote = rest[0] ?? ""
      const inQuotes = quotes.has(quote) ? quoted(rest, quote) : null
      values.set(name, inQuotes === null ? plain(rest.slice(0, lineEnd(rest))) : inQuotes.value)
      if (inQuotes !== null) rest = rest.slice(inQuotes.end)
    }
    rest = rest.slice(lineEnd(rest)).replace(/^(?:\r\n|\r|\n)/, "")
  }
  return Object.fromEntries(values)
}
