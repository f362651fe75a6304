/**
 * All companies by the one listing of Intercom that neither ends at 10,000 nor moves while people are active. A scroll remembers its place
 * itself: asked again after a lost answer it gives the next page, so it is never asked again but begun anew. Only one may be open in a
 * workspace, ours or anybody's, and it closes after a minute without use.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as IntercomApi from "./IntercomApi.ts"
import * as IntercomPaging from "./IntercomPaging.ts"

const path = "/companies/scroll"

/** How often it is begun anew after a failure; a dead vendor is given up after some minutes. */
const restarts = 7
const firstRest = Duration.seconds(1)

/** Another scroll is waited for this long: one left open dies in a minute, a foreign one may go on for several. */
const patience = Duration.minutes(10)
const betweenLooks = Duration.seconds(15)

interface Walk {
  /** Null: to be begun. */
  readonly param: string | null
  readonly failures: number
  /** Waited for another scroll to close, in all. */
  readonly waited: Duration.Duration
  /** Rows shown since the last beginning. */
  readonly shown: number
}

type Next = { readonly rows: ReadonlyArray<IntercomApi.Company>; readonly walk: Walk | null }

/** The vendor's word for it, or a 400 whose body was lost: nothing else is wrong with a call that has no parameters. */
const isTaken = ({ reason, status, code }: ConnectorError, { param }: Walk): boolean =>
  reason === "Invalid" && (code === "scroll_exists" || (param === null && status === 400 && code === null))

/** The scroll is lost: a failure on the way, or a parameter that is not known any more. */
const isLost = ({ reason, code }: ConnectorError, { param }: Walk): boolean =>
  reason === "Unavailable" || (param !== null && code !== null && (reason === "Invalid" || reason === "NotFound"))

const taken = ({ connection, call, status, code, detail }: ConnectorError): ConnectorError =>
  new ConnectorError({
    connection,
    call,
    reason: "Unavailable",
    detail: `another scroll over companies is open in this workspace, and Intercom allows one at a time (${detail}); waited ${Duration.format(patience)}, the next run tries again`,
    status,
    code,
    retryAt: null,
    effect: "none"
  })

/** What a failed call leads to: the walk to go on with after a rest. */
const afterwards = (error: ConnectorError, walk: Walk): Effect.Effect<Walk, ConnectorError> => {
  if (isTaken(error, walk)) {
    if (Duration.greaterThanOrEqualTo(walk.waited, patience)) return Effect.fail(taken(error))
    return Effect.delay(Effect.succeed({ ...walk, param: null, shown: 0, waited: Duration.sum(walk.waited, betweenLooks) }), betweenLooks)
  }
  if (!isLost(error, walk) || walk.failures === restarts) return Effect.fail(error)
  const anew = { ...walk, param: null, shown: 0, failures: walk.failures + 1 }
  return Effect.delay(Effect.succeed(anew), Duration.times(firstRest, 2 ** walk.failures))
}

/**
 * Each company once, in pages, the last of them empty: that is the vendor's end. `client` must not repeat calls by itself. Begun anew it shows
 * companies again; they are told apart by id, so that its memory grows with the companies of the workspace.
 */
export const companies = (client: VendorClient, connection: string): Stream.Stream<ReadonlyArray<IntercomApi.Company>, ConnectorError> =>
  Stream.suspend(() => {
    const reported = new Set<string>()

    const answered = (walk: Walk, body: typeof IntercomApi.Scroll.Type): Effect.Effect<Next, ConnectorError> => {
      if (body.data.length === 0) return Effect.succeed({ rows: [], walk: null })
      if (body.scroll_param === null) return Effect.fail(IntercomPaging.malformed(connection, `GET ${path}`, "the answer has no scroll_param to go on with"))
      const rows = body.data.filter(({ id }) => !reported.has(id))
      for (const { id } of rows) reported.add(id)
      const shown = walk.shown + body.data.length
      if (shown > 2 * reported.size) return Effect.fail(IntercomPaging.malformed(connection, `GET ${path}`, "the scroll goes in a circle"))
      return Effect.succeed({ rows, walk: { ...walk, param: body.scroll_param, shown } })
    }

    const next = (start: Walk): Effect.Effect<Next, ConnectorError> =>
      Effect.gen(function* () {
        let walk = start
        for (;;) {
          const params = walk.param === null ? {} : { scroll_param: walk.param }
          const answer = yield* Effect.either(client.read({ path, params, schema: IntercomApi.Scroll }))
          if (Either.isLeft(answer)) {
            walk = yield* afterwards(answer.left, walk)
            continue
          }
          const page = yield* answered(walk, answer.right.body)
          if (page.rows.length > 0 || page.walk === null) return page
          walk = page.walk
        }
      })

    const start: Walk = { param: null, failures: 0, waited: Duration.zero, shown: 0 }
    return Stream.paginateEffect(start, (walk) => Effect.map(next(walk), (page) => [page.rows, Option.fromNullable(page.walk)] as const))
  })
