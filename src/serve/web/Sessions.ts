/** Sessions of the service's page, in memory alone: they end with the service. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"

export interface Session {
  readonly id: string
  /** Sent with each form of the session's pages. */
  readonly formSecret: string
  readonly until: number
  /** Who decided last, as they called themselves. */
  name: string
  /** What came of the session's last decision; shown once. */
  notice: string | null
}

export interface Sessions {
  /** A new session, lasting twelve hours. */
  readonly begin: (now: number) => Session
  readonly find: (id: string, now: number) => Session | null
  readonly end: (id: string) => void
  /** A code that opens one session within ten minutes. */
  readonly oneTime: (now: number) => string
  /** Whether the code was good; it is not any more. */
  readonly redeem: (code: string, now: number) => boolean
}

const hour = 3_600_000
const lasting = 12 * hour
const codeLasting = hour / 6
/** More are forgotten, the oldest first. */
const most = 1000

const secret = (): string => randomBytes(24).toString("base64url")

/** Compares in a time that says nothing of where two texts differ. */
export const same = (one: string, other: string): boolean => {
  const digest = (text: string) => createHash("sha256").update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

const trim = <A extends { readonly until: number }>(all: Map<string, A>, now: number): void => {
  for (const [key, { until }] of all) if (until <= now || all.size > most) all.delete(key)
}

export const make = (): Sessions => {
  const sessions = new Map<string, Session>()
  const codes = new Map<string, { readonly until: number }>()
  return {
    begin: (now) => {
      trim(sessions, now)
      const session: Session = { id: secret(), formSecret: secret(), until: now + lasting, name: "", notice: null }
      sessions.set(session.id, session)
      return session
    },
    find: (id, now) => {
      const found = sessions.get(id)
      return found === undefined || found.until <= now ? null : found
    },
    end: (id) => void sessions.delete(id),
    oneTime: (now) => {
      trim(codes, now)
      const code = secret()
      codes.set(code, { until: now + codeLasting })
      return code
    },
    redeem: (code, now) => {
      const found = codes.get(code)
      codes.delete(code)
      return found !== undefined && found.until > now
    }
  }
}
