/** Hides secrets by value: whatever text leaves the program passes here. */

export interface Redactor {
  /** Makes a value (and its encoded forms: percent, base64, JSON-escaped) unsayable from now on. Values under 4 characters are ignored. */
  readonly hide: (secret: string) => void
  /**
   * As `hide`, for credentials that are issued one after another to the same holder. Only the last 16 of a holder stay hidden: older ones have ended, and a process that
   * runs for years must not remember them all.
   */
  readonly hideMinted: (holder: string, secret: string) => void
  /** The text with every hidden value replaced by `[hidden]`. */
  readonly redact: (text: string) => string
}
