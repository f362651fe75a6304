/**
 * What changed at Freshdesk since a reading: its three lists of contacts, narrowed by `updated_since` (vendor docs, read 2026-11).
 *
 * Nothing here takes the filter's word for it. Rows tell themselves when they changed, so that a filter which lets more through costs calls and
 * nothing else. Against one that holds back too much (another time zone, an answer that is always empty) stand the contacts who changed last before: a
 * narrowed list that does not show one of them is asked for whole. That a list by name may pass somebody over while rows move is met in `settled`, and
 * who changes in the midst of a reading is told by the next one, which goes back behind its begin.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { StreamDeclaration } from "../../src/contract/Source.ts"
import type { QueryParams, VendorClient } from "../../src/http/VendorClient.ts"
import * as FreshdeskApi from "./FreshdeskApi.ts"
import { contactsList, type Page, pages, pageSize } from "./FreshdeskPages.ts"

export const declaration = {
  end: 'no rel="next" in the Link header of a list narrowed by updated_since',
  deletions: true,
  pageSize,
  lag: 60_000
} as const satisfies StreamDeclaration["changes"]

/** Of contacts: no list shows two of them, and together they show all. */
export type State = "usual" | "blocked" | "deleted"

/** Lists of contacts, whole or only what changed in them, and where changes go on after all three were read. */
export interface Lists {
  readonly list: (state: State) => Stream.Stream<Page<FreshdeskApi.Contact>, ConnectorError>
  readonly next: () => string | undefined
}

/** Changes are read once more from so long before what is known, in milliseconds: what a list shows may be minutes behind, and clocks differ. */
const overlap = 30 * 60_000

/** Who changed last is remembered of each list, so that one of them who leaves it proves nothing against the filter. */
const remembered = 3

/** A reading in which more changed would have to keep too many rows. */
const mostChanged = 10_000

/** How often a list of several pages is walked through before two walks must agree. */
const mostWalks = 3

const Seen = Schema.Struct({ id: Schema.String, at: Schema.Number })
type Seen = typeof Seen.Type

/** The second one is what the docs showed until 2023; accounts may know either. */
const Filter = Schema.Literal("updated_since", "_updated_since")
type Filter = typeof Filter.Type
const otherThan = (filter: Filter): Filter => (filter === "updated_since" ? "_updated_since" : "updated_since")

const lastChanged = Schema.Array(Seen)

/** Epoch milliseconds. */
const Place = Schema.parseJson(
  Schema.Struct({
    since: Schema.Number,
    filter: Filter,
    last: Schema.Struct({ usual: lastChanged, blocked: lastChanged, deleted: lastChanged })
  })
)
type Place = typeof Place.Type

/** Null where the row does not tell. */
const changedAt = ({ updated_at }: FreshdeskApi.Contact): number | null => {
  const at = Date.parse(updated_at ?? "")
  return Number.isNaN(at) ? null : at
}

const latest = (known: ReadonlyArray<Seen>, rows: ReadonlyArray<FreshdeskApi.Contact>): ReadonlyArray<Seen> => {
  const all = new Map(known.map((seen) => [seen.id, seen]))
  for (const row of rows) {
    const at = changedAt(row)
    if (at !== null) all.set(row.id, { id: row.id, at })
  }
  return [...all.values()].sort((left, right) => right.at - left.at).slice(0, remembered)
}

/** What a reading notes on its way, so that changes can go on from it: when it began, and who changed last. */
const notes = () => {
  const last: Record<State, ReadonlyArray<Seen>> = { usual: [], blocked: [], deleted: [] }
  let begun: number | null | undefined
  return {
    last,
    begin: (serverTime: number | null) => {
      if (begun === undefined) begun = serverTime
    },
    next: (filter: Filter) =>
      begun === undefined || begun === null ? undefined : Schema.encodeSync(Place)({ since: Math.max(0, begun - overlap), filter, last })
  }
}

const listOf = (client: VendorClient, connection: string, state: State, narrowed: QueryParams = {}) =>
  pages(client, connection, {
    path: "/contacts",
    params: { ...narrowed, ...(state === "usual" ? {} : { state }) },
    endpoint: contactsList,
    schema: FreshdeskApi.Contacts
  })

/** All contacts. */
export const whole = (client: VendorClient, connection: string): Lists => {
  const noted = notes()
  return {
    list: (state) =>
      Stream.tap(listOf(client, connection, state), ({ rows, serverTime }) =>
        Effect.sync(() => {
          noted.begin(serverTime)
          noted.last[state] = latest(noted.last[state], rows)
        })
      ),
    next: () => noted.next("updated_since")
  }
}

/** A list as one walk through it showed it. */
interface Walk {
  readonly pages: number
  /** Everybody shown, with the time of the change as first shown. */
  readonly shown: ReadonlyMap<string, number>
  readonly changed: ReadonlyArray<FreshdeskApi.Contact>
  readonly last: ReadonlyArray<Seen>
}

