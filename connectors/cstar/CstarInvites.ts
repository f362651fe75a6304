/** cStar's invitations, whose list is not documented: read in any form that an answer can have, and to an end that is sure. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage } from "../../src/contract/Target.ts"
import type { TeamInvite } from "../../src/contract/Team.ts"
import * as CstarAccess from "./CstarAccess.ts"
import * as CstarApi from "./CstarApi.ts"
import * as CstarTeamApi from "./CstarTeamApi.ts"

export const path = "/invites"

interface At {
  readonly page: number
  /** Rows of the page before, to notice a list that has no pages, or one that goes round in circles. */
  readonly before: string
  readonly seen: number
}

/**
 * Those that wait for an answer. No parameter is documented, so the first call has none and further ones only `page`. A list that tells
 * nothing of pages is at its end where page 2 is empty or the same rows again.
 */
export const stream = (access: CstarAccess.Access): Stream.Stream<ListPage<TeamInvite>, ConnectorError> =>
  Stream.paginateEffect({ page: 1, before: "", seen: 0 } as At, ({ before, page, seen }) =>
    Effect.gen(function* () {
      const { body, headers } = yield* access.client.read({ path, ...(page === 1 ? {} : { params: { page } }), schema: CstarTeamApi.Invites })
      const isBare = "length" in body
      const list: CstarApi.List<typeof CstarTeamApi.InviteRow.Type> = isBare ? { data: body } : body
      const rows = list.data
      if (isBare && rows.length === 0 && headers["x-ratelimit-limit"] === undefined) return yield* unsigned(access)
      const ids = rows.map(({ email, id }) => id ?? email).join("\n")
      const repeats = page > 1 && ids !== "" && ids === before
      if (repeats && !CstarApi.tellsPages(list)) return [{ items: [], total: null, end: true }, Option.none()] as const
      const stuck = repeats || (CstarApi.pageNumber(list) ?? page) !== page
      const last = !stuck && CstarApi.isLast(list, page)
      const read = seen + rows.length
      const invites: ListPage<TeamInvite> = {
        items: rows.filter(CstarTeamApi.isPending).map(CstarTeamApi.toInvite),
        // The vendor counts those with an answer too.
        total: null,
        end: last && (CstarApi.total(list) ?? read) === read
      }
      const next: At = { page: page + 1, before: ids, seen: read }
      return [invites, last || stuck || ids === "" ? Option.none() : Option.some(next)] as const
    })
  )

const unsigned = (access: CstarAccess.Access): ConnectorError =>
  CstarAccess.refusal(
    access,
    `GET ${path}`,
    "Malformed",
    "the answer is an empty list without the headers that cStar puts on its answers, so it may come from something in between"
  )
