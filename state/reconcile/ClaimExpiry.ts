/**
 * When a claim expires, and why: conditions over the row `claim`, in SQL. What then becomes of the membership is judged by
 * `src/reconcile/Expiry.ts`, and so is the cause.
 *
 * Terms: a claim rests on a *person* (source customer) and a *via* (source group); one of an exception rests on neither. Its *path* is the
 * parts of the snapshot that a desired row is joined from: customers, groups, memberships, and for a group of organizations also these
 * organizations, their memberships and the inclusions. A part is *complete* if its last read proves what is absent from it.
 *
 * Premise: what a read does not show proves nothing unless every part on the path is complete. What it does show counts at once.
 *
 *   desired now   what was read                                        the claim
 *   yes           -                                                    stands; one that had expired stands again
 *   no            the customer is ambiguous, or the group is blocked   stands: not known who or what is meant (`frozen`)
 *   no            a deletion, a merge, staff, left out by an option    expires
 *   no            person, via and membership are all there             expires: the config's doing
 *   no            something absent, its path complete                  expires
 *   no            something absent, its path not complete or doubted   stands (`unproven`)
 *   expired       absent still, and looked for again                   one more read towards the time of grace
 *   expired       absent still, but only changes were read             no read counted, nothing removed (`unseen`)
 *
 * Invariants: no claim expires by absence from an incomplete read. A claim keeps its first cause while it is expired. A claim of a source
 * that was not read is not touched.
 */

/** Why a claim expires, by `Expiry.causeOf`. ?2: rows that exceptions forbid, as JSON pairs of group and customer. */
export const cause = `expiry_cause(claim.source_group_id IS NULL, (SELECT gone_cause FROM source_customer
  WHERE id = claim.source_customer_id),
  coalesce((SELECT role = 'customer' AND excluded IS NULL FROM source_customer WHERE id = claim.source_customer_id), 1),
  (SELECT gone_cause FROM source_group WHERE id = claim.source_group_id), (SELECT kind FROM source_group
    WHERE id = claim.source_group_id),
  EXISTS (SELECT 1 FROM group_member m WHERE m.group_id = claim.source_group_id
    AND m.source_customer_id = claim.source_customer_id),
  (claim.group_id, claim.target_customer_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2)))`

/**
 * Something on a claim's path is not known (`unknown`), and nothing that was read speaks against the claim. `any` is the least that must be so for
 * that: where it is not, no claim is looked at.
 */
const unless = (any: string, unknown: string): string => `(${any} AND ${unknown}
  AND NOT EXISTS (SELECT 1 FROM source_customer c WHERE c.id = claim.source_customer_id
    AND (c.gone_cause IN ('deleted', 'merged') OR (c.gone_at IS NULL
      AND (c.role <> 'customer' OR c.excluded IS NOT NULL))))
  AND NOT EXISTS (SELECT 1 FROM source_group g WHERE g.id = claim.source_group_id
    AND g.gone_cause IN ('deleted', 'merged'))
  AND NOT EXISTS (SELECT 1 FROM source_group g JOIN source_customer c ON c.id = claim.source_customer_id
    AND c.gone_at IS NULL WHERE g.id = claim.source_group_id AND g.gone_at IS NULL
    AND EXISTS (SELECT 1 FROM group_member m WHERE m.group_id = g.id AND m.source_customer_id = c.id)))`

/** Parts on a claim's path that fulfil `condition`, a condition over the row `p` of `read_part` and the claim's group `g`. */
const partsWhere = (condition: string): string => `EXISTS (SELECT 1 FROM source_group g
  JOIN read_part p ON p.connection = g.connection AND ${condition}
    AND p.part IN ('customers', 'groups:' || g.kind || '/' || g.carrier, 'memberships:' || g.kind || '/' || g.carrier,
      'inclusions:' || g.kind || '/' || g.carrier,
      CASE g.carrier WHEN 'organization' THEN 'groups:organization/customer' END, CASE g.carrier
      WHEN 'organization' THEN 'memberships:organization/customer' END)
    WHERE g.id = claim.source_group_id)`

/** A part on a claim's path fulfils `condition`, and nothing that was read speaks against the claim. `any` is the least that such a part fulfils. */
export const missing = (any: string, condition: string): string => unless(`EXISTS (SELECT 1 FROM read_part p WHERE ${any})`, partsWhere(condition))

/** The source left the claim's person, or an organization that the person is in, in doubt on the claim's path. */
const rowsInDoubt = `EXISTS (SELECT 1 FROM source_group g WHERE g.id = claim.source_group_id AND (
    EXISTS (SELECT 1 FROM row_doubt d WHERE d.id = claim.source_customer_id
      AND d.part IN ('customers', 'memberships:' || CASE g.carrier WHEN 'organization' THEN 'organization'
        ELSE g.kind END || '/customer'))
    OR (g.carrier = 'organization' AND EXISTS (SELECT 1 FROM source_membership m
      JOIN row_doubt d ON d.id = m.group_id AND d.part = 'inclusions:' || g.kind || '/organization'
      WHERE m.source_customer_id = claim.source_customer_id))))`

/** What is missing for a claim was read incompletely or is in doubt, and nothing that was read speaks against it: absence alone ends no claim then. */
export const unproven = `(${missing("p.complete = 0", "p.complete = 0")} OR ${unless("EXISTS (SELECT 1 FROM row_doubt)", rowsInDoubt)})`

/** As `unproven`, or this time only changes were told of what is missing: it is still missing, but nobody has looked again. */
export const unseen = `(${unproven} OR ${missing(
  "p.changes = 1",
  `p.changes = 1 AND (p.part LIKE 'memberships:%' OR p.part LIKE 'inclusions:%' OR g.gone_cause = 'absent'
    OR EXISTS (SELECT 1 FROM source_customer c WHERE c.id = claim.source_customer_id AND c.gone_cause = 'absent'))`
)})`

/** Claims that may not expire in this run: their person is ambiguous, their group is blocked, or what is missing is not proved. An exception has neither person nor source group. */
export const frozen = `(coalesce(claim.source_customer_id IN (SELECT source_customer_id FROM ambiguous_customer), 0)
  OR coalesce(claim.source_group_id IN (SELECT source_group FROM mapping WHERE blocked IS NOT NULL), 0)
  OR claim.group_id IN (SELECT target_group FROM desired_group WHERE blocked IS NOT NULL AND target_group IS NOT NULL)
  OR ${unproven})`
