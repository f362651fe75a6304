/** What a vendor's refusal means and says, whatever shape its body has. */
import type { Reason } from "../contract/ConnectorError.ts"

export interface Refusal {
  readonly reason: Reason
  /** The vendor's words, or ours where it gave none. As they came: not yet redacted or shortened. */
  readonly detail: string
  readonly code: string | null
}

/** What a 2xx refuses. `effect`: "none" only where the vendor surely did nothing. */
export interface BodyRefusal extends Refusal {
  readonly effect: "none" | "unknown"
}

/** The meaning of every status that is not 2xx, where the vendor's connector knows no better. */
export const read = (status: number, body: string, json: unknown): Refusal => {
  const { words, code } = reported(json)
  return { reason: reasonOf(status), detail: words ?? ownWords(status) + (isHtml(body) ? " (the answer is an HTML page)" : ""), code }
}

export const isHtml = (body: string): boolean => /^\s*<(!doctype|html|head|body)/i.test(body)

const reasonOf = (status: number): Exclude<Reason, "Misconfigured"> => {
  switch (status) {
    case 401:
      return "Unauthorized"
    case 403:
      return "NotAllowed"
    case 404:
      return "NotFound"
    case 400:
    case 409:
    case 422:
      return "Invalid"
    case 429:
      return "RateLimited"
    case 408:
      return "Unavailable"
    default:
      return status >= 500 ? "Unavailable" : "Malformed"
  }
}

const ownWords = (status: number): string => {
  switch (reasonOf(status)) {
    case "Unauthorized":
      return "the credential is refused"
    case "NotAllowed":
      return "this is not allowed to the credential"
    case "NotFound":
      return "not found"
    case "Invalid":
      return `refused with status ${status}`
    case "RateLimited":
      return "too many calls"
    case "Unavailable":
      return `the server failed with status ${status}`
    case "Malformed":
      return `answered with status ${status}, which means nothing here`
  }
}

interface Reported {
  readonly words: string | null
  readonly code: string | null
}

const nothing: Reported = { words: null, code: null }

/**
 * Shapes seen (vendor docs and recordings, read 2026-11): `{error: "text"}`, `{error: "Code", description}`, `{error: {message, title, code}}`,
 * `{errors: [{code, title, detail}]}`, `{errors: ["text"]}`, `{message, code}`, `{title, detail}`, `{description}`.
 */
const reported = (json: unknown): Reported => {
  if (!isRecord(json)) return nothing
  const { error } = json
  const first: unknown = Array.isArray(json["errors"]) ? json["errors"][0] : undefined
  if (isRecord(error)) return fromObject(error)
  if (isRecord(first)) return fromObject(first)
  if (typeof first === "string") return { words: first, code: null }
  const rest = fromObject(json)
  const name = text(error)
  if (name === null) return rest
  return rest.words === null ? { words: name, code: rest.code } : { words: rest.words, code: rest.code ?? name }
}

const fromObject = (object: Readonly<Record<string, unknown>>): Reported => {
  const [title, message] = [
    text(object["title"]),
    text(object["message"]) ?? text(object["detail"]) ?? text(object["description"]) ?? text(object["error_description"])
  ]
  const code = object["code"] ?? object["type"]
  return {
    words: title !== null && message !== null ? `${title}: ${message}` : (message ?? title),
    code: typeof code === "number" ? String(code) : text(code)
  }
}

const text = (value: unknown): string | null => (typeof value === "string" && value.trim() !== "" ? value : null)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value)
