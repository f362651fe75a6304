/** systemd, where it started this process: it hears when the service is ready, that it lives, and that it stops. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { execFile } from "node:child_process"

/** What systemd puts into a service's environment: where it listens and, with a watchdog, after how many microseconds of silence it ends which process. */
export type Variables = Readonly<Partial<Record<"NOTIFY_SOCKET" | "WATCHDOG_USEC" | "WATCHDOG_PID", string>>>

/** Node has no datagram sockets of Unix, so systemd's own program sends it: the unit needs `NotifyAccess=all`. */
const say = (words: string): Effect.Effect<void> =>
  Effect.async<void, string>((resume) => {
    const child = execFile("systemd-notify", [words], (error) => resume(error === null ? Effect.void : Effect.fail(error.message.trim())))
    return Effect.sync(() => void child.kill())
  }).pipe(Effect.catchAll((why) => Effect.logWarning(`systemd does not hear ${words}: ${why.replaceAll("\n", " ")}`)))

/** How often this process shows that it lives: twice in the time after which it counts as hung. Null: no watchdog waits for it. */
export const beat = ({ WATCHDOG_PID, WATCHDOG_USEC }: Variables, pid: number): Duration.Duration | null => {
  const micros = Number(WATCHDOG_USEC)
  if (!(micros > 0) || (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(pid))) return null
  return Duration.millis(micros / 2_000)
}

/** To be done once the service is ready. Until the scope ends it is kept from counting as hung: a process whose event loop stands still is. */
export const attend = (env: Variables): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (env.NOTIFY_SOCKET === undefined) return
    yield* say("READY=1")
    yield* Effect.addFinalizer(() => say("STOPPING=1"))
    const every = beat(env, process.pid)
    if (every !== null) yield* Effect.forkScoped(Effect.repeat(say("WATCHDOG=1"), Schedule.spaced(every)))
  })
