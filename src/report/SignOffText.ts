/** Sentences of a sign-off that its page and the terminal share. */
import type { Approval, Migration, Verified } from "../model/Migration.ts"
import * as Terminal from "./Terminal.ts"
import * as Times from "./Times.ts"
import type { View } from "./View.ts"
import * as Wording from "./Wording.ts"

const ways: Readonly<Record<Approval["how"], string>> = { typed: "who typed the number of groups", yes: "with --yes", hash: "by the plan's hash" }

/** Who approved it, when and how; null where it was not. */
export const approved = ({ approval }: Migration, view: View): string | null =>
  approval === null
    ? null
    : `${Times.atWithZone(view, approval.at)} by ${Terminal.visible(approval.who)}@${Terminal.visible(approval.host)}, ${ways[approval.how]}`

const sizes = ({ sizes: differ }: Verified): string => {
  if (differ === null) return "the target does not show how large its groups are"
  return differ.length === 0
    ? "every group has the size that the confirmed calls make"
    : `${Wording.plural(differ.length, "group has", "groups have")} another size than the confirmed calls make: ${Wording.some(
        differ.slice(0, 10).map((name) => Wording.quoted(name)),
        10,
        differ.length
      )}`
}

const back = ({ by, depth, differing, of, read, unread }: Verified): string => {
  if (by === "none") return "the target has no call that reads memberships back"
  const some = depth === "full" || read === of ? `all ${Wording.plural(of, by)}` : `${Wording.number(read)} of ${Wording.plural(of, by)}, at random,`
  const left = unread.length === 0 ? "" : `; ${Wording.number(unread.length)} could not be read whole`
  return `${some} read back, ${Wording.plural(differing, "difference")}${left}`
}

/** How it was verified, and what that found. */
export const verified = (found: Verified): ReadonlyArray<string> => ["each call was confirmed by its answer", sizes(found), back(found)]

/** Memberships that differ, one a line: at most `limit`, then how many more. */
export const differences = ({ differences: first, differing }: Verified, limit: number): ReadonlyArray<string> => [
  ...first
    .slice(0, limit)
    .map(({ customer, group, what }) => `${what === "missing" ? "MISSING" : "EXTRA"} ${Terminal.visible(customer)} in ${Wording.quoted(group)}`),
  ...(differing > Math.min(limit, first.length) ? [`and ${Wording.number(differing - Math.min(limit, first.length))} more`] : [])
]

/** Whether what the target shows is not what the confirmed answers make. */
export const isDoubtful = (found: Verified): boolean => (found.sizes ?? []).length > 0 || found.differing > 0 || found.unread.length > 0
