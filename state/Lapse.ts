/** When a wish ends, and why: conditions over the row `claim`, in SQL. */

/**
 * Why a wish ended, from what the snapshot says of its person, its group and the membership between them. What is left when all three
 * still stand is the config's doing.
 */
export const cause = `CASE
  WHEN claim.via IS NULL THEN 'exception'
  WHEN (SELECT gone_cause FROM source_customer WHERE id = claim.person) = 'merged' OR (SELECT gone_cause FROM source_group WHERE id = claim.via) = 'merged' THEN 'merged'
  WHEN (SELECT gone_at FROM source_customer WHERE id = claim.person) IS NOT NULL THEN 'customer-gone'
  WHEN (SELECT role <> 'customer' OR excluded IS NOT NULL FROM source_customer WHERE id = claim.person) THEN 'excluded'
  WHEN (SELECT gone_at FROM source_group WHERE id = claim.via AND kind = 'organization') IS NOT NULL THEN 'group-gone'
  WHEN EXISTS (SELECT 1 FROM source_membership m WHERE m.grp = claim.via AND m.customer = claim.person)
    OR EXISTS (SELECT 1 FROM source_inclusion i JOIN source_membership m ON m.grp = i.organization WHERE i.grp = claim.via AND m.customer = claim.person) THEN
      CASE WHEN (claim.grp, claim.customer) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2)) THEN 'exception' ELSE 'rule-changed' END
  WHEN (SELECT kind FROM source_group WHERE id = claim.via) = 'organization' THEN 'left'
  ELSE 'untagged' END`

/**
 * Parts on a wish's way that fulfil `condition`, a condition over the row `p` of `read_part`, and nothing that was read speaks against the wish.
 * `any` is the least that such a part fulfils: where none does, no wish is looked at.
 */
const missing = (any: string, condition: string): string => `(EXISTS (SELECT 1 FROM read_part p WHERE ${any})
  AND EXISTS (SELECT 1 FROM source_group g JOIN read_part p ON p.connection = g.connection AND ${condition}
    AND p.part IN ('customers', 'groups:' || g.kind || '/' || g.carrier, 'memberships:' || g.kind || '/' || g.carrier, 'inclusions:' || g.kind || '/' || g.carrier,
      CASE g.carrier WHEN 'organization' THEN 'groups:organization/customer' END, CASE g.carrier WHEN 'organization' THEN 'memberships:organization/customer' END)
    WHERE g.id = claim.via)
  AND NOT EXISTS (SELECT 1 FROM source_customer c WHERE c.id = claim.person
    AND (c.gone_cause IN ('deleted', 'merged') OR (c.gone_at IS NULL AND (c.role <> 'customer' OR c.excluded IS NOT NULL))))
  AND NOT EXISTS (SELECT 1 FROM source_group g WHERE g.id = claim.via AND g.gone_cause IN ('deleted', 'merged'))
  AND NOT EXISTS (SELECT 1 FROM source_group g JOIN source_customer c ON c.id = claim.person AND c.gone_at IS NULL WHERE g.id = claim.via AND g.gone_at IS NULL
    AND (EXISTS (SELECT 1 FROM source_membership m WHERE m.grp = g.id AND m.customer = c.id)
      OR EXISTS (SELECT 1 FROM source_inclusion i JOIN source_membership m ON m.grp = i.organization WHERE i.grp = g.id AND m.customer = c.id))))`

/** What is missing for a wish was read incompletely this time, and nothing that was read speaks against it: absence alone ends no wish then. */
export const unproven = missing("p.complete = 0", "p.complete = 0")

/** As `unproven`, or this time only changes were told of what is missing: it is still missing, but nobody has looked again. */
export const unseen = missing(
  "(p.complete = 0 OR p.changes = 1)",
  `(p.complete = 0 OR (p.changes = 1 AND (p.part LIKE 'memberships:%' OR p.part LIKE 'inclusions:%' OR g.gone_cause = 'absent'
    OR EXISTS (SELECT 1 FROM source_customer c WHERE c.id = claim.person AND c.gone_cause = 'absent'))))`
)

/** Wishes that this run may not end: their person is ambiguous, their group is blocked, or what is missing is not proved. An exception has neither person nor source group. */
export const frozen = `(coalesce(claim.person IN (SELECT source_customer FROM held_identity), 0)
  OR coalesce(claim.via IN (SELECT source_group FROM mapping WHERE blocked IS NOT NULL), 0)
  OR claim.grp IN (SELECT target_group FROM wanted WHERE blocked IS NOT NULL AND target_group IS NOT NULL)
  OR ${unproven})`
