/** Further e-mail addresses of a user, which no list shows: one call a user (vendor docs, read 2026-11). */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Source } from "../../src/contract/Source.ts"
import type { VendorClient } from "../../src/http/VendorClient.ts"
import * as ZendeskApi from "./ZendeskApi.ts"
import * as ZendeskPages from "./ZendeskPages.ts"

/** Only verified ones count: anybody may have typed in the others. The primary one stands in the user's own row. */
export const addresses =
  (client: VendorClient, connection: string): NonNullable<Source["addresses"]> =>
  (id) =>
    ZendeskPages.pages(client, connection, {
      path: `/users/${encodeURIComponent(id)}/identities`,
      template: "/users/{id}/identities",
      schema: ZendeskApi.Identities
    }).pipe(
      Stream.runFold([] as ReadonlyArray<string>, (found, { body }) => [
        ...found,
        ...body.identities.flatMap(({ primary, type, value, verified }) => (type === "email" && verified && !primary ? [value] : []))
      ]),
      Effect.catchIf(ZendeskApi.isGone, () => Effect.succeed([]))
    )
