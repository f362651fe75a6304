/**
 * Predicates that many statements share, as temporary views: each is decided here and nowhere else. SQLite reads a view of one table as if its
 * condition stood in the statement, so that indexes are used all the same.
 */

/** Of a row of `source_customer`: neither gone, nor staff, nor left out by an option of the connection. */
const isActive = "gone_at IS NULL AND role = 'customer' AND excluded IS NULL"

/** Customers of a source who can be in groups at a target, and the others. */
const customers = `
CREATE TEMP VIEW active_customer AS SELECT * FROM source_customer WHERE ${isActive};
CREATE TEMP VIEW inactive_customer AS SELECT * FROM source_customer WHERE NOT (${isActive});
`

/** Claims that have not expired, of any sync. The condition on the claimant is always true; it lets the key of the table be used where only group and customer are known. */
const standingClaim = `
CREATE TEMP VIEW standing_claim AS
  SELECT * FROM claim WHERE claimant IN (SELECT id FROM claimant) AND expired_at IS NULL;
`

/** Who is in which source group: directly, or as a member of an organization that carries it. */
const groupMember = `
CREATE TEMP VIEW group_member AS
  SELECT group_id, source_customer_id FROM source_membership
  UNION ALL SELECT i.group_id, m.source_customer_id FROM source_inclusion i
  JOIN source_membership m ON m.group_id = i.organization;
`

/** Target groups that rules of the sync lead to and that may be written. */
const openGroup = `
CREATE TEMP VIEW open_group AS
  SELECT target_group AS id FROM desired_group WHERE blocked IS NULL AND target_group IS NOT NULL;
`

export const views = customers + standingClaim + groupMember + openGroup
