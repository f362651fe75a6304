/** cStar's customers: all of them, those of an address, and the one of an id. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage } from "../../src/contract/Target.ts"
import type { TargetCustomer } from "../../src/model/Customer.ts"
import * as CstarAccess from "./CstarAccess.ts"
import * as CstarApi from "./CstarApi.ts"
import * as CstarPages from "./CstarPages.ts"

const path = "/customers"

type Pages = Stream.Stream<ListPage<TargetCustomer>, ConnectorError>

const pagesOf = ({ client }: CstarAccess.Access, params: Readonly<Record<string, string>>): Pages =>
  CstarPages.stream(client, { path, params }, CstarApi.CustomerRow, CstarApi.toCustomer)

export const list = (access: CstarAccess.Access): Pages => pagesOf(access, {})

const fold = (address: string): string => address.trim().toLowerCase()

const unfinished = (access: CstarAccess.Access, what: string) =>
  CstarAccess.refusal(access, `GET ${path}`, "Malformed", `${what}, so nobody can be said to be missing`)

/** Whom a list or a search brings up, each once. `whole`: nobody was shown twice, and the total counts no others. */
const found = (pages: ReadonlyArray<ListPage<TargetCustomer>>) => {
  const rows = pages.flatMap(({ items }) => items)
  const customers = [...new Map(rows.map((customer) => [customer.id, customer])).values()]
  const total = pages.at(-1)?.total ?? null
  const once = rows.length === customers.length
  return { customers, total, once, whole: once && pages.every((page) => page.total === null || page.total === customers.length) }
}

const search = (access: CstarAccess.Access, text: string) =>
  Effect.gen(function* () {
    const pages = Array.from(yield* Stream.runCollect(pagesOf(access, { search: text })))
    if (pages.at(-1)?.end !== true) return yield* unfinished(access, "the search stopped before its end")
    return found(pages)
  })

/**
 * A search that shows others than its total counts may lack somebody, unless the total is that of all customers: which of the two it counts is
 * documented nowhere. Then the list of all tells, by its own total, or by whom it shows where it has one page.
 */
const searchSurely = (access: CstarAccess.Access, text: string) =>
  Effect.gen(function* () {
    const first = yield* search(access, text)
    if (first.whole) return first.customers
    const second = yield* search(access, text)
    if (second.whole) return second.customers
    const page = Array.from(yield* Stream.runCollect(Stream.take(list(access), 1)))
    const all = found(page)
    if (page[0]?.end === true && all.whole) return all.customers
    if (first.once && second.once && all.total !== null && second.total === all.total && page[0]?.end === false) return second.customers
    return yield* unfinished(access, "the search shows others than its total counts, twice")
  })

// The search is over parts of names and addresses, so its first hit may be anybody (vendor docs, read 2026-11).
export const byAddress = (access: CstarAccess.Access, address: string) => {
  const wanted = fold(address)
  if (wanted === "") return Effect.succeed([])
  return Effect.map(searchSurely(access, address.trim()), (customers) => customers.filter(({ email }) => fold(email ?? "") === wanted))
}

export const byId = ({ client }: CstarAccess.Access, id: string): Effect.Effect<Option.Option<TargetCustomer>, ConnectorError> =>
  client.read({ path: `${path}/${encodeURIComponent(id)}`, template: `${path}/{id}`, schema: CstarApi.CustomerRow }).pipe(
    Effect.map(({ body }) => Option.some(CstarApi.toCustomer(body))),
    Effect.catchIf(CstarAccess.isNotFound, () => Effect.succeedNone)
  )
