/** Pointers into an answer (RFC 6901) and texts with pointers or options in braces: `/company/id`, `{/first} {/last}`, `{token}`. */

const unescape = (segment: string): string => segment.replaceAll("~1", "/").replaceAll("~0", "~")

/** The value there; undefined where there is none. "" is the whole. */
export const at = (value: unknown, pointer: string): unknown =>
  pointer
    .split("/")
    .slice(1)
    .map(unescape)
    .reduce<unknown>((inside, key) => {
      if (typeof inside !== "object" || inside === null || !Object.hasOwn(inside, key)) return undefined
      return (inside as Readonly<Record<string, unknown>>)[key]
    }, value)

/** A copy with `given` there; objects on the way are made. */
export const put = (value: unknown, pointer: string, given: unknown): unknown => {
  const [, key, ...rest] = pointer.split("/")
  if (key === undefined) return given
  const name = unescape(key)
  const inside: Readonly<Record<string, unknown>> = typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {}
  return { ...inside, [name]: put(inside[name], rest.length === 0 ? "" : `/${rest.join("/")}`, given) }
}

/** What a person wrote of a vendor's record: text as it is without the space around it, numbers written out. Null: none, or nothing of that kind. */
export const textOf = (value: unknown): string | null => {
  if (typeof value === "number" || typeof value === "bigint") return String(value)
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null
}

/** An id: a text that is not empty, or a whole number that this language holds exactly. */
export const idOf = (value: unknown): string | null =>
  typeof value === "number" ? (Number.isSafeInteger(value) ? String(value) : null) : typeof value === "string" && value !== "" ? value : null

const braces = /\{([^{}]*)\}/g

export const isPointer = (template: string): boolean => template === "" || template.startsWith("/")

/** The text of a pointer or template over a record; parts that are not there are left out, and space between them is folded. Null: nothing is left. */
export const fill = (template: string, record: unknown): string | null => {
  if (isPointer(template)) return textOf(at(record, template))
  const text = template.replace(braces, (_, pointer: string) => textOf(at(record, pointer)) ?? "")
  return textOf(text.replace(/\s+/g, " "))
}

/** The template with options filled in, each through `encode`. */
export const fillOptions = (template: string, options: Readonly<Record<string, string>>, encode: (text: string) => string = (text) => text): string =>
  template.replace(braces, (whole, name: string) => (Object.hasOwn(options, name) ? encode(options[name] ?? "") : whole))
