/** What carrying out a plan costs: calls and time. */
import type { PacerStatus, PacerWindow } from "../contract/Pacer.ts"

const hour = 3_600_000

/** A call's usual time on the way, where nothing limits it. */
const secondsPerCall = 0.4

/**
 * Seconds until the last of so many calls is answered: what the allowance has left goes at once, the rest as each window comes free.
 * `perHour` is the tightest window's rate, null where nothing limits.
 */
export const time = (
  calls: number,
  windows: ReadonlyArray<PacerWindow>,
  status: PacerStatus,
  now: number
): { readonly seconds: number; readonly perHour: number | null } => {
  const general = windows.filter((window) => window.endpoint === null)
  const perHour = general.length === 0 ? null : Math.floor(Math.min(...general.map((window) => (window.calls * hour) / window.perMillis)))
  const pause = status.pausedUntil === null ? 0 : Math.max(0, status.pausedUntil - now) / 1000
  const waits = general.map((window) => {
    const left = Math.max(0, Math.min(window.calls, status.remaining ?? window.calls))
    return calls <= left ? 0 : (Math.ceil((calls - left) / window.calls) * window.perMillis) / 1000
  })
  return { seconds: calls === 0 ? 0 : Math.ceil(Math.max(0, pause, ...waits) + Math.min(calls, 50) * secondsPerCall), perHour }
}
