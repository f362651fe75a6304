/** One contact: what its row leaves out, and who it is now. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Source } from "../../src/contract/Source.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as FreshdeskApi from "./FreshdeskApi.ts"
import { contactsList, pages } from "./FreshdeskPages.ts"

/** A contact with all its companies. `tagsTold`: its tags are what it has; otherwise they are unknown. */
export interface WholeContact {
  readonly contact: FreshdeskApi.Contact
  readonly tagsReported: boolean
}

const view = (client: VendorClient, id: string) =>
  Effect.map(client.read({ path: `/contacts/${encodeURIComponent(id)}`, template: "/contacts/{id}", schema: FreshdeskApi.Contact }), ({ body }) => body)

/** None where Freshdesk says that there is no such record. */
const orNone = <A>(asked: Effect.Effect<A, ConnectorError>): Effect.Effect<Option.Option<A>, ConnectorError> =>
  Effect.catchIf(
    Effect.map(asked, Option.some),
    ({ reason }) => reason === "NotFound",
    () => Effect.succeed(Option.none())
  )

/**
 * Fills in, with one call, what a row of a list does not tell: the tags, if they are wanted, and further companies. An account without the feature
 * of several companies shows them nowhere: the first view that lacks them says so for the rest of this walk. A contact that is no more when
 * asked for stays as listed, with tags unknown.
 */
export const whole = (client: VendorClient, tags: "read" | "skip") => {
  let severalCompanies = true
  return (row: FreshdeskApi.Contact): Effect.Effect<WholeContact, ConnectorError> => {
    const lacksTags = tags === "read" && !Array.isArray(row.tags)
    const lacksCompanies = severalCompanies && row.other_companies === undefined
    if (!lacksTags && !lacksCompanies) return Effect.succeed({ contact: row, tagsReported: true })
    return Effect.map(orNone(view(client, row.id)), (found) => {
      if (Option.isNone(found)) return { contact: row, tagsReported: !lacksTags }
      const shown = found.value
      severalCompanies &&= shown.other_companies !== undefined
      const contact = { ...shown, tags: shown.tags === undefined ? row.tags : shown.tags }
      return { contact, tagsReported: tags === "skip" || contact.tags !== undefined }
    })
  }
}

const sameAddress = (left: string | null, right: string) => left?.toLowerCase() === right.toLowerCase()

/** Only lists tell who is blocked: one call where the address narrows it down. */
const isBlocked = (client: VendorClient, connection: string, { id, email }: FreshdeskApi.Contact) =>
  pages(client, connection, {
    path: "/contacts",
    params: email === null ? { state: "blocked" } : { state: "blocked", email },
    endpoint: contactsList,
    schema: FreshdeskApi.Contacts
  }).pipe(
    Stream.filter(({ rows }) => rows.some((row) => row.id === id && (email === null || sameAddress(row.email, email)))),
    Stream.runHead,
    Effect.map(Option.isSome)
  )

/**
 * A contact as of now, or the agent that it became. "Not found" is also what a wrong domain answers, so it says that somebody is gone only
 * while the account itself answers.
 */
export const customer =
  (client: VendorClient, connection: string, policy: FreshdeskApi.Policy): Source["customer"] =>
  (id) =>
    Effect.gen(function* () {
      const found = yield* orNone(view(client, id))
      if (Option.isSome(found)) {
        if (found.value.deleted) return Option.none()
        return Option.some(FreshdeskApi.customer(found.value, yield* isBlocked(client, connection, found.value), policy))
      }
      const agent = yield* orNone(client.read({ path: `/agents/${encodeURIComponent(id)}`, template: "/agents/{id}", schema: FreshdeskApi.Agent }))
      if (Option.isSome(agent)) return Option.some(FreshdeskApi.staff(agent.value.body))
      yield* client.read({ path: "/agents/me", schema: FreshdeskApi.Me })
      return Option.none()
    })
