/** What the looks behind `explain` share. None of them writes, not even a name. */
/** `zendesk/organization-tag:vip`: what a source group's desired group goes by where no rule names another. `g` is the group, `k` its connection. */
export const handleText = `k.prefix || '/' || CASE WHEN g.carrier = 'organization'
  AND g.kind <> 'organization' THEN 'organization-' ELSE '' END || g.kind || ':' || g.key`

/** Claimants of one sync, whose number is `?1`. */
export const claimants = "(SELECT id FROM claimant WHERE sync = ?1)"
