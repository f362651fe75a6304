/** A bridge an hour after its first sync, which read everything, and what its later runs ask the source for. */
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import type { SyncResult } from "../../src/model/Result.ts"
import type { Fault, SandboxRequest } from "../../src/sandbox/Sandbox.ts"
import * as Bridge from "./Bridge.ts"
import type { Running } from "./Crowd.ts"
import { passing } from "./Time.ts"

export const noon = Date.UTC(2026, 10, 22, 12)

export const begun = <E, R>(made: Effect.Effect<Running, E, R>) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(noon)
    const bridge = yield* made
    yield* passing(bridge.sync())
    yield* TestClock.adjust("1 hour")
    return bridge
  })

export const small = begun(Bridge.small)

/** What the target holds of the small account. */
export const everybody = {
  Globex: ["c1@x.io", "c2@x.io", "c3@x.io"],
  Initech: ["c1@x.io", "c4@x.io", "c5@x.io"],
  "Plan vip": ["c1@x.io", "c2@x.io"]
}

/** Paths of the calls to the source while `work` ran, each with what it asked for the changes of. */
export const calling = <A>({ source }: Running, work: Effect.Effect<A>) =>
  Effect.gen(function* () {
    const before = source.log.length
    const result = yield* passing(work)
    const log = source.log.slice(before)
    return {
      result,
      calls: log.map(({ path }) => path.replace("/api/v2", "")),
      since: log.flatMap(({ path, query }) => (path.includes("/incremental/") ? [query.get("cursor") ?? query.get("start_time")] : []))
    }
  })

/** The lists begin at the same time, but changes are told by one after the other. */
export const changes = ["/users/me", "/incremental/users/cursor", "/organization_memberships", "/incremental/organizations"]
export const everything = ["/users/me", "/users", "/organizations", "/organization_memberships"]

/** Of each stream of the run's only source. */
export const kinds = (run: SyncResult) => run.plan?.reads.flatMap(({ streams }) => streams.map(({ kind }) => kind))

export const answering = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Fault => ({
  _tag: "Answer",
  response: { status, headers: { "content-type": "application/json", ...headers }, body: typeof body === "string" ? body : JSON.stringify(body) }
})

export const on = (path: string) => (request: SandboxRequest) => request.path.endsWith(path)
export const users = on("/incremental/users/cursor")
export const organizations = on("/incremental/organizations")
