/** What a cStar key tells by its own looks. */

export interface KeyFacts {
  /** Live and test keys open wholly separate data (vendor docs, read 2026-11). Null for a key that does not say. */
  readonly mode: "live" | "test" | null
  readonly role: string | null
  /** The end of the key, as cStar's own settings show it; null where that would be too much of it. */
  readonly actor: string | null
  /** Why nothing can be written with it, with the remedy; null where it can. */
  readonly readOnly: string | null
}

/** `planOnly`: the connection was given the key as `readKey`, so nothing is written whatever the key could do. */
export const read = (key: string, planOnly: boolean): KeyFacts => {
  const [, prefix, mode] = /^(sk|pk)_(live|test)_/.exec(key) ?? []
  const kind = prefix === "sk" ? "secret key" : prefix === "pk" ? "publishable key" : null
  return {
    mode: mode === "live" || mode === "test" ? mode : null,
    role: kind === null ? null : `${kind} (${mode})`,
    actor: key.length < 16 ? null : `key ...${key.slice(-4)}`,
    readOnly: readOnly(key, planOnly)
  }
}

const readOnly = (key: string, planOnly: boolean): string | null => {
  if (key.startsWith("pk_")) return "this is a publishable key, which only reads; give a secret key (sk_...) as apiKey"
  return planOnly ? "this connection has only a readKey; give a secret key (sk_...) as apiKey" : null
}
