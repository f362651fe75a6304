/** cStar's invitations: one call, whose answer is documented without pages; read in any form that it can have. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { ListPage } from "../../src/contract/Target.ts"
import type { TeamInvite } from "../../src/contract/Team.ts"
import * as CstarAccess from "./CstarAccess.ts"
import * as CstarApi from "./CstarApi.ts"
import * as CstarTeamApi from "./CstarTeamApi.ts"

export const path = "/invites"

/**
 * Those that wait for an answer, in one call: no page of the list is documented, so none is asked for. An answer whose total exceeds
 * its rows is not the whole list, and no invitation is sent on its account.
 */
export const stream = (access: CstarAccess.Access): Stream.Stream<ListPage<TeamInvite>, ConnectorError> =>
  Stream.fromEffect(
    Effect.gen(function* () {
      const { body, headers } = yield* access.client.read({ path, schema: CstarTeamApi.Invites })
      const isBare = "length" in body
      const list: CstarApi.List<typeof CstarTeamApi.InviteRow.Type> = isBare ? { data: body } : body
      const rows = list.data
      if (isBare && rows.length === 0 && headers["x-ratelimit-limit"] === undefined) return yield* unsigned(access)
      const isWhole = (!CstarApi.showsPages(list) || CstarApi.isLast(list, 1)) && (CstarApi.total(list) ?? rows.length) === rows.length
      // The vendor counts those with an answer too.
      return { items: rows.filter(CstarTeamApi.isPending).map(CstarTeamApi.toInvite), total: null, end: isWhole }
    })
  )

const unsigned = (access: CstarAccess.Access): ConnectorError =>
  CstarAccess.refusal(
    access,
    `GET ${path}`,
    "Malformed",
    "the answer is an empty list without the headers that cStar puts on its answers, so it may come from something in between"
  )
