/** People who need a counterpart at a target and have none, in SQL: `?1` the sources as a JSON array, `?2` the target. */

/** Active customers `c` in mapped groups who are linked to nobody who is there. */
export const people = `c.connection IN (SELECT value FROM json_each(?1)) AND c.address IS NOT NULL
    AND c.id NOT IN (SELECT l.source_customer_id FROM customer_link l
      JOIN target_customer g ON g.id = l.target_customer_id AND g.gone_at IS NULL WHERE l.target_connection = ?2)
    AND EXISTS (SELECT 1 FROM group_member m JOIN mapping p ON p.source_group = m.group_id
      WHERE m.source_customer_id = c.id)`

/** Nobody who is at the target is known to have the address. */
export const unknown = (address: string): string =>
  `NOT EXISTS (SELECT 1 FROM target_customer t WHERE t.connection = ?2 AND t.address = ${address}
    AND t.gone_at IS NULL)`

/** Nobody is known to have the address, and it is time to ask; or somebody is, who was only met, so that others may have it too. */
const due = (address: string): string => `CASE WHEN ${unknown(address)}
    THEN NOT EXISTS (SELECT 1 FROM lookup k WHERE k.connection = ?2 AND k.address = ${address} AND k.next_at > ?3)
    ELSE NOT EXISTS (SELECT 1 FROM target_customer t WHERE t.connection = ?2 AND t.address = ${address}
      AND t.gone_at IS NULL AND t.sought = 1) END`

/** Most are linked already, and that is the quickest to see. Their addresses that the target is to be asked for at `?3`: their own, and the others as far as they are known of those whose own it does not know; and those of `?4`, a JSON array of addresses and ids. */
export const addresses = `
  SELECT c.address FROM active_customer c WHERE ${people} AND ${due("c.address")}
  UNION SELECT a.address FROM source_address a CROSS JOIN active_customer c ON c.id = a.source_customer_id
  WHERE ${people} AND ${unknown("c.address")} AND ${due("a.address")}
  UNION SELECT e.value FROM json_each(?4) e WHERE ${due("e.value")} AND NOT EXISTS (SELECT 1 FROM target_customer t
    WHERE t.connection = ?2 AND t.key = e.value AND t.gone_at IS NULL)`
