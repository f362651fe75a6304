/** cStar's team: members by page number, their roles, and invitations to join. */
import * as Effect from "effect/Effect"
import type { ConnectorError } from "../../src/contract/ConnectorError.ts"
import type { Identity } from "../../src/contract/Identity.ts"
import type { TeamDeclaration, TeamTarget } from "../../src/contract/Team.ts"
import type { Answer } from "../../src/http/VendorClient.ts"
import * as CstarAccess from "./CstarAccess.ts"
import * as CstarInvites from "./CstarInvites.ts"
import * as CstarPages from "./CstarPages.ts"
import * as CstarTeamApi from "./CstarTeamApi.ts"

/** The documented enumeration turned round: that it goes from most to least is our reading (vendor docs, read 2026-11). */
export const declaration: TeamDeclaration = {
  roles: ["spectator", "agent", "librarian", "manager", "admin", "owner"],
  owner: "owner",
  admin: "admin",
  pageSize: CstarPages.size
}

const membersPath = "/members"
const memberCall = (id: string) => ({ path: `${membersPath}/${encodeURIComponent(id)}`, template: `${membersPath}/{id}`, schema: CstarTeamApi.Done })

/** A 200 that says nothing may come from something on the way that never passed the call on: the team shows whether it was done. */
const ifReported = (access: CstarAccess.Access, method: "PATCH" | "DELETE") => (answer: Answer<typeof CstarTeamApi.Done.Type>) =>
  answer.body?.success === true
    ? Effect.void
    : Effect.fail(
        CstarAccess.refusal(access, `${method} ${membersPath}/{id}`, "Malformed", "the answer does not say that it was done").with({ effect: "unknown" })
      )

/** No write is repeated after a lost answer: an invitation is a mail, and in between a person may have given another role. */
export const make = (access: CstarAccess.Access): TeamTarget => ({
  identify: identify(access),
  members: CstarPages.stream(access.client, { path: membersPath }, CstarTeamApi.MemberRow, CstarTeamApi.toMember),
  invites: CstarInvites.stream(access),
  invite: (email, role, idempotencyKey) =>
    Effect.asVoid(CstarAccess.write(access, "POST", { path: CstarInvites.path, body: { email, role }, schema: CstarTeamApi.Done, idempotencyKey })),
  changeRole: (member, role) => Effect.flatMap(CstarAccess.write(access, "PATCH", { ...memberCall(member), body: { role } }), ifReported(access, "PATCH")),
  remove: (member) =>
    CstarAccess.write(access, "DELETE", memberCall(member)).pipe(
      Effect.flatMap(ifReported(access, "DELETE")),
      Effect.catchIf(CstarAccess.isNotFound, () => Effect.void)
    )
})

/** One row of the members, and whether invitations are shown: where they are not, nobody can be invited, and the rest goes on. */
const identify = (access: CstarAccess.Access): Effect.Effect<Identity, ConnectorError> =>
  Effect.gen(function* () {
    const identity = yield* CstarAccess.identify(access, membersPath, CstarTeamApi.MemberRow)
    const unseen = yield* access.client.read({ path: CstarInvites.path, schema: CstarTeamApi.Invites }).pipe(
      Effect.as([] as ReadonlyArray<string>),
      Effect.catchIf(
        ({ reason, retryable }) => !retryable && reason !== "Unauthorized",
        ({ detail }) => Effect.succeed([`invite: cStar does not show the team's invitations ("${detail}"); use a secret key of an admin, or nobody is invited`])
      )
    )
    return { ...identity, missing: [...identity.missing, ...unseen] }
  })