/** Contacts that changed since what this cursor says. Fails where it cannot be sure to tell all of them. */
export const since = (client: VendorClient, connection: string, cursor: string): Effect.Effect<Lists, ConnectorError> => {
  const doubt = (detail: string) => new ConnectorError({ connection, call: "GET /contacts", reason: "Malformed", detail, status: 200, effect: "none" })

  const make = ({ filter: known, last: before, since: from }: Place): Lists => {
    const noted = notes()
    let filter = known

    const walk = (state: State, narrowed: QueryParams): Effect.Effect<Walk, ConnectorError> =>
      Effect.gen(function* () {
        const shown = new Map<string, number>()
        const changed = new Map<string, FreshdeskApi.Contact>()
        let last: ReadonlyArray<Seen> = []
        let count = 0
        let reached = false
        yield* Stream.runForEach(listOf(client, connection, state, narrowed), ({ end, rows, serverTime }) =>
          Effect.gen(function* () {
            noted.begin(serverTime)
            count += 1
            reached = end?.reached === true
            last = latest(last, rows)
            for (const row of rows) {
              const at = changedAt(row)
              if (at === null) return yield* doubt(`contact ${row.id} does not tell when it was changed`)
              if (!shown.has(row.id)) shown.set(row.id, at)
              if (at < from) continue
              // Nothing is ever made of a row that the filter by state may only have let through.
              if (state === "deleted" && !row.deleted) return yield* doubt(`contact ${row.id} is listed among the deleted and does not say that it is deleted`)
              changed.set(row.id, row)
            }
            if (changed.size > mostChanged) return yield* doubt(`more than ${mostChanged} contacts changed`)
          })
        )
        if (!reached) return yield* doubt("the list of what changed stopped before its end")
        return { pages: count, shown, changed: [...changed.values()], last }
      })

    /**
     * A list in one answer is as it was at one time. In several pages somebody who has not changed is passed over if another one leaves a page that was
     * read, or moves behind it by a new name: who is passed over so is not told by a later reading either, for nothing of them is new. Such a row is
     * missing in the next walk, or changed there. So if all whom a walk showed are in the next one as they were, it passed nobody over.
     */
    const settled = (state: State, narrowed: QueryParams): Effect.Effect<Walk, ConnectorError> =>
      Effect.gen(function* () {
        let first = yield* walk(state, narrowed)
        if (first.pages === 1) return first
        for (let walks = 1; walks < mostWalks; walks++) {
          const second = yield* walk(state, narrowed)
          if ([...first.shown].every(([id, at]) => second.shown.get(id) === at)) return second
          first = second
        }
        return yield* doubt(`contacts changed under each of ${mostWalks} readings of a list of several pages, so that some may have been passed over`)
      })

    /** Where an account refuses one spelling it may know the other. Refused both, it tells no changes. */
    const narrowed = (state: State, millis: number): Effect.Effect<Walk, ConnectorError> => {
      const ask = (spelling: Filter) => settled(state, { [spelling]: DateTime.formatIso(DateTime.unsafeMake(millis)).replace(/\.\d+Z$/, "Z") })
      const isRefusal = ({ reason }: ConnectorError) => reason === "Invalid"
      return Effect.catchIf(ask(filter), isRefusal, (refusal) =>
        ask(otherThan(filter)).pipe(
          Effect.tap(() => Effect.sync(() => (filter = otherThan(filter)))),
          Effect.mapError((error) => (isRefusal(error) ? refusal.with({ detail: `no list may be narrowed by ${filter}: ${refusal.detail}` }) : error))
        )
      )
    }

    /** Narrowed so that those who changed last before must show, whatever the filter makes of the very second. */
    const found = (state: State): Effect.Effect<Walk, ConnectorError> =>
      Effect.gen(function* () {
        const witnesses = before[state]
        // Of a list in which nobody was nothing shows that the filter works there; whole it is as short as then.
        if (witnesses.length > 0) {
          const some = yield* narrowed(state, Math.max(0, Math.min(from, ...witnesses.map(({ at }) => at)) - 1000))
          // Who changed once more shows in a list that leaves out all that changed in between, too.
          if (witnesses.some(({ at, id }) => some.shown.get(id) === at)) return some
        }
        return yield* settled(state, {})
      })

    return {
      list: (state) =>
        Stream.unwrap(
          Effect.map(found(state), ({ changed, last }) => {
            noted.last[state] = last
            return Stream.fromIterable(inPages(changed))
          })
        ),
      next: () => noted.next(filter)
    }
  }

  return Schema.decodeUnknown(Place)(cursor).pipe(
    Effect.mapError(() => doubt("where changes were to go on cannot be read")),
    Effect.map(make)
  )
}

/** Oldest change first. The stages that follow ask for each contact, so that a page has no more of them than a list's. */
const inPages = (changed: ReadonlyArray<FreshdeskApi.Contact>): ReadonlyArray<Page<FreshdeskApi.Contact>> => {
  const rows = changed.toSorted((left, right) => (changedAt(left) ?? 0) - (changedAt(right) ?? 0))
  const count = Math.max(1, Math.ceil(rows.length / pageSize))
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    rows: rows.slice(index * pageSize, (index + 1) * pageSize),
    end: index + 1 === count ? { reached: true } : null,
    serverTime: null
  }))
}
