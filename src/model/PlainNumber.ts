/** Numbers as people write them. */

const form = /^[+-]?(?:\d+\.?\d*|\.\d+)$/

/** Whether the text is a plain decimal number: neither empty nor in another base nor with an exponent. */
export const isPlain = (text: string): boolean => form.test(text)

/** The number that a value is: itself, or what a text says in plain decimals (files have nothing but texts). Null for everything else. */
export const of = (value: unknown): number | null => {
  if (typeof value === "number") return Number.isFinite(value) ? value : null
  if (typeof value !== "string") return null
  const text = value.trim()
  return isPlain(text) ? Number(text) : null
}
