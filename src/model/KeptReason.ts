/**
 * Why a membership stays at the target though a claim on it has expired. The run stores it for each such row.
 *
 * | code | the membership |
 * |---|---|
 * | `not-ours` | is not ours to remove: its origin, or `removals:`, says so |
 * | `other-sync` | is claimed by another sync too |
 * | `other-source` | is claimed by another source of the same sync too |
 * | `unread` | waits for a run that reads the source whose claim expired |
 * | `no-group` | is in a group that is not at the target |
 * | `grace` | waits for the time of grace: further complete reads, or time |
 */
export const keptReasons = ["not-ours", "other-sync", "other-source", "unread", "no-group", "grace"] as const

export type KeptReason = (typeof keptReasons)[number]
