/** A list as the sandbox keeps it: rows stay in the order in which they came, however many are deleted while somebody pages. */

export interface Row {
  readonly id: number
}

/** A page of rows after a position. `last` is the position of its last row, or the one asked for if there is none. */
export interface Slice<A> {
  readonly rows: ReadonlyArray<A>
  readonly last: number
  readonly more: boolean
}

export interface Rows<A extends Row> {
  readonly get: (id: number) => A | undefined
  /** Replaces the row of the same id in its place, or appends. */
  readonly put: (row: A) => void
  readonly remove: (id: number) => void
  readonly size: () => number
  /** `after` is -1 for the start. Costs what it walks over, not the size of the list. */
  readonly slice: (after: number, size: number, keep: (row: A) => boolean) => Slice<A>
}

export const make = <A extends Row>(): Rows<A> => {
  const slots: Array<A | undefined> = []
  const places = new Map<number, number>()
  return {
    get: (id) => {
      const place = places.get(id)
      return place === undefined ? undefined : slots[place]
    },
    put: (row) => {
      const place = places.get(row.id) ?? slots.length
      places.set(row.id, place)
      slots[place] = row
    },
    remove: (id) => {
      const place = places.get(id)
      if (place === undefined) return
      slots[place] = undefined
      places.delete(id)
    },
    size: () => places.size,
    slice: (after, size, keep) => {
      const rows: Array<A> = []
      let last = after
      for (let place = after + 1; place < slots.length; place += 1) {
        const row = slots[place]
        if (row === undefined || !keep(row)) continue
        if (rows.length === size) return { rows, last, more: true }
        rows.push(row)
        last = place
      }
      return { rows, last, more: false }
    }
  }
}
