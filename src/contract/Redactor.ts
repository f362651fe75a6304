/** Hides secrets by value: whatever text leaves the program passes here. */

export interface Redactor {
  /** Makes a value (and its encoded forms: percent, base64, JSON-escaped) unsayable from now on. Values under 4 characters are ignored. */
  readonly hide: (secret: string) => void
  /** The text with every hidden value replaced by `[hidden]`. */
  readonly redact: (text: string) => string
}
