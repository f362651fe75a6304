/** Names inside commands that people are to type. */
import * as Terminal from "./Terminal.ts"

/** As it is typed into a shell: quoted where it must be. */
export const typed = (text: string): string => {
  const shown = Terminal.visible(text, 200)
  if (/^[\w@.+:/,-]+$/u.test(shown)) return shown
  return /["$`\\!]/u.test(shown) ? `'${shown.replaceAll("'", `'\\''`)}'` : `"${shown}"`
}
