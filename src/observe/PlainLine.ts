/** Text from outside as one harmless line: what a terminal would act on is shown instead of done. */

// Control characters (C0, DEL, C1), line and paragraph separators, and marks that reverse or hide text.
// oxlint-disable-next-line no-control-regex -- finding them is the point
const acting = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Every such character as `\u001b`, nothing else changed. */
export const visible = (text: string): string => text.replace(acting, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** Space folded, the rest visible, and cut with an ellipsis if it is longer than `length`. */
export const brief = (text: string, length: number): string => {
  const line = visible(text.replace(/\s+/g, " ").trim())
  return line.length <= length ? line : `${line.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "")}…`
}
