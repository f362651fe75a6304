/** Where the rows of a stream were counted last, in SQL: how many changes a reading told is no size. */

/** The last read of the connection in which the stream was read in full. Both are SQL expressions. */
export const read = (connection: string, stream: string): string =>
  `(SELECT x.id FROM read x JOIN read_stream y ON y.read = x.id AND y.name = ${stream} AND y.changes = 0
     WHERE x.connection = ${connection} AND x.ended_at IS NOT NULL ORDER BY x.id DESC LIMIT 1)`
