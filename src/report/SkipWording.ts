/** The words for why a change was not made, or a membership kept. */
import type { KeptReason } from "../model/KeptReason.ts"
import type { SkipReason } from "../model/SkipReason.ts"

/** "its time of grace was not over": a clause that follows a run. */
export const words: Readonly<Record<SkipReason | KeptReason, string>> = {
  withheld: "the read did not prove that it is over",
  unseen: "the group's members were not read",
  ambiguous: "the customer was ambiguous",
  blocked: "the group was blocked",
  drift: "taken out by hand, and left so",
  pinned: "pinned by an undo",
  refused: "refused by the vendor",
  "no-group": "the group was not at the target",
  "nobody-in-it": "nobody would be in the group",
  rejected: "rejected",
  task: "it is left to a person",
  only: "left out by --only",
  "not-in-plan": "it was not in the applied plan",
  later: "no calls were left",
  "not-ours": "not ours to remove",
  "other-sync": "another sync wanted it too",
  "other-source": "another source of the sync wanted it too",
  unread: "the source was not read",
  grace: "its time of grace was not over"
}
